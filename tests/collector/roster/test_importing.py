"""Lists of places in and out: all or nothing, each mistake by row and column."""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import FileUnusable
from collector.roster import (
    Area,
    Kind,
    Place,
    Places,
    Sector,
    hoursline,
    importing,
    load,
    sheets,
)
from collector.roster.collation import fold
from collector.roster.columns import KINDS, hours, kind, slug
from collector.roster.commands import ImportRefused, check, find, give, take
from collector.roster.importing import Fault, Plan, plan
from wire.keys import Use, entry

KEY = msgspec.to_builtins(entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS))
GATES = frozenset({"g1", "g2"})
KNOWN = Places(
    (Area("d", "Huyện Mẫu"), Area("c1", "Xã Một", "d")), (Sector("education", "Giáo dục"),)
)
HEADS = "Mã,Tên,Loại,Khu vực,Ngành,Giờ mở cửa,Cổng\n"
GOOD = HEADS + "p1,Trường Mẫu,Trường học,Xã Một,giao duc,T2-T7 07:00-17:00,g1\n"


def planned(*texts: str, known: Places = KNOWN, **more: Any) -> Plan:  # noqa: ANN401
    read = [sheets._text(f"f{number}", text.encode()) for number, text in enumerate(texts)]
    return plan(read, known, GATES, **more)


def faults(*texts: str, known: Places = KNOWN) -> list[tuple[int, str, str]]:
    found = planned(*texts, known=known)
    assert found.places is known, "half imported"
    return [(fault.row, fault.column, fault.why) for fault in found.faults]


def test_a_list_is_taken_with_the_names_that_officers_use() -> None:
    found = planned(GOOD)
    assert (found.faults, found.added) == ((), 1)
    place = found.places.places[0]
    assert (place.area, place.sector, place.kind) == ("c1", "education", "school")
    assert place.hours is not None
    assert place.hours.openings[0].days == ("mon-sat",)


def test_a_row_with_a_cell_that_cannot_be_read_is_held_against_the_lists_all_the_same() -> None:
    """Else its other mistakes would be named only by the next import."""
    rows = "p1,Trường Mẫu,lâu đài,Xã Không,nghề,,g9\np2,,Chợ,Xã Một,giao duc,,\n"
    told = {(row, column) for row, column, _ in faults(HEADS + rows)}
    assert told == {(2, "Loại"), (2, "Khu vực"), (2, "Ngành"), (2, "Cổng"), (3, "Tên")}


def test_the_same_list_twice_changes_nothing_the_second_time() -> None:
    once = planned(GOOD)
    again = planned(GOOD, known=once.places)
    assert (again.added, again.changed, again.same) == (0, 0, 1)
    assert again.places == once.places


def test_a_place_without_an_id_is_known_again_by_its_name_and_area() -> None:
    text = "Tên,Loại,Khu vực,Ngành,Điện thoại\nTrường Mẫu,school,c1,education,{}\n"
    once = planned(text.format("0299"))
    again = planned(text.format("0300"), known=once.places)
    assert (again.changed, len(again.places.places)) == (1, 1)
    assert again.places.places[0].id == "truong-mau"
    assert again.places.places[0].phone == "0300"


def test_what_a_list_has_no_column_for_stays_as_it_was() -> None:
    once = planned(GOOD)
    again = planned("Mã,Tên,Loại,Khu vực,Ngành\np1,Trường Mới,school,c1,education\n",
                    known=once.places)  # fmt: skip
    assert again.places.places[0].gates == ("g1",)


def test_replacing_removes_what_is_not_in_the_file_and_nothing_else_does() -> None:
    once = planned(GOOD)
    other = HEADS + "p2,Chợ,Chợ,c1,education,,g2\n"
    assert [each.id for each in planned(other, known=once.places).places.places] == ["p2", "p1"]
    replaced = planned(other, known=once.places, replace=True)
    assert ([each.id for each in replaced.places.places], replaced.removed) == (["p2"], 1)


def test_an_area_that_places_belong_to_is_not_removed_from_under_them() -> None:
    once = planned(GOOD)
    found = planned("code,name,parent\nd,Huyện Mẫu,\n", known=once.places, replace=True)
    assert [fault.why for fault in found.faults] == ["p1: the place's area is not on the list"]
    assert found.places is once.places


def test_areas_sectors_and_places_come_together_in_any_order() -> None:
    areas = "Mã,Tên,Thuộc\nc9,Xã Chín,d9\nd9,Huyện,\n"
    found = planned(GOOD.replace("Xã Một", "Xã Chín"), areas, "Mã,Tên\neducation,Giáo dục\n",
                    known=Places())  # fmt: skip
    assert found.faults == ()
    assert found.added == 4


