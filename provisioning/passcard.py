"""A pass as a picture to be printed: the code, and under it what a person can check.

Drawn for 300 dots an inch: the code alone is then a little over five centimetres wide, the least
that a gate reads well at arm's length from paper.
"""

import io
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

from provisioning.errors import FontMissing
from provisioning.passes import HOLDERS, Issued
from provisioning.terms import VIETNAM

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
CHECKED = {
    "seen": "Đã đối chiếu giấy tờ / Identity checked",
    "declared": "Tự khai báo / Self-declared",
}
LARGE, SMALL = 44, 28
MARGIN = 40


def draw(issued: Issued, font_folder: Path = FONT_FOLDER) -> bytes:
    """Return the pass as PNG; raise FontMissing if no font has the letters for its caption."""
    bold, plain = _fonts(font_folder)
    code = _code(issued.text)
    lines = _caption(issued)
    fonts = [bold, bold, *[plain] * (len(lines) - 2)]
    height = sum(_step(font) for font in fonts)
    width = max(
        code.width,
        *(int(font.getlength(line)) + 2 * MARGIN for font, line in zip(fonts, lines, strict=True)),
    )
    card = Image.new("L", (width, code.height + height + MARGIN), 255)
    card.paste(code, ((width - code.width) // 2, 0))
    pen, top = ImageDraw.Draw(card), code.height
    for font, line in zip(fonts, lines, strict=True):
        pen.text((width // 2, top), line, fill=0, font=font, anchor="ma")
        top += _step(font)
    out = io.BytesIO()
    card.save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


def _caption(issued: Issued) -> list[str]:
    claims = issued.claims
    vietnamese, english = HOLDERS.get(claims.holder, (claims.holder, claims.holder))
    return [
        vietnamese,
        english,
        "Có giá trị / Valid",
        f"{_day(claims.not_before)} - {_day(claims.expires)}",
        *_times(claims.entries),
        CHECKED[issued.identity],
        f"Số / No. …{claims.number.hex()[-4:]}",
    ]


def _times(entries: int | None) -> list[str]:
    """Say how many times it opens the way in, if that is limited."""
    return [] if entries is None else [f"{entries} lượt vào / {entries} entries"]


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC).astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def _step(font: ImageFont.FreeTypeFont) -> int:
    return int(font.size * 1.35)


def _code(text: str) -> Image.Image:
    """Draw the code in whole pixels a module: scaling would blur its edges."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(QRData(text.encode(), mode=MODE_ALPHA_NUM), optimize=0)
    code.make(fit=True)
    modules = code.get_matrix()
    scale = -(-CODE_PIXELS // (len(modules) - 2 * QUIET))
    small = Image.new("L", (len(modules), len(modules)), 255)
    small.putdata([0 if dark else 255 for row in modules for dark in row])
    return small.resize((len(modules) * scale, len(modules) * scale), Image.Resampling.NEAREST)


def _fonts(folder: Path) -> tuple[ImageFont.FreeTypeFont, ImageFont.FreeTypeFont]:
    for bold, plain in FONTS:
        if (folder / bold).is_file() and (folder / plain).is_file():
            return (
                ImageFont.truetype(folder / bold, LARGE),
                ImageFont.truetype(folder / plain, SMALL),
            )
    raise FontMissing
