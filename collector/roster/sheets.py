"""Lists as files: CSV and XLSX, read into rows of texts and written again. openpyxl's one home.

Whatever is wrong with a file is said with the row in which it is. Nothing in it is computed: a
formula is refused, since what it shows depends on who opens it.
"""

import csv
import datetime as dt
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import column_index_from_string

from collector.errors import FileUnusable
from collector.i18n import N_

MAX_BYTES = 16 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 64
MAX_CELL = 4_000
TOO_MANY = N_("more rows than are taken at once: divide the list into several files")
NO_SPREADSHEET = N_("not a spreadsheet that can be read")
GARBLED = re.compile(
    "\u00e1[\u00bb\u00ba][^\x00-\x7f]|\u00c4[\u0090\u2018]|\u00c6[\u00b0\u00a1]"
    "|\u00c3[\u00a0-\u00bf]|\ufffd"
)
"""UTF-8 that some program took for another encoding and saved like that."""
NO_LETTERS = N_("garbled letters: open the original again and save as “CSV UTF-8”")
MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\s[^<>]{0,100}?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"'
)
PIECE = 1024 * 1024


class Bounds(msgspec.Struct, frozen=True):
    """How large a file may be."""

    packed: int = MAX_BYTES
    unpacked: int = MAX_UNPACKED
    rows: int = MAX_ROWS


BOUNDS = Bounds()


class Complaint(msgspec.Struct, frozen=True):
    """What is wrong with one row, or with the whole (row 0)."""

    row: int
    column: str
    why: str


class Line(msgspec.Struct, frozen=True):
    """One row, as texts."""

    row: int
    """As a spreadsheet numbers it."""
    cells: tuple[str, ...]


class Sheet(msgspec.Struct, frozen=True):
    """One list of a file: rows, and what could not be read."""

    title: str
    lines: tuple[Line, ...]
    complaints: tuple[Complaint, ...] = ()


def read(path: Path) -> tuple[Sheet, ...]:
    """Read all lists of a file; raise FileUnusable if it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise FileUnusable(msg) from error
    return parsed(str(path), data)


def parsed(name: str, data: bytes, bounds: Bounds = BOUNDS) -> tuple[Sheet, ...]:
    """Read all lists of a file's bytes; raise FileUnusable if it is none, or too large."""
    if len(data) > bounds.packed:
        msg = f"{name}: {N_('far too long')}"
        raise FileUnusable(msg)
    if data.startswith(b"PK\x03\x04"):
        return _workbook(name, data, bounds)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        msg = f"{name}: {N_('an old Excel file (.xls); save it as .xlsx')}"
        raise FileUnusable(msg)
    if Path(name).suffix.lower() == ".xlsx":
        msg = f"{name}: {NO_SPREADSHEET}"
        raise FileUnusable(msg)
    return (_text(Path(name).stem, data, bounds),)


def written(path: Path, tables: Sequence[tuple[str, list[list[str]]]]) -> bytes:
    """Return the tables as the bytes of a file of the kind that its name says."""
    if path.suffix.lower() == ".xlsx":
        return _as_workbook(tables)
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(tables[0][1])
    return out.getvalue().encode("utf-8-sig")  # with a mark, or Excel takes it for another encoding


def _text(title: str, data: bytes, bounds: Bounds = BOUNDS) -> Sheet:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        return _unread(title, row, N_("not UTF-8: save the file as “CSV UTF-8”"))
    if "\0" in text:
        return _unread(title, text[: text.index("\0")].count("\n") + 1, N_("no text at all"))
    if found := GARBLED.search(text):
        row = text[: found.start()].count("\n") + 1
        return _unread(title, row, NO_LETTERS)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    try:
        for row, cells in enumerate(rows, 1):
            if row > bounds.rows or len(cells) > MAX_COLUMNS:
                return _unread(title, row, TOO_MANY if row > bounds.rows else N_("far too long"))
            lines.append(Line(row, tuple(_clean(cell) for cell in cells)))
    except csv.Error:
        return _unread(title, len(lines) + 1, N_("a quotation mark is not closed"))
    return Sheet(title, tuple(lines), tuple(_formulas(lines)))


