"""A pass on paper: A4 or A6 for any printer, or as wide as a roll for one that has a driver.

The code is drawn as lines at its exact size, letters come with the file.
"""

import io
from pathlib import Path

from reportlab.lib.pagesizes import A4, A6
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from device.desk.qr import QUIET, modules
from device.desk.sessions import Paper
from device.errors import FontMissing

FONTS = Path("/usr/share/fonts/truetype/dejavu")
BOLD, PLAIN = "DejaVuSans-Bold.ttf", "DejaVuSans.ttf"
CODE_MM = {"a4": 70.0, "a6": 60.0, "58": 46.0, "80": 52.0}
"""The dark part of a code; what a roll of 58 mm can print is less than gates like best."""
ROLL_MM = {"58": 48.0, "80": 72.0}
"""What such a roll can print on."""
EDGE_MM = 8.0
LARGE, SMALL = 13.0, 9.0
STEP = 1.35


def pdf(paper: Paper, size: str) -> bytes:
    """Return a pass as PDF; `size` is a4, a6, 58 or 80. Raises FontMissing."""
    bold, plain = font(BOLD), font(PLAIN)
    for name, path in (("Bold", bold), ("Plain", plain)):
        registerFont(TTFont(name, str(path)))
    rows = modules(paper.text)
    unit = CODE_MM[size] / (len(rows) - 2 * QUIET)
    whole, text = unit * len(rows), _tall(paper) + 4
    wide, tall = _page(size, whole + text)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(wide * mm, tall * mm), invariant=True, lang="vi")
    canvas.setTitle("Thẻ / Pass")
    top = 0.0 if size in ROLL_MM else EDGE_MM
    _code(canvas, rows, unit, ((wide - whole) / 2, tall - top))
    _lines(canvas, paper, wide, tall - top - whole)
    canvas.save()
    return out.getvalue()


def font(name: str) -> Path:
    """Return the file of a font; raise FontMissing."""
    path = FONTS / name
    if not path.is_file():
        raise FontMissing
    return path


def _page(size: str, needed: float) -> tuple[float, float]:
    if size in ROLL_MM:
        return ROLL_MM[size], needed
    wide, tall = A4 if size == "a4" else A6
    return wide / mm, tall / mm


def _tall(paper: Paper) -> float:
    sizes = [LARGE, *[SMALL] * (len(paper.lines) - 1)]
    return float(sum(sizes) * STEP / mm)


def _code(canvas: Canvas, rows: list[list[bool]], unit: float, corner: tuple[float, float]) -> None:
    left, top = corner
    path = canvas.beginPath()
    for number, row in enumerate(rows):
        begins: int | None = None
        for place, dark in enumerate([*row, False]):
            if dark and begins is None:
                begins = place
            elif not dark and begins is not None:
                x, y = left + begins * unit, top - (number + 1) * unit
                path.rect(x * mm, y * mm, (place - begins) * unit * mm, unit * 1.02 * mm)
                begins = None
    canvas.drawPath(path, stroke=0, fill=1)


def _lines(canvas: Canvas, paper: Paper, wide: float, top: float) -> None:
    for number, line in enumerate(paper.lines):
        name, size = ("Plain", SMALL) if number else ("Bold", LARGE)
        top -= size * STEP / mm
        width = stringWidth(line, name, size) / mm
        canvas.setFont(name, min(size, size * (wide - 4) / max(width, 1)))
        canvas.drawCentredString(wide / 2 * mm, top * mm, line)
