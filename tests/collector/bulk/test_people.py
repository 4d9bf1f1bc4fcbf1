"""Lists as schools and companies send them: what is taken, and what is said row by row."""

import datetime as dt
import io
import zipfile
from contextlib import suppress
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.bulk import people, work
from collector.bulk.entries import MOST, ListFaulty, Person

TODAY = dt.date(2026, 11, 28)
HEADS = "Họ và tên,Ngày sinh,Giới tính,Số CCCD,Điện thoại,Lớp\n"
GOOD = "Trần Thị Mẫu,31/05/2012,Nữ,079212000001,0912 345 678,5A"


def read(data: bytes, name: str = "list.csv") -> tuple[Person, ...]:
    return people.read(work._sheets(name, data), TODAY)


def faults(text: str | bytes, name: str = "list.csv") -> list[tuple[int, str, str]]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(ListFaulty) as faulty:
        read(data, name)
    assert all(each.why for each in faulty.value.faults)
    return [(each.row, each.column, each.code) for each in faulty.value.faults]


def book(*rows: Any) -> bytes:  # noqa: ANN401  # whatever openpyxl takes
    made, out = openpyxl.Workbook(), io.BytesIO()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(row)
    made.save(out)
    return out.getvalue()


def test_a_row_becomes_a_person() -> None:
    (found,) = read((HEADS + GOOD).encode())
    assert found == Person(
        *(2, "Trần Thị Mẫu", "2012-05-31", "female", "079212000001", "", "0912345678", "5A")
    )


def test_heads_are_known_in_english_and_without_diacritics_and_in_any_order() -> None:
    (found,) = read(b"class;phone;DATE OF BIRTH;Full name;so thu tu\n5A;;2012;Mau;7")
    assert (found.name, found.born, found.group, found.phone) == ("Mau", "2012", "5A", "")


@pytest.mark.parametrize(
    "text",
    [
        "Họ và tên,,Ngày sinh\nTrần Thị,Mẫu,2012",
        "Họ đệm,Tên,Ngày sinh\nTrần Thị,Mẫu,2012",
        "STT,Tên,Ngày sinh,Họ và tên đệm\n1,Mẫu,2012,Trần  Thị ",
        "Họ và tên,Họ,Ngày sinh\nTrần Thị Mẫu,Trần,2012",
        "Họ và tên,,Ngày sinh\nTrần Thị Mẫu,,2012",
    ],
)
def test_a_name_in_two_columns_is_one_name(text: str) -> None:
    (found,) = read(text.encode())
    assert found.name == "Trần Thị Mẫu"


def test_half_a_name_in_two_columns_is_none() -> None:
    assert faults("Họ,Tên,Ngày sinh\nTrần Thị,,2012") == [(2, "Tên", "missing")]


def test_a_spreadsheets_own_dates_and_numbers_are_taken() -> None:
    born, phone = dt.datetime(2012, 5, 31), 912345678  # noqa: DTZ001  # as a spreadsheet has it
    data = book(["Họ tên", "Ngày sinh", "SĐT"], ["Mẫu", born, phone], ["Khác", 2012.0, None])
    first, second = read(data, "list.xlsx")
    assert (first.born, first.phone, second.born) == ("2012-05-31", "0912345678", "2012")


@pytest.mark.parametrize(
    "name", ["Y", "Sáng", "H'Hen Niê", "Ròmăn Đinh-A Lê", "محمد علي", "Nguyễn " + "A" * 190]
)
def test_a_name_of_one_word_of_another_script_or_very_long_is_a_name(name: str) -> None:
    (found,) = read(f"name,born\n{name},2012".encode())
    assert found.name == name


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",2012,,,,", ("Họ và tên", "missing")),
        ("Mẫu 😀,2012,,,,", ("Họ và tên", "not-a-name")),
        ("\u202eMẫu,2012,,,,", ("Họ và tên", "not-a-name")),
        (f"{'A' * 500},2012,,,,", ("Họ và tên", "too-long")),
        ("+cmd|calc!A1,2012,,,,", ("Họ và tên", "not-a-name")),
        ("Mẫu,31/02/2012,,,,", ("Ngày sinh", "no-date")),
        ("Mẫu,00/13/2012,,,,", ("Ngày sinh", "no-date")),
        ("Mẫu,29/11/2026,,,,", ("Ngày sinh", "in-future")),
        ("Mẫu,1/1/1850,,,,", ("Ngày sinh", "too-old")),
        ("Mẫu,,,,,", ("Ngày sinh", "missing")),
        ("Mẫu,2012,gái,,,", ("Giới tính", "no-choice")),
        ("Mẫu,2012,,79212000001,,", ("Số CCCD", "no-number")),
        ("Mẫu,2012,,12-34,,", ("Số CCCD", "no-number")),
        ("Mẫu,2012,,,12345,", ("Điện thoại", "no-phone")),
        (f"Mẫu,2012,,,,{'5' * 41}", ("Lớp", "too-long")),
        ("Mẫu,2012,,,,+5A", ("Lớp", "not-a-group")),
    ],
)
def test_what_is_wrong_is_said_with_row_and_column(row: str, expected: tuple[str, str]) -> None:
    assert faults(HEADS + GOOD + "\n" + row) == [(3, *expected)]


