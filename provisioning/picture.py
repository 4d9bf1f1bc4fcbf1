"""A code as a picture to be printed: the code, and under it what a person can read.

Drawn for 300 dots an inch: the code alone is then a little over five centimetres wide, the least
that a gate reads well at arm's length from paper. What the code is for is not known here.
"""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from provisioning.errors import FontMissing

DPI = 300
CODE_PIXELS = 591
"""Five centimetres."""
QUIET = 4
"""Light modules around the code, as the standard asks."""
FONTS = (
    ("truetype/dejavu/DejaVuSans-Bold.ttf", "truetype/dejavu/DejaVuSans.ttf"),
    ("truetype/noto/NotoSans-Bold.ttf", "truetype/noto/NotoSans-Regular.ttf"),
    (
        "truetype/liberation/LiberationSans-Bold.ttf",
        "truetype/liberation/LiberationSans-Regular.ttf",
    ),
)
"""Debian's fonts that have all Vietnamese letters: bold and plain."""
FONT_FOLDER = Path("/usr/share/fonts")
LARGE, SMALL = 44, 28
MARGIN = 40
ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def draw(text: str, lines: Sequence[str], font_folder: Path = FONT_FOLDER) -> bytes:
    """Return the code of `text` (alphanumeric) over the lines, the first two large, as PNG.

    Raises FontMissing if no font has the letters of Vietnamese.
    """
    bold, plain = fonts(font_folder)
    drawn = code(text)
    styles = [bold, bold, *[plain] * (len(lines) - 2)]
    height = sum(map(_step, styles))
    width = max(
        drawn.width,
        *(int(font.getlength(line)) + 2 * MARGIN for font, line in zip(styles, lines, strict=True)),
    )
    card = Image.new("L", (width, drawn.height + height + MARGIN), 255)
    card.paste(drawn, ((width - drawn.width) // 2, 0))
    pen, top = ImageDraw.Draw(card), drawn.height
    for font, line in zip(styles, lines, strict=True):
        pen.text((width // 2, top), line, fill=0, font=font, anchor="ma")
        top += _step(font)
    out = io.BytesIO()
    card.save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


def fonts(folder: Path) -> tuple[ImageFont.FreeTypeFont, ImageFont.FreeTypeFont]:
    """Return a bold and a plain font that have all letters; raise FontMissing."""
    bold, plain = font_files(folder)
    return ImageFont.truetype(bold, LARGE), ImageFont.truetype(plain, SMALL)


def font_files(folder: Path) -> tuple[Path, Path]:
    """Return the files of a bold and a plain font that have all letters; raise FontMissing."""
    for bold, plain in FONTS:
        if (folder / bold).is_file() and (folder / plain).is_file():
            return folder / bold, folder / plain
    raise FontMissing


def _step(font: ImageFont.FreeTypeFont) -> int:
    return int(font.size * 1.35)


def matrix(text: str) -> list[list[bool]]:
    """Return the modules of the code of `text`, true for dark, with its quiet zone."""
    mode = MODE_ALPHA_NUM if set(text) <= ALPHANUMERIC else MODE_8BIT_BYTE
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(QRData(text.encode(), mode=mode), optimize=0)
    code.make(fit=True)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


def code(text: str) -> Image.Image:
    """Draw the code in whole pixels a module: scaling would blur its edges."""
    modules = matrix(text)
    scale = -(-CODE_PIXELS // (len(modules) - 2 * QUIET))
    small = Image.new("L", (len(modules), len(modules)), 255)
    small.putdata([0 if dark else 255 for row in modules for dark in row])
    return small.resize((len(modules) * scale, len(modules) * scale), Image.Resampling.NEAREST)
