"""Sheets to be printed: A4 as PDF, with codes as lines and not as pictures, and cut marks.

A code's modules are drawn at their exact size, so no scaling blurs them; letters come with
the file, so that any printer has those of Vietnamese, and the text can be selected and searched.
What is on a sheet is decided elsewhere. Print it at its actual size: a code that was shrunk to fit
the page may be too small for a gate.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from provisioning import picture

WIDE, TALL = A4[0] / mm, A4[1] / mm
"""Of a page, in millimetres, as everything here is measured."""
EDGE = 10.0
"""What common printers leave white."""
CODE_MM = 52.0
"""A code without its quiet zone: a little over the five centimetres that a gate asks of paper."""
BOLD, PLAIN = "gate-bold", "gate-plain"
POINT = 1 / mm
OVERLAP = 1.02
"""Modules overlap by a hair, or a viewer shows white seams between them."""
CUT_MM = 4.0

Colour = tuple[float, float, float]
INK: Colour = (0, 0, 0)
GREY: Colour = (0.55, 0.55, 0.55)


@dataclass(frozen=True)
class Box:
    """A place on a page; `top` is counted from the page's top."""

    left: float
    top: float
    wide: float
    tall: float


@dataclass(frozen=True)
class Slip:
    """One thing to be cut out: a code, and what is written under it."""

    code: str
    lines: Sequence[str]
    """The first two are large."""


class Pages:
    """Pages that are drawn one after the other. Raises FontMissing if no font has all letters."""

    def __init__(self, title: str, font_folder: Path = picture.FONT_FOLDER) -> None:
        """Begin with an empty page."""
        bold, plain = picture.font_files(font_folder)
        for name, path in ((BOLD, bold), (PLAIN, plain)):
            registerFont(TTFont(name, str(path)))
        self._out = io.BytesIO()
        self._canvas = Canvas(self._out, pagesize=A4, invariant=True, lang="vi")
        self._canvas.setTitle(title)
        self._canvas.setCreator("Gate Scanner")

    def turn(self) -> None:
        """Go on with a new page."""
        self._canvas.showPage()

    def pdf(self) -> bytes:
        """End the last page and return the file."""
        self._canvas.showPage()
        self._canvas.save()
        return self._out.getvalue()

    def code(self, text: str, left: float, top: float, side: float = CODE_MM) -> float:
        """Draw a code whose dark part is `side` wide; return the width with its quiet zone.

        `left` and `top` are where the quiet zone begins.
        """
        modules = picture.matrix(text)
        module = side / (len(modules) - 2 * picture.QUIET)
        path = self._canvas.beginPath()
        for row, dark in enumerate(modules):
            for begin, count in _runs(dark):
                x, y = left + begin * module, TALL - top - (row + 1) * module
                path.rect(x * mm, y * mm, count * module * mm * 1.0, module * OVERLAP * mm)
        self._canvas.setFillColorRGB(*INK)
        self._canvas.drawPath(path, stroke=0, fill=1)
        return module * len(modules)

    def words(
        self,
        text: str,
        at: tuple[float, float],
        size: float = 9,
        *,
        bold: bool = False,
        centred: bool = False,
        colour: Colour = INK,
    ) -> None:
        """Write one line; `at` is (left or middle, foot of the letters), `size` is in points."""
        x, foot = at
        self._canvas.setFillColorRGB(*colour)
        self._canvas.setFont(BOLD if bold else PLAIN, size)
        write = self._canvas.drawCentredString if centred else self._canvas.drawString
        write(x * mm, (TALL - foot) * mm, text)

    def fitted(
        self, text: str, at: tuple[float, float], wide: float, size: float, *, bold: bool = False
    ) -> None:
        """Write one centred line, smaller if it would be wider than `wide`."""
        width = stringWidth(text, BOLD if bold else PLAIN, size) / mm
        self.words(text, at, min(size, size * wide / width), bold=bold, centred=True)

    def paragraph(self, text: str, box: Box, size: float = 10, *, bold: bool = False) -> float:
        """Write `text` in lines as wide as `box`; return where the next line would begin."""
        step, top = size * 1.4 * POINT, box.top
        for line in broken(text, box.wide, size, bold=bold):
            self.words(line, (box.left, top + size * POINT), size, bold=bold)
            top += step
        return top

    def block(self, box: Box, colour: Colour) -> None:
        """Fill a rectangle."""
        self._canvas.setFillColorRGB(*colour)
        x, y = box.left * mm, (TALL - box.top - box.tall) * mm
        self._canvas.rect(x, y, box.wide * mm, box.tall * mm, stroke=0, fill=1)

    def cut(self, box: Box) -> None:
        """Draw the marks along which `box` is cut out, at its corners and outside of it."""
        self._canvas.setStrokeColorRGB(*GREY)
        self._canvas.setLineWidth(0.3)
        for x, out_x in ((box.left, -CUT_MM), (box.left + box.wide, CUT_MM)):
            for y, out_y in ((box.top, -CUT_MM), (box.top + box.tall, CUT_MM)):
                at = (TALL - y) * mm
                self._canvas.line(x * mm, at, (x + out_x) * mm, at)
                self._canvas.line(x * mm, at, x * mm, at - out_y * mm)