def test_a_phone_and_a_passport_of_another_country_are_taken() -> None:
    (found,) = read(b"name,born,number,phone\nMau,1990-01-02,C1234567,+855 12 345 678")
    assert (found.passport, found.number, found.phone) == ("C1234567", "", "+85512345678")


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_a_formula_is_refused(cell: str) -> None:
    quoted = cell.replace('"', '""')
    assert faults(f'{HEADS}Mẫu,2012,,,,"{quoted}"') == [(2, "Lớp", "unreadable")]
    data = book(["Họ tên", "Ngày sinh", "Lớp"], ["Mẫu", "2012", cell])
    assert {each[0] for each in faults(data, "list.xlsx")} == {2}


def test_somebody_twice_is_said_with_the_second_row() -> None:
    twice = HEADS + GOOD + "\nTên Khác,2013,,079 212 000 001,,5B\nMẫu,2012,,,,\nMẪU,2012,,,,"
    assert faults(twice) == [(3, "", "twice"), (5, "", "twice")]


def test_two_of_one_name_are_two_as_the_page_advises() -> None:
    assert faults(HEADS + "Mẫu,2012,,,,5A\nMẫu,2012,,,,5B") == [(3, "", "twice")]
    assert "full birth date or the number" in people.TWICE
    for more in (
        "Mẫu,31/05/2012,,,,5A\nMẫu,1/6/2012,,,,5B",
        "Mẫu,2012,,079212000001,,5A\nMẫu,2012,,079212000002,,5B",
    ):
        assert len(read((HEADS + more).encode())) == 2


def test_all_faults_are_told_at_once() -> None:
    assert faults(HEADS + ",,,,,5A\nMẫu,x,,,,") == [
        (2, "Họ và tên", "missing"),
        (2, "Ngày sinh", "missing"),
        (3, "Ngày sinh", "no-date"),
    ]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * (40 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "row"),
    [
        ("list.xlsx", b"PK\x03\x04 and nothing more", 0),
        ("list.xlsx", b"\xd0\xcf\x11\xe0old", 0),
        ("list.xlsx", b"<html>\0</html>", 0),
        ("list.xlsx", bomb(), 0),
        ("list.csv", b"x" * (2 * 1024 * 1024 + 1), 0),
        ("list.csv", (HEADS + GOOD).encode("cp1258", "ignore"), 1),
        ("list.csv", (HEADS + GOOD).encode().decode("cp1252", "replace").encode(), 1),
        ("list.csv", b'name,born\n"Mau,2012\n', 2),
        ("list.csv", b"", 0),
        ("list.csv", HEADS.encode(), 0),
        ("list.csv", b"a,b\n1,2\n", 1),
    ],
)
def test_a_file_that_is_no_list_says_so_and_gives_nobody(name: str, data: bytes, row: int) -> None:
    assert faults(data, name)[0][0] == row


def test_a_hundred_thousand_rows_are_far_too_many() -> None:
    rows = "\n".join(f"A,{year % 100 + 1920}" for year in range(100_000))
    ((row, _, code),) = faults("name,born\n" + rows)
    assert (row, code) == (MOST + 2, "unreadable")
    data = book(["name", "born"], *([chr(65 + n % 26) * (n // 26 + 1), 2012] for n in range(5)))
    assert len(read(data, "list.xlsx")) == 5


def test_a_spreadsheet_with_too_many_rows_is_refused() -> None:
    rows = [["name", "born"], *([f"A{'B' * (n % 9)}", 1950] for n in range(MOST + 1))]
    assert (MOST + 2, "", "unreadable") in faults(book(*rows), "list.xlsx")


@given(st.binary(max_size=300))
def test_any_bytes_give_people_or_faults(data: bytes) -> None:
    with suppress(ListFaulty):
        assert all(each.name for each in read(data))


@given(st.dictionaries(st.sampled_from(sorted(people.HEADS)), st.text(max_size=30)))
def test_any_cells_give_a_person_or_faults(cells: dict[str, str]) -> None:
    with suppress(ListFaulty):
        (found,) = people.sent([cells], TODAY)
        assert found.name
        assert found.group.isprintable()


def test_nothing_says_who_somebody_is() -> None:
    (found,) = read((HEADS + GOOD).encode())
    assert "Mẫu" not in repr(found)
    assert len(people.digest(found)) == 32
