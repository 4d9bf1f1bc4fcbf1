"""A paper as a spreadsheet. openpyxl's home.

Every cell is a text and marked as one: nothing in it is ever calculated. Head and first column stay
in view, each column can be filtered, and each sheet prints on A4 with its stamp on every page.
"""

import io
import re
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from collector.export.entries import Paper, Sheet

UNFIT = re.compile(r"[\[\]:*?/\\']")
"""What the name of a sheet may not contain."""
WIDE = 60
BOLD = Font(bold=True)


def spell(paper: Paper, made: datetime) -> bytes:
    """Return the whole paper, one sheet for each of its tables."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for number, sheet in enumerate(paper.sheets, 1):
        name = f"{number} {UNFIT.sub(' ', sheet.title)}"[:31]
        _fill(book.create_sheet(name), paper, sheet)
    book.properties.creator = "Gate Scanner"
    book.properties.created = book.properties.modified = made.replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, paper: Paper, sheet: Sheet) -> None:
    above = [*paper.head(), *((note, "") for note in paper.notes), ("", "")]
    for row, line in enumerate(above, 1):
        for column, text in enumerate(line, 1):
            _write(page, row, column, text).font = Font(bold=row <= 2 and column == 1)
    head = len(above) + 1
    for column, each in enumerate(sheet.columns, 1):
        _write(page, head, column, each.title).font = BOLD
    for row, texts in enumerate(sheet.rows, head + 1):
        for column, text in enumerate(texts, 1):
            _write(page, row, column, text).alignment = Alignment(vertical="top", wrap_text=True)
    _arrange(page, sheet, head)
    stamp = " · ".join(f"{name}: {value}" for name, value in paper.stamp)
    top, foot = HeaderFooterItem(), HeaderFooterItem()
    top.left.text = _plain(f"{paper.banner} {paper.title}".strip())[:200]
    foot.left.text, foot.right.text = _plain(stamp)[:230], "&P / &N"
    page.oddHeader, page.oddFooter = top, foot


def _arrange(page: Worksheet, sheet: Sheet, head: int) -> None:
    last = get_column_letter(max(1, len(sheet.columns)))
    page.freeze_panes = f"B{head + 1}"
    page.auto_filter.ref = f"A{head}:{last}{head + len(sheet.rows)}"
    page.print_title_rows = f"{head}:{head}"
    page.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for place, column in enumerate(sheet.columns):
        longest = max([len(column.title) + 4, *(len(row[place]) + 1 for row in sheet.rows)])
        page.column_dimensions[get_column_letter(place + 1)].width = min(longest, WIDE)


def _write(page: Worksheet, row: int, column: int, text: str) -> Cell:
    """Write a text as a text, whatever it begins with."""
    cell = page.cell(row, column)
    assert isinstance(cell, Cell)  # noqa: S101  # no merged cells here
    if text:
        cell.value = _clean(text)
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _clean(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)[:32_000]


def _plain(text: str) -> str:
    """Return a text for a page's head, in which `&` gives orders."""
    return _clean(text).replace("&", "&&")
