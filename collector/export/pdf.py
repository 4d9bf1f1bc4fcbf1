"""A paper as a print: A4, black on white, fonts embedded. reportlab's home.

Every page carries the banner, the title, the stamp and its own number, so that a page found alone
says what it is. With a passphrase the file is encrypted (AES-256).
"""

import io
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors, pdfencrypt
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table, TableStyle
from reportlab.platypus.flowables import Flowable, Spacer

from collector.export import fonts, pdfaes
from collector.export.entries import Paper, Sheet

MARGIN = 14 * mm
HEAD = 13 * mm
FOOT = 15 * mm
WIDE_COLUMNS = 6
"""With more columns a paper lies on its side."""
TEXT = ParagraphStyle("text", fontName="Text", fontSize=8.5, leading=11, alignment=TA_LEFT)
SMALL = ParagraphStyle("small", TEXT, fontSize=7, leading=8.6)
BOLD = ParagraphStyle("bold", TEXT, fontName="Bold")
TITLE = ParagraphStyle("title", TEXT, fontName="Bold", fontSize=10.5, leading=14, spaceBefore=6)
LINES = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 1.2, colors.black),
        *((f"{side}PADDING", (0, 0), (-1, -1), 3) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
    ]
)


def spell(paper: Paper, passphrase: str = "") -> bytes:
    """Return the whole paper. Raises FontMissing."""
    for use, path in fonts.found().items():
        pdfmetrics.registerFont(TTFont(use, str(path)))
    widest = max((len(sheet.columns) for sheet in paper.sheets), default=0)
    size = landscape(A4) if widest > WIDE_COLUMNS else A4
    out = io.BytesIO()
    room = (size[0] - 2 * MARGIN, size[1] - 2 * MARGIN - HEAD - FOOT)
    frame = Frame(MARGIN, MARGIN + FOOT, *room, 0, 0, 0, 0)
    document = BaseDocTemplate(
        out,
        pagesize=size,
        encrypt=_locked(passphrase),
        title=paper.title,
        author="Gate Scanner",
        creator="Gate Scanner",
        invariant=1,  # when it was made is in the stamp, by the clock that was asked
        lang="vi",
    )
    document.addPageTemplates(PageTemplate("page", [frame]))
    made_by = partial(_Pages, paper=paper)
    document.build(list(_story(paper, room[0])), canvasmaker=made_by)
    return out.getvalue()


def _story(paper: Paper, width: float) -> Iterable[Flowable]:
    for note in paper.notes:
        yield Paragraph(escape(note), TEXT)
    for sheet in paper.sheets:
        yield Paragraph(escape(sheet.title), TITLE)
        yield Spacer(1, 2 * mm)
        if sheet.rows and sheet.columns:
            yield _table(sheet, width)
    if not paper.notes and not paper.sheets:
        yield Spacer(1, 1)


def _table(sheet: Sheet, width: float) -> Table:
    whole = sum(column.weight for column in sheet.columns)
    head = [Paragraph(escape(column.title), BOLD) for column in sheet.columns]
    rows = [[Paragraph(escape(text), TEXT) for text in row] for row in sheet.rows]
    widths = [width * column.weight / whole for column in sheet.columns]
    table = Table([head, *rows], colWidths=widths, repeatRows=1)
    table.setStyle(LINES)
    return table


def _locked(passphrase: str) -> pdfencrypt.StandardEncryption | None:
    if not passphrase:
        return None
    pdfaes.lend(pdfencrypt)
    return pdfencrypt.StandardEncryption(passphrase, strength=256, canModify=0, canCopy=1)


class _Pages(Canvas):
    """Writes head and foot when it is known how many pages there are."""

    _pagesize: tuple[float, float]
    _startPage: Callable[[], None]  # noqa: N815  # reportlab's name

    def __init__(self, *arguments: Any, paper: Paper, **more: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **more)
        self._paper = paper
        self._kept: list[dict[str, object]] = []

    def showPage(self) -> None:  # noqa: N802  # reportlab's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._kept, 1):
            self.__dict__.update(page)
            self._head()
            self._foot(number)
            super().showPage()
        super().save()

    def _head(self) -> None:
        width, height = self._pagesize
        top = height - MARGIN
        if self._paper.banner:
            self.rect(MARGIN, top - 5 * mm, width - 2 * MARGIN, 6 * mm, stroke=1, fill=0)
            self._line(self._paper.banner, BOLD, MARGIN + 2 * mm, top - 1 * mm)
            top -= 6.5 * mm
        self._line(self._paper.title, BOLD, MARGIN, top)
        self.line(MARGIN, top - 5.5 * mm, width - MARGIN, top - 5.5 * mm)

    def _foot(self, number: int) -> None:
        width = self._pagesize[0]
        self.line(MARGIN, MARGIN + FOOT - 2 * mm, width - MARGIN, MARGIN + FOOT - 2 * mm)
        stamp = " · ".join(f"{name}: {value}" for name, value in self._paper.stamp)
        self._line(stamp, SMALL, MARGIN, MARGIN + FOOT - 3 * mm, width - 2 * MARGIN - 20 * mm)
        page = self._paper.page.format(n=number, all=len(self._kept))
        self.setFont("Text", 8)
        self.drawRightString(width - MARGIN, MARGIN + FOOT - 6 * mm, page)

    def _line(
        self, text: str, style: ParagraphStyle, left: float, top: float, width: float = 0
    ) -> None:
        """Write a paragraph whose upper left corner is there."""
        written = Paragraph(escape(text), style)
        _, height = written.wrap(width or self._pagesize[0] - 2 * MARGIN, 40 * mm)
        written.drawOn(self, left, top - height)