def _unread(title: str, row: int, why: str) -> Sheet:
    return Sheet(title, (), (Complaint(row, "", why),))


def _formulas(lines: Iterable[Line]) -> Iterator[Complaint]:
    for line in lines:
        for number, cell in enumerate(line.cells):
            if cell[:1] in ("=", "@"):
                yield Complaint(line.row, str(number), N_("a formula: put its value in its place"))


def _workbook(name: str, data: bytes, bounds: Bounds) -> tuple[Sheet, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(each.file_size for each in packed.infolist())
    except zipfile.BadZipFile as error:
        msg = f"{name}: {NO_SPREADSHEET}"
        raise FileUnusable(msg) from error
    if unpacked > bounds.unpacked:
        msg = f"{name}: {N_('far too long')}"
        raise FileUnusable(msg)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which are not looked at
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            try:
                return tuple(_sheet(each, bounds) for each in book.worksheets)
            finally:
                book.close()
    except Exception as error:  # a broken file finds more kinds than can be named
        msg = f"{name}: {NO_SPREADSHEET}"
        raise FileUnusable(msg) from error


def _sheet(sheet: Any, bounds: Bounds) -> Sheet:  # noqa: ANN401  # openpyxl's read-only sheet has no public type
    lines: list[Line] = []
    complaints: list[Complaint] = []
    sheet.reset_dimensions()  # what a file says of its own size is not believed
    for row, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        if row > bounds.rows:
            complaints.append(Complaint(row, "", TOO_MANY))
            break
        lines.append(Line(row, tuple(_cell(each) for each in cells)))
        for number, each in enumerate(cells):
            if GARBLED.search(lines[-1].cells[number]):
                complaints.append(Complaint(row, str(number), NO_LETTERS))
            elif each.data_type == "f":
                why = N_("a formula: put its value in its place")
                complaints.append(Complaint(row, str(number), why))
            elif each.data_type == "e":
                complaints.append(Complaint(row, str(number), N_("an error of the spreadsheet")))
    heads = next((line.row for line in lines if any(line.cells)), 0)
    complaints += _merged(sheet, heads)
    return Sheet(sheet.title, tuple(lines), tuple(complaints))


def _merged(sheet: Any, heads: int) -> Iterator[Complaint]:  # noqa: ANN401  # the same
    """Yield where cells below the heads are merged: all show what only the first one holds."""
    found: dict[tuple[bytes, bytes, bytes], None] = {}
    before = b""
    with sheet._get_source() as source:  # noqa: SLF001  # a sheet that is read in passing does not tell
        while piece := source.read(PIECE):
            found |= dict.fromkeys(MERGED.findall(before + piece))
            before = (before + piece)[-200:]
    for letters, row, last in found:
        if int(last) > heads:
            column = column_index_from_string(letters.decode()) - 1
            why = N_("merged cells: separate them, and fill each one")
            yield Complaint(int(row), str(column), why)


def _cell(cell: Any) -> str:  # noqa: ANN401  # the same
    match cell.value:
        case None:
            return ""
        case bool() as value:
            return "yes" if value else "no"
        case float() as value if value.is_integer():
            return str(int(value))
        case dt.datetime() as value:
            return value.isoformat(timespec="minutes")
        case value:
            return _clean(str(value))


def _clean(text: str) -> str:
    """Return a cell's text with its letters composed and no space around."""
    return unicodedata.normalize("NFC", text[:MAX_CELL]).strip()


def _as_workbook(tables: Sequence[tuple[str, list[list[str]]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in tables:
        sheet = book.create_sheet(title)
        for row, cells in enumerate(rows, 1):
            for number, text in enumerate(cells, 1):
                cell = sheet.cell(row, number)
                cell.value = text
                cell.data_type = "s"  # 0299 stays 0299, and nothing becomes a formula
                cell.number_format = "@"
                if row == 1:
                    cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
