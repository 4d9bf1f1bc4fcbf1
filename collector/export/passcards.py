"""Passes on paper: one large, or many on a sheet as cards for a wallet, with marks to cut along.

Codes are drawn as lines at their exact size, five centimetres with their quiet zone, which is what
a gate's lens wants of paper. Fonts are embedded. Whoever makes cards reads every code back out of
the rendered page before giving them away (`collector.web` does, with a reader of codes).
"""

import io
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import zxingcpp
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from collector.export import fonts

CODE = 50 * mm
QUIET = 4
"""Modules of white around a code."""
CARD = (85.6 * mm, 54 * mm)
"""As a bank card."""
ACROSS, DOWN = 2, 5
LARGE = 80 * mm
TICK = 3 * mm
_IS_DARK = bytes([1] + [0] * 255)
"""Of a picture's levels, only black."""
_DARK = re.compile(b"\1+")


class Card(msgspec.Struct, frozen=True):
    """One pass: its code's text, and what people read beside it; the first line is large."""

    text: str
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        """Say nothing: the text opens doors."""
        return "<Card>"


def sheets(cards: Sequence[Card], heads: Sequence[str]) -> bytes:
    """Return cards for a wallet on A4, each group (`heads`, one a card) beginning a new page.

    Raises FontMissing.
    """
    out, canvas = _canvas()
    place, before = 0, None
    for card, head in zip(cards, heads, strict=True):
        if before is not None and (place == ACROSS * DOWN or head != before):
            canvas.showPage()
            place = 0
        if place == 0:
            _head(canvas, head)
        _card(canvas, card, *_corner(place))
        place, before = place + 1, head
    canvas.save()
    return out.getvalue()


def single(card: Card) -> bytes:
    """Return one pass on an A4 page: large, to be folded into a sleeve, and once as a card."""
    out, canvas = _canvas()
    left, top = 20 * mm, A4[1] - 25 * mm
    _code(canvas, card.text, left, top - LARGE, LARGE)
    _lines(canvas, card.lines, left + LARGE + 8 * mm, top - 12 * mm, (18, 12))
    _card(canvas, card, left, top - LARGE - 20 * mm - CARD[1])
    canvas.save()
    return out.getvalue()


def modules(text: str) -> list[bytes]:
    """Return a code's modules, row by row, without its quiet zone: 1 is dark."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn: Any = code.to_image(scale=1, add_quiet_zones=False)
    side, dark = drawn.shape[0], bytes(memoryview(drawn)).translate(_IS_DARK)
    return [dark[start : start + side] for start in range(0, side * side, side)]


def _canvas() -> tuple[io.BytesIO, Canvas]:
    for use, path in fonts.found().items():
        pdfmetrics.registerFont(TTFont(use, str(path)))
    out = io.BytesIO()
    return out, Canvas(out, pagesize=A4, invariant=1, lang="vi", pageCompression=1)


def _corner(place: int) -> tuple[float, float]:
    """Return the lower left corner of a card on its page."""
    row, column = divmod(place, ACROSS)
    left = (A4[0] - ACROSS * CARD[0]) / 2 + column * CARD[0]
    top = A4[1] - 16 * mm - row * CARD[1]
    return left, top - CARD[1]


def _head(canvas: Canvas, head: str) -> None:
    canvas.setFont("Bold", 10)
    canvas.drawString(20 * mm, A4[1] - 11 * mm, head)


def _card(canvas: Canvas, card: Card, left: float, low: float) -> None:
    _marks(canvas, left, low)
    _code(canvas, card.text, left + 1 * mm, low + (CARD[1] - CODE) / 2, CODE)
    _lines(canvas, card.lines, left + CODE + 2 * mm, low + CARD[1] - 9 * mm, (9, 6.5))


def _marks(canvas: Canvas, left: float, low: float) -> None:
    """Draw the corners along which to cut."""
    canvas.setLineWidth(0.3)
    for x in (left, left + CARD[0]):
        for y in (low, low + CARD[1]):
            inward = TICK if x == left else -TICK
            upward = TICK if y == low else -TICK
            canvas.line(x, y, x + inward, y)
            canvas.line(x, y, x, y + upward)


def _code(canvas: Canvas, text: str, left: float, low: float, size: float) -> None:
    """Draw a code in modules as its unit: a sheet is a third as long, and drawn in a fifth."""
    rows = modules(text)
    unit = size / (len(rows) + 2 * QUIET)
    canvas.saveState()
    canvas.translate(left + QUIET * unit, low + size - QUIET * unit)
    canvas.scale(unit, -unit)
    path = canvas.beginPath()
    dark = (
        f"{begins} {number} {ends - begins} 1 re"
        for number, row in enumerate(rows)
        for begins, ends in runs(row)
    )
    # What `rect` writes too, but it spells whole numbers as if they were fractions.
    path._code.extend(("n", *dark))  # type: ignore[attr-defined]  # noqa: SLF001
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()


def runs(row: bytes) -> list[tuple[int, int]]:
    """Return where dark modules begin and end: neighbours are one rectangle, without a seam."""
    return [found.span() for found in _DARK.finditer(row)]


def _lines(
    canvas: Canvas, lines: Sequence[str], left: float, top: float, sizes: tuple[float, float]
) -> None:
    first, rest = sizes
    for number, line in enumerate(lines):
        size, font = (first, "Bold") if number == 0 else (rest, "Text")
        for part in _wrapped(line, font, size, A4[0] / 2 if size > 9 else CARD[0] - CODE - 4 * mm):
            canvas.setFont(font, size)
            canvas.drawString(left, top, part)
            top -= size * 1.25


def _wrapped(line: str, font: str, size: float, width: float) -> list[str]:
    """Break a line where it is too wide; a word wider than all is cut."""
    parts: list[str] = []
    for word in line.split():
        if parts and pdfmetrics.stringWidth(f"{parts[-1]} {word}", font, size) <= width:
            parts[-1] = f"{parts[-1]} {word}"
        else:
            while pdfmetrics.stringWidth(word, font, size) > width and len(word) > 1:
                word = word[:-1]  # noqa: PLW2901 - cut to what fits
            parts.append(word)
    return parts
