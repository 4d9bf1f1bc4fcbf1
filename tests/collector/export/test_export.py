"""What leaves as print or file, read back by the programs that will read it."""

import csv
import io
import json
from datetime import datetime

import openpyxl
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyzipper.zipfile_aes import AESZipFile

from collector.export import archive, csvfile, handover, pdf, xlsx
from collector.export.entries import Column, Paper, Sheet
from collector.export.neutral import FORMULAS, harmless

MADE = datetime(2026, 11, 28, 19, 0)  # noqa: DTZ001  # as it is printed
STAMP = (
    ("Hồ sơ", "CDC-12"),
    ("Cán bộ", "lan"),
    ("Lúc", "19:00 28/11/2026"),
    ("Bản số", "7"),
    ("Đầu nhật ký", "41 9f86d081884c"),
)
COLUMNS = (
    Column("name", "Họ và tên", weight=3),
    Column("least", "Ít nhất"),
    Column("number", "Số định danh", personal=True),
    Column("phone", "Điện thoại", personal=True),
)
FORMULA = '=HYPERLINK("http://elsewhere.example")'


def paper(*names: str, banner: str = "") -> Paper:
    rows = tuple((name, "15 phút", "079012345678", "0912345678") for name in names)
    sheet = Sheet("Người tiếp xúc", COLUMNS, rows)
    return Paper(
        "Danh sách F1", STAMP, (sheet,), ("Kết quả có thể còn tăng.",), banner, "{n}/{all}"
    )


def texts(made: bytes, password: str | None = None) -> list[str]:
    document = pypdfium2.PdfDocument(made, password=password)
    return [page.get_textpage().get_text_range() for page in document]


def test_number_and_phone_are_left_out_unless_asked_for() -> None:
    plain = paper("Nguyễn Thị Ánh").chosen(None)
    assert [column.key for column in plain.sheets[0].columns] == ["name", "least"]
    assert plain.sheets[0].rows == (("Nguyễn Thị Ánh", "15 phút"),)
    asked = paper("Nguyễn Thị Ánh").chosen({"name", "phone"})
    assert asked.sheets[0].rows == (("Nguyễn Thị Ánh", "0912345678"),)
    for made in (csvfile.spell(plain), xlsx.spell(plain, MADE)):
        assert b"079012345678" not in made


def test_every_page_says_whose_it_is_and_vietnamese_is_found_in_it() -> None:
    made = pdf.spell(paper(*["Nguyễn Thị Ngọc Ánh"] * 90, banner="LUYỆN TẬP").chosen(None))
    pages = texts(made)
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        whole = " ".join(text.split())
        assert "LUYỆN TẬP" in whole
        assert "Danh sách F1" in whole
        assert all(f"{name}: {value}" in whole for name, value in STAMP)
        assert f"{number}/{len(pages)}" in whole
        assert "Nguyễn Thị Ngọc Ánh" in whole


def test_a_print_is_a4_and_black_on_white() -> None:
    document = pypdfium2.PdfDocument(pdf.spell(paper("Ánh").chosen(None)))
    width, height = document[0].get_size()
    assert (round(width), round(height)) == (595, 842)
    pixels = document[0].render(scale=1).to_numpy()
    assert (pixels.max(axis=2) - pixels.min(axis=2)).max() == 0


def test_fonts_are_embedded() -> None:
    made = pdf.spell(paper("Ánh").chosen(None))
    assert b"/FontFile2" in made
    assert b"Vera" not in made


def test_a_print_opens_with_its_passphrase_only() -> None:
    made = pdf.spell(paper("Nguyễn Thị Ánh").chosen(None), "khế-ngọt-2026")
    assert b"/AESV3" in made
    assert "Nguyễn Thị Ánh" in texts(made, "khế-ngọt-2026")[0]
    for wrong in (None, "", "khế-ngọt-2027"):
        with pytest.raises(pypdfium2.PdfiumError):
            texts(made, wrong)


@pytest.mark.parametrize("length", [1, 15, 16, 17, 31, 32, 33, 160])
def test_texts_of_any_length_survive_the_encryption(length: int) -> None:
    sixteen = titled(paper("Ánh"), "x" * length)
    made = pdf.spell(sixteen, "pass")
    found = pypdfium2.PdfDocument(made, password="pass").get_metadata_dict()
    assert found["Title"] == "x" * length


def titled(given_paper: Paper, title: str) -> Paper:
    return Paper(title, given_paper.stamp, given_paper.chosen(None).sheets)


