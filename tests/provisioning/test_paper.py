"""Sheets: what is printed can be read back, in size and in letters."""

from pathlib import Path

import pytest

from provisioning import paper, picture
from provisioning.errors import FontMissing
from provisioning.paper import Slip
from tests.provisioning import printed

LONGEST = "GC1:" + "A0" * 600


def test_every_code_of_a_sheet_is_read_back_and_is_five_centimetres_wide() -> None:
    texts = [f"GP1:{'ABC0' * 40}{number}" for number in range(7)]
    pdf = paper.slips("Thẻ", [Slip(each, ["Khách", "Visitor"]) for each in texts])
    found = printed.codes(pdf)
    assert sorted(text for text, _wide in found) == sorted(texts)
    assert all(50 <= wide < 55 for _text, wide in found)
    assert printed.pages(pdf) == 2


@pytest.mark.parametrize("text", [LONGEST, "https://mẫu.example/x?y=đ"], ids=["long", "bytes"])
def test_long_codes_and_those_of_any_bytes_are_read_back(text: str) -> None:
    assert [each for each, _wide in printed.codes(paper.slips("", [Slip(text, ["a"])]))] == [text]


def test_words_of_vietnamese_can_be_selected_and_come_with_the_file() -> None:
    words = "Bến xe Mỹ Tú: đường ở ngay cửa, kỹ thuật viên bấm nút"
    pdf = paper.slips("Thẻ", [Slip("A", [words, "Visitor"])])
    assert words in printed.text(pdf)
    assert b"/FontFile2" in pdf


def test_the_same_sheet_is_the_same_file() -> None:
    slip = Slip("A", ["Một", "Hai"])
    assert paper.slips("Thẻ", [slip]) == paper.slips("Thẻ", [slip])


def test_a_line_that_is_too_long_is_broken_between_words() -> None:
    paper.Pages("")
    lines = paper.broken("một hai ba bốn năm sáu bảy tám chín mười", 20, 10)
    assert len(lines) > 2
    assert " ".join(lines) == "một hai ba bốn năm sáu bảy tám chín mười"


def test_without_a_font_that_has_all_letters_nothing_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(FontMissing):
        paper.slips("", [Slip("A", ["a"])], tmp_path)


def test_all_that_stands_on_a_slip_is_within_its_cut_marks() -> None:
    lines = ["Xóa cổng", "Factory reset", *(f"đường gạch {number}" for number in range(8))]
    pdf = paper.slips("Thẻ", [Slip("GC1:" + "A0" * 150, lines)])
    place = paper._places()[0]
    assert printed.foot(pdf) < place.top + place.tall


def test_slips_and_their_cut_marks_are_on_the_page_and_apart() -> None:
    places = paper._places()
    room = paper.EDGE / 2
    assert all(each.left - paper.CUT_MM >= room for each in places)
    assert all(each.top - paper.CUT_MM >= 0 for each in places)
    assert all(each.top + each.tall + paper.CUT_MM <= paper.TALL for each in places)
    assert picture.QUIET == 4


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Chợ", ["Chợ"]),
        ("Chợ Huỳnh Hữu Nghĩa", ["Chợ Huỳnh", "Hữu Nghĩa"]),
        ("một" * 30, ["một" * 30]),
    ],
)
def test_a_name_that_is_too_wide_stands_in_two_lines_of_like_length(
    text: str, lines: list[str]
) -> None:
    paper.Pages("x")  # brings the fonts
    assert paper.halves(text, 20, 10) == lines