SLIP = Box(0, 0, 85, 90)
"""A slip's size: two abreast and three below one another, with room for the cut marks."""
GAP = 5.0
LARGE, SMALL = 12.0, 7.5
HANG_MM = 1.0
"""Below the large lines, or what hangs under their letters meets the marks of the small ones."""
FOOT_MM = 1.5
"""Below the last line: what hangs under a letter, and a cut that is not quite straight."""


def slips(title: str, found: Sequence[Slip], font_folder: Path = picture.FONT_FOLDER) -> bytes:
    """Return A4 pages of slips to be cut out, six to a page."""
    pages = Pages(title, font_folder)
    places = _places()
    for number, slip in enumerate(found):
        if number and number % len(places) == 0:
            pages.turn()
        _slip(pages, slip, places[number % len(places)])
    return pages.pdf()


def broken(text: str, wide: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most `wide` millimetres, between words."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and stringWidth(longer, BOLD if bold else PLAIN, size) > wide * mm:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def halves(text: str, wide: float, size: float) -> list[str]:
    """Return `text` as one line if it is not wider than `wide`, else as two of like length."""
    words = text.split()
    if len(words) < 2 or len(broken(text, wide, size)) == 1:
        return [text]
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return list(min(cuts, key=lambda each: max(map(len, each))))


def _slip(pages: Pages, slip: Slip, box: Box) -> None:
    pages.cut(box)
    middle = box.left + box.wide / 2
    modules = len(picture.matrix(slip.code))
    whole = CODE_MM * modules / (modules - 2 * picture.QUIET)
    pages.code(slip.code, middle - whole / 2, box.top)
    top = box.top + whole
    left = box.tall - whole - FOOT_MM - HANG_MM - LARGE * 1.3 * POINT * 2
    small = min(SMALL, left / (1.3 * POINT * max(1, len(slip.lines) - 2)))
    for number, line in enumerate(slip.lines):
        size = LARGE if number < 2 else small
        top += size * 1.3 * POINT
        pages.fitted(line, (middle, top), box.wide - 4, size, bold=number < 2)
        top += HANG_MM if number == 1 else 0


def _places() -> list[Box]:
    across, down = 2, 3
    left = (WIDE - across * SLIP.wide - (across - 1) * GAP) / 2
    top = (TALL - down * SLIP.tall - (down - 1) * GAP) / 2
    return [
        Box(left + x * (SLIP.wide + GAP), top + y * (SLIP.tall + GAP), SLIP.wide, SLIP.tall)
        for y in range(down)
        for x in range(across)
    ]


def _runs(dark: Sequence[bool]) -> list[tuple[int, int]]:
    """Return where each run of dark modules begins, and how many there are."""
    runs: list[tuple[int, int]] = []
    for at, is_dark in enumerate(dark):
        if not is_dark:
            continue
        if runs and sum(runs[-1]) == at:
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((at, 1))
    return runs