@pytest.mark.parametrize("text", [FORMULA, "+84912345678", "-1", "@sum", " =1", "\t=1", "\uff1d1"])
def test_a_formula_in_a_name_is_calculated_nowhere(text: str) -> None:
    made = paper(text).chosen({"name"})
    (cell,) = list(csv.reader(io.StringIO(csvfile.spell(made).decode("utf-8-sig"))))[-1]
    assert cell.startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(xlsx.spell(made, MADE)))
    last = list(book.worksheets[0].iter_rows())[-1][0]
    assert last.data_type == "s"
    assert last.quotePrefix


@given(st.text())
def test_whatever_is_typed_begins_no_formula(text: str) -> None:
    made = harmless(text)
    assert made.lstrip()[:1] not in FORMULAS
    assert made.isprintable()


def test_a_sheet_carries_the_stamp_keeps_its_head_in_view_and_can_be_filtered() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.spell(paper("Ánh", "Bình").chosen(None), MADE)))
    sheet = book.worksheets[0]
    cells = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    for line in STAMP:
        assert line in cells
    assert sheet.freeze_panes == f"B{len(cells) - 1}"
    assert sheet.auto_filter.ref == f"A{len(cells) - 2}:B{len(cells)}"
    assert sheet.oddFooter is not None
    assert "CDC-12" in str(sheet.oddFooter.left.text)


def test_an_archive_opens_with_its_passphrase_only() -> None:
    made = archive.pack({"danh-sách.csv": b"Nguyen"}, "khế ngọt", MADE)
    assert b"Nguyen" not in made
    with AESZipFile(io.BytesIO(made)) as opened:
        assert opened.infolist()[0].wz_aes_strength == 3  # 256 bits
        with pytest.raises(RuntimeError):
            opened.read("danh-sách.csv", pwd=b"wrong")
        assert opened.read("danh-sách.csv", pwd="khế ngọt".encode()) == b"Nguyen"


HANDED = handover.Handed(
    mark="GS-12-1",
    name="Nguyễn Thị Ngọc Ánh",
    born="1990-06-15",
    sex="female",
    number="079012345678",
    phone="0912345678",
    area="Xã Mỹ Hương",
    last="2026-11-22",
    source="GS-12",
    least_minutes=15,
    most_minutes=40,
)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_handed_over_contact_fits_the_columns_of_go_data() -> None:
    files = handover.files([HANDED], "2026-11-28")
    (contact,) = rows(files["godata-contacts.csv"])
    assert (contact["lastName"], contact["middleName"], contact["firstName"]) == (
        "Nguyễn",
        "Thị Ngọc",
        "Ánh",
    )
    assert contact["dob"] == "1990-06-15"
    assert contact["gender"] == "LNG_REFERENCE_DATA_CATEGORY_GENDER_FEMALE"
    assert contact["addresses[0].phoneNumber"] == "0912345678"
    assert contact["dateOfReporting"] == "2026-11-28"
    (relation,) = rows(files["godata-relationships.csv"])
    assert relation["sourcePerson.visualId"] == "GS-12"
    assert relation["targetPerson.visualId"] == contact["visualId"]


def test_a_handed_over_contact_fits_the_columns_of_dhis2() -> None:
    files = handover.files([HANDED], "2026-11-28")
    (row,) = rows(files["dhis2-tracker.csv"])
    (tracked,) = json.loads(files["dhis2-tracker.json"])["trackedEntities"]
    named = {each["attribute"]: each["value"] for each in tracked["attributes"]}
    assert row["orgUnit"] == tracked["orgUnit"] == "Xã Mỹ Hương"
    assert {key: value for key, value in row.items() if key in named} == named
    assert named["ENRjVGxVL6l"] == "Nguyễn"
    assert named["sB1IHYu2xQT"] == "Thị Ngọc Ánh"
    assert named["NI0QRzJvQ0k"] == "1990-06-15"


def test_half_a_birth_date_is_not_handed_on_as_a_day() -> None:
    half = handover.files([handover.Handed(mark="GS-12-2", name="Ánh", born="1990")], "2026-11-28")
    assert rows(half["godata-contacts.csv"])[0]["dob"] == ""
    assert rows(half["dhis2-tracker.csv"])[0]["NI0QRzJvQ0k"] == ""


def test_a_name_of_one_word_is_a_given_name() -> None:
    assert handover.parts("Ánh") == ("", "", "Ánh")
    assert handover.parts("Lê Ánh") == ("Lê", "", "Ánh")
