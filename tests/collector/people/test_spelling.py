"""Two spellings of one thing fold to one text; nothing else does."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.people import spelling

FOLDED = (
    spelling.number,
    spelling.former,
    spelling.insurance,
    spelling.passport,
    spelling.pass_number,
    spelling.code,
    spelling.phone,
    spelling.name,
    spelling.born,
)
NAMES = st.text(
    st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyÁÀẢÃẠẮỜỬỸĐ "), min_size=1, max_size=40
)


@pytest.mark.parametrize("fold", FOLDED)
@given(text=st.text(max_size=120))
def test_any_text_folds_and_what_is_folded_stays(fold: object, text: str) -> None:
    assert callable(fold)
    once = fold(text)
    assert fold(once) == once


@pytest.mark.parametrize(
    "written",
    [
        "0912345678",
        "+84912345678",
        "84912345678",
        "0084 912 345 678",
        "+84 (0) 912.345.678",
        "0912-345-678",
        "\uff10\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
    ],
)
def test_a_telephone_is_one_number_however_it_is_written(written: str) -> None:
    assert spelling.phone(written) == "0912345678"


@pytest.mark.parametrize("written", ["", "912345678", "091234567", "09123456789012", "abc", "113"])
def test_what_is_no_telephone_is_none(written: str) -> None:
    assert spelling.phone(written) == ""


@pytest.mark.parametrize(
    "written",
    [
        "Nguyễn Đình Mẫu",
        "NGUYỄN ĐÌNH MẪU",
        "nguyen dinh mau",
        " Nguyễn  Đình\tMẫu ",
        unicodedata.normalize("NFD", "Nguyễn Đình Mẫu"),
        "Nguyễn Ðình Mẫu",  # the Icelandic letter
    ],
)
def test_a_name_is_one_with_and_without_its_marks(written: str) -> None:
    assert spelling.name(written) == "nguyen dinh mau"


@given(NAMES)
def test_a_name_is_one_composed_and_taken_apart_in_either_case(name: str) -> None:
    folded = spelling.name(name)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert spelling.name(unicodedata.normalize(form, name)) == folded
    assert spelling.name(name.upper()) == folded


def test_a_part_of_a_name_is_another_name() -> None:
    assert spelling.name("Nguyễn Mẫu") != spelling.name("Nguyễn Văn Mẫu")


def test_a_citizens_number_may_be_written_in_groups() -> None:
    assert spelling.number("001 090 000 123") == "001090000123"
    assert spelling.number("00109000012") == ""
    assert spelling.number("00109000012x") == ""


def test_an_insurance_number_is_the_same_on_both_layouts() -> None:
    assert spelling.insurance("DN 4 01 1234567890") == spelling.insurance("1234567890")


@pytest.mark.parametrize("written", ["1990-06-15", "15/6/1990", "15.06.1990", "15 06 1990"])
def test_a_birth_date_is_read_as_people_write_it(written: str) -> None:
    assert spelling.born(written) == "1990-06-15"


def test_of_a_birth_date_as_much_as_is_known_is_kept() -> None:
    assert (spelling.born("1990"), spelling.born("6/1990"), spelling.born("x")) == (
        "1990",
        "1990-06",
        "",
    )