@pytest.mark.parametrize(
    ("text", "row", "column", "why"),
    [
        ("code,name,parent\na,A,b\nb,B,a\n", 2, "Thuộc", "contains itself"),
        ("code,name,parent\na,A,a\n", 2, "Thuộc", "contains itself"),
        ("code,name,parent\na,A,zz\n", 2, "Thuộc", "above is not"),
        ("code,name,parent\na,A,\na,B,\n", 3, "Mã", "twice"),
        (HEADS + "p1,A,school,c1,education,,\np1,B,school,c1,education,,\n", 3, "Mã", "twice"),
        (HEADS + ",A,school,c1,education,,\n,a,school,c1,education,,\n", 3, "Tên", "twice"),
        (HEADS + "p1,,school,c1,education,,\n", 2, "Tên", "nothing stands"),
        (HEADS + "p 1,A,school,c1,education,,\n", 2, "Mã", "code"),
        (HEADS + "p1,A,palace,c1,education,,\n", 2, "Loại", "no kind"),
        (HEADS + "p1,A,school,Xã Hai,education,,\n", 2, "Khu vực", "not on the list"),
        (HEADS + "p1,A,school,c1,war,,\n", 2, "Ngành", "not on the list"),
        (HEADS + "p1,A,school,c1,education,always,\n", 2, "Giờ mở cửa", "opening hours"),
        (HEADS + "p1,A,school,c1,education,mon 25:00-26:00,\n", 2, "Giờ mở cửa", "opening"),
        (HEADS + "p1,A,school,c1,education,,g9\n", 2, "Cổng", "not in the roster"),
        (HEADS + "p1,A,school,c1,education,,g1 g1\n", 2, "Cổng", "another place"),
        (HEADS + "p1,A,event,c1,education,,\n", 2, "", "start and an end"),
        (HEADS + "p1,A,school,c1,education,,,more\n", 2, "", "more cells"),
        (HEADS.replace("Giờ mở cửa", "Giờ") + "p1,A,school,c1,education,,\n", 1, "Giờ", "no such"),
        (HEADS.replace("Giờ mở cửa", "name") + "p1,A,school,c1,education,,\n", 1, "name", "twice"),
        ("colour,taste\nred,sweet\n", 1, "", "belong to no list"),
        ('"open,name\n', 1, "", "quotation"),
        (HEADS + 'p1,"=1+1",school,c1,education,,\n', 2, "Tên", "formula"),
        (HEADS + "p1,@SUM(A1),school,c1,education,,\n", 2, "Tên", "formula"),
        (HEADS + "p1,Tr\u00c6\u00b0\u00e1\u00bb\u009dng,school,c1,education,,\n", 2, "", "garbled"),
        (HEADS + "p1,A\0B,school,c1,education,,\n", 2, "", "no text"),
        ("", 0, "", "nothing"),
        (HEADS + "p1,+cmd|' /C calc'!A0,school,c1,education,,\n", 2, "Tên", "formula"),
        (HEADS + "p1,-1+SUM(A1),school,c1,education,,\n", 2, "Tên", "formula"),
        (HEADS + "p1,2026-09-02T00:00,school,c1,education,,\n", 2, "Tên", "has changed"),
        (
            HEADS + "p1,Tr\u00ad\u00eang M\u00c9u,school,c1,education,,\n",
            2,
            "Tên",
            "old font",
        ),
        (HEADS + "p1,Chôï Myõ Tuù,school,c1,education,,\n", 2, "Tên", "old font"),
        (HEADS.replace("Cổng", "") + "p1,A,school,c1,education,,g1\n", 2, "", "more cells"),
    ],
)
def test_each_mistake_is_named_by_row_and_column(
    text: str, row: int, column: str, why: str
) -> None:
    found = faults(text)
    assert [(each[0], each[1]) for each in found if why in each[2]][:1] == [(row, column)]


def test_a_column_that_only_numbers_the_rows_is_passed_over() -> None:
    heads, row = GOOD.splitlines()
    found = planned(f"STT,{heads}\n1,{row}\n")
    assert (found.faults, found.added) == ((), 1)


def test_a_wrong_row_keeps_the_good_ones_out_too() -> None:
    text = GOOD + "p2,Chợ,Chợ,Xã Hai,education,,\n"
    assert [row for row, _, _ in faults(text)] == [3]


def test_every_wrong_row_is_named_not_only_the_first() -> None:
    text = HEADS + "".join(f"p{n},A{n},palace,c1,education,,\n" for n in range(5))
    assert [row for row, _, _ in faults(text)] == [2, 3, 4, 5, 6]


def test_a_gate_at_two_places_is_refused_at_both() -> None:
    text = HEADS + "p1,A,school,c1,education,,g1\np2,B,school,c1,education,,g1\n"
    assert [row for row, column, _ in faults(text) if column == "Cổng"] == [2, 3]


def test_a_gate_that_moved_is_taken_from_the_place_where_it_was_in_the_same_list() -> None:
    once = planned(GOOD)
    moved = HEADS + "p1,Trường Mẫu,school,c1,education,,\np2,Chợ,market,c1,education,,g1\n"
    found = planned(moved, known=once.places)
    assert found.faults == ()
    assert {each.id: each.gates for each in found.places.places} == {"p1": (), "p2": ("g1",)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_files_of_spreadsheets_are_read_in_their_encodings(encoding: str, delimiter: str) -> None:
    data = GOOD.replace(",", delimiter).encode(encoding)
    found = plan([sheets._text("f", data)], KNOWN, GATES)
    assert (found.faults, found.places.places[0].name) == ((), "Trường Mẫu")


def test_another_encoding_is_named_with_its_row() -> None:
    data = (HEADS + "p1,").encode() + "Tr\u01b0\u1eddng".encode("utf-16-le") + b"\xff\n"
    assert plan([sheets._text("f", data)], KNOWN, GATES).faults == (
        Fault("f", 2, "", "not UTF-8: save the file as “CSV UTF-8”"),
    )


def test_decomposed_letters_are_composed() -> None:
    found = planned(GOOD.replace("Trường Mẫu", "Tru\u031bo\u031b\u0300ng"))
    assert found.places.places[0].name == "Trường"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_have_a_fault(data: bytes) -> None:
    found = plan([sheets._text("f", data)], KNOWN, GATES)
    assert found.faults
    assert found.places is KNOWN


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_a_spreadsheets_numbers_and_formulas_are_seen_for_what_they_are(tmp_path: Path) -> None:
    heads: list[object] = ["Mã", "Tên", "Loại", "Khu vực", "Ngành", "Lưu lại lâu nhất"]
    good = workbook(tmp_path / "a.xlsx", heads, [7, "A", "school", "c1", "education", 90.0])
    found = plan(sheets.read(good), KNOWN, GATES)
    assert (found.places.places[0].id, found.places.places[0].longest_min) == ("7", 90)
    bad = workbook(tmp_path / "b.xlsx", heads, [7, "=1+1", "school", "c1", "education", ""])
    (fault,) = plan(sheets.read(bad), KNOWN, GATES).faults
    assert (fault.row, fault.column) == (2, "Tên")
    assert "formula" in fault.why


def test_merged_cells_below_the_heads_are_refused_and_lose_nothing(tmp_path: Path) -> None:
    heads: list[object] = ["Tên", "", "Loại", "Khu vực", "Ngành", "Người liên hệ"]
    rows: list[list[object]] = [
        [f"A{n}", "", "school", "c1", "education", "Bà Hoa"] for n in (1, 2)
    ]
    path = workbook(tmp_path / "a.xlsx", heads, *rows)
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("A1:B1")
    book.save(path)
    assert plan(sheets.read(path), KNOWN, GATES).added == 2
    book.worksheets[0].merge_cells("F2:F3")
    book.save(path)
    (fault,) = plan(sheets.read(path), KNOWN, GATES).faults
    assert (fault.row, fault.column) == (2, "Người liên hệ")
    assert "merged" in fault.why


def test_letters_that_were_garbled_before_a_spreadsheet_was_saved_are_refused(
    tmp_path: Path,
) -> None:
    heads: list[object] = ["Tên", "Loại", "Khu vực", "Ngành"]
    row: list[object] = ["Tr\u00c6\u00b0\u00e1\u00bb\u009dng", "school", "c1", "education"]
    (fault,) = plan(sheets.read(workbook(tmp_path / "a.xlsx", heads, row)), KNOWN, GATES).faults
    assert (fault.row, fault.column) == (2, "Tên")
    assert "garbled" in fault.why


def test_what_is_no_spreadsheet_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for broken in (b"PK\x03\x04 and no more", b"\x8f\x12 cut off at its beginning"):
        path.write_bytes(broken)
        with pytest.raises(FileUnusable, match="not a spreadsheet"):
            sheets.read(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with pytest.raises(FileUnusable, match="xls"):
        sheets.read(path)
    with pytest.raises(FileUnusable, match="No such file"):
        sheets.read(tmp_path / "none.csv")


def test_a_packed_giant_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(5):
            packed.writestr(f"x{number}", b"0" * (60 * 1024 * 1024))
    assert path.stat().st_size < sheets.MAX_BYTES
    with pytest.raises(FileUnusable, match="far too long"):
        sheets.read(path)


@pytest.mark.parametrize("name", ["l.csv", "l.xlsx"])
def test_more_rows_than_are_taken_are_said_to_be_too_many_and_not_too_long(name: str) -> None:
    bounds = sheets.Bounds(packed=10**6, unpacked=10**6, rows=2)
    table = [["Mã", "Tên"], ["c1", "Một"], ["c2", "Hai"]]
    (found,) = sheets.parsed(name, sheets.written(Path(name), [("l", table)]), bounds)
    assert [(each.row, each.why) for each in found.complaints] == [(3, sheets.TOO_MANY)]


@pytest.mark.parametrize(
    "text",
    [
        "mon-sat 07:00-11:30; mon-fri 13:00-17:00",
        "mon,wed 07:00-24:00; closed 2027-02-06 2027-02-07",
        "",
    ],
)
def test_hours_on_a_line_come_back_as_they_were(text: str) -> None:
    assert hoursline.spell(hoursline.read(text)) == text


def test_vietnamese_days_are_understood() -> None:
    assert hoursline.read("T2-T6,CN 7:00-17:00; nghỉ 6/2/2027") == hoursline.read(
        "mon-fri,sun 07:00-17:00; closed 2027-02-06"
    )


def test_an_hour_is_understood_as_it_is_mostly_written() -> None:
    assert hoursline.read("T2-T7 7h-11h30; CN 07:30-12h") == hoursline.read(
        "mon-sat 07:00-11:30; sun 07:30-12:00"
    )
    for wrong in ("T2 7-11", "T2 7:-11:00", "T2 7h0-11h", "T2 7h300-11h", "T2 25h-26h"):
        with pytest.raises(ValueError, match="opening hours"):
            hours(wrong)


def test_every_kind_can_be_written_in_vietnamese_without_diacritics() -> None:
    assert {kind(name.upper()) for name in KINDS.values()} == set(KINDS)
    assert kind("ben tau") == kind("Bến xe") == Kind.STATION


def test_an_id_is_made_of_a_name_and_is_its_own() -> None:
    assert slug("Chợ Đêm", (), {}) == "cho-dem"
    assert slug("Chợ Đêm", ("cho-dem", "cho-dem-2"), {}) == "cho-dem-3"
    assert slug("???", (), {}) == "place"


def test_a_long_list_without_ids_is_read_name_by_name_and_not_each_against_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = "".join(f"Chợ {number},market,c1,education\n" for number in range(200))
    text = "Tên,Loại,Khu vực,Ngành\n" + rows + "Quán,shop,c1,education\n"
    once = planned(text)
    folded: list[str] = []

    def counted(name: str) -> str:
        folded.append(name)
        return fold(name)

    monkeypatch.setattr(importing, "fold", counted)
    again = planned(text, known=once.places)
    assert (again.same, again.added, again.changed) == (201, 0, 0)
    assert len(folded) < 10 * 201


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.json"
    gate = {"gate": "g1", "place": "Cổng chính", "area": "", "sector": "", "directions": ["in"]}
    document = {"authority": "X", "help_line": "", "gates": [{**gate, "records": KEY}]}
    path.write_bytes(msgspec.json.encode(document))
    return path


def csv_file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


LISTS = (
    "Mã,Tên,Thuộc\nc1,Xã Một,\n",
    "Mã,Tên\neducation,Giáo dục\n",
    GOOD,
)


def lists(folder: Path) -> list[Path]:
    return [csv_file(folder / f"l{number}.csv", text) for number, text in enumerate(LISTS)]


def test_what_is_exported_is_imported_elsewhere_as_it_was(roster: Path, tmp_path: Path) -> None:
    take(roster, lists(tmp_path), replace=False, dry=False)
    before = load(roster)
    give(roster, tmp_path / "all.xlsx", "places")
    (tmp_path / "places.json").unlink()
    take(roster, [tmp_path / "all.xlsx"], replace=False, dry=False)
    assert load(roster) == before
    give(roster, tmp_path / "places.csv", "places")
    take(roster, [tmp_path / "places.csv"], replace=True, dry=False)
    assert load(roster) == before


@pytest.mark.parametrize("name", ["lists.ods", "lists.xls", "lists.json", "lists"])
def test_an_export_is_of_a_kind_that_can_be_imported(
    roster: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(FileUnusable, match="xlsx or"):
        give(roster, tmp_path / name, "places")
    assert not (tmp_path / name).exists()


def test_a_refused_import_leaves_the_file_untouched_and_names_the_rows(
    roster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(roster, lists(tmp_path), replace=False, dry=False)
    before = (tmp_path / "places.json").read_bytes()
    bad = csv_file(tmp_path / "sai.csv", GOOD + "p2,Chợ,Chợ,Xã Hai,education,,\n")
    with pytest.raises(ImportRefused):
        take(roster, [bad], replace=False, dry=False)
    assert (tmp_path / "places.json").read_bytes() == before
    assert capsys.readouterr().err.startswith("sai, dòng 3, cột “Khu vực”: ")


def test_trying_writes_nothing(roster: Path, tmp_path: Path) -> None:
    take(roster, lists(tmp_path), replace=False, dry=True)
    assert not (tmp_path / "places.json").exists()


@pytest.mark.parametrize("dry", [True, False])
def test_a_place_that_is_removed_while_its_gates_scan_is_named(
    roster: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    dry: bool,  # noqa: FBT001
) -> None:
    take(roster, lists(tmp_path), replace=False, dry=False)
    other = csv_file(tmp_path / "o.csv", HEADS + "p2,Chợ Mẫu,Chợ,Xã Một,giao duc,,\n")
    capsys.readouterr()
    take(roster, [other], replace=True, dry=dry)
    counts, left, *_ = capsys.readouterr().out.splitlines()
    assert counts.endswith("bỏ 1")
    assert left == "Trường Mẫu bị bỏ khỏi danh sách dù vẫn còn cổng ở đó: g1"


def test_finding_needs_no_diacritics(
    roster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(roster, lists(tmp_path), replace=False, dry=False)
    capsys.readouterr()
    assert find(roster, "truong mau giao") == 0
    assert capsys.readouterr().out.startswith("Trường Mẫu (p1) · Trường học · Xã Một")
    assert find(roster, "chợ") == 1


def test_checking_says_what_does_not_fit(
    roster: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(roster) == 1
    assert "“Cổng chính” không có trong danh sách" in capsys.readouterr().out
    take(roster, lists(tmp_path), replace=False, dry=False)
    assert check(roster) == 0


def test_an_export_holds_no_formula_and_keeps_leading_zeros(tmp_path: Path, roster: Path) -> None:
    place = Place("p1", "A", Kind.OFFICE, "c1", "education", phone="0299")
    data = sheets.written(tmp_path / "x.xlsx", [("t", [["phone"], [place.phone]])])
    cell = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == ("0299", "s")
    rows = csv.reader(io.StringIO(sheets.written(roster, [("t", [["0299"]])]).decode("utf-8-sig")))
    assert list(rows) == [["0299"]]


def test_the_sample_is_imported_as_it_lies_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = tmp_path / "roster.json"
    roster.write_text('{"authority": "Huyện Mẫu", "help_line": "", "gates": []}', encoding="utf-8")
    sample = Path(sheets.__file__).with_name("samples") / "my-tu.json"
    assert take(roster, [sample], replace=False, dry=False) == 0
    assert len(load(roster).areas) == 10
    capsys.readouterr()
    take(roster, [sample], replace=False, dry=False)
    assert re.findall(r"\d+", capsys.readouterr().out) == ["0", "0", "20", "0"]


@pytest.mark.parametrize(
    ("phone", "is_taken"),
    [
        ("0912345678", True),
        ("912345678", False),
        ("2993890000", False),
        ("19009095", True),
        ("+84 299 3890 000", True),
        ("(0299) 3-890-000", True),
        ("-", True),
        ("8.49E+10", False),
    ],
)
def test_a_number_whose_first_0_a_spreadsheet_has_eaten_is_refused(
    phone: str,
    is_taken: bool,  # noqa: FBT001
) -> None:
    text = f"Tên,Loại,Khu vực,Ngành,Điện thoại\nTrường,Trường học,Xã Một,giao duc,{phone}\n"
    found = planned(text).faults
    assert [each.column for each in found] == ([] if is_taken else ["Điện thoại"])


def test_mistakes_are_told_in_the_order_of_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster, file = tmp_path / "roster.json", tmp_path / "p.csv"
    roster.write_text('{"authority": "Huyện Mẫu", "help_line": "", "gates": []}', encoding="utf-8")
    rows = "A,Chợ,nowhere,s\nB,x,c,s\n=C,Chợ,c,s\n"
    file.write_text("Tên,Loại,Khu vực,Ngành\n" + rows, encoding="utf-8")
    with pytest.raises(ImportRefused):
        take(roster, [file], replace=False, dry=False)
    told = [line.partition(",")[2].split()[1] for line in capsys.readouterr().err.splitlines()]
    assert told == sorted(told)
