"""A pass as a thermal printer takes it: dots, 8 in a millimetre, by ESC/POS alone.

Letters are drawn as dots too: hardly any such printer has those of Vietnamese. One command (GS v 0)
prints a picture, on every printer of this kind; so no library of printers is needed.
"""

import os
import select
import stat
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from device.desk.qr import modules
from device.desk.sessions import Paper
from device.desk.slips import BOLD, PLAIN, font
from device.errors import PrinterLost

DOTS = {58: 384, 80: 576}
"""What a roll is wide, in dots."""
LARGE, SMALL = 34, 24
BAND = 128
"""Rows in one command: a printer's memory holds a few."""
PATIENCE_S = 5.0
"""A printer that takes nothing for so long is off, or out of paper."""
BEGIN, FEED, CUT = b"\x1b@", b"\x1bd\x04", b"\x1dV\x42\x00"


def raster(paper: Paper, roll_mm: int) -> bytes:
    """Return what is to be sent to a printer with paper `roll_mm` wide. Raises FontMissing."""
    picture = drawn(paper, roll_mm)
    wide = picture.width // 8
    found = [BEGIN]
    for top in range(0, picture.height, BAND):
        band = picture.crop((0, top, picture.width, min(top + BAND, picture.height)))
        head = b"\x1dv0\x00" + wide.to_bytes(2, "little") + band.height.to_bytes(2, "little")
        found += [head, bytes(each ^ 0xFF for each in band.tobytes())]
    return b"".join([*found, FEED, CUT])


def drawn(paper: Paper, roll_mm: int) -> Image.Image:
    """Return the pass in black and white, as wide as the roll."""
    wide, rows = DOTS[roll_mm], modules(paper.text)
    unit = wide // len(rows)
    side = unit * len(rows)
    code = Image.new("1", (len(rows), len(rows)), 1)
    code.putdata([0 if dark else 1 for row in rows for dark in row])
    fonts = [
        ImageFont.truetype(font(PLAIN if number else BOLD), SMALL if number else LARGE)
        for number in range(len(paper.lines))
    ]
    steps = [int(each.size * 1.35) for each in fonts]
    picture = Image.new("1", (wide, side + sum(steps)), 1)
    scaled = code.resize((side, side), Image.Resampling.NEAREST)
    picture.paste(scaled, ((wide - side) // 2, 0))
    pen, top = ImageDraw.Draw(picture), side
    for line, face, step in zip(paper.lines, fonts, steps, strict=True):
        size = face.size
        while face.getlength(line) > wide and size > 12:
            size -= 1
            face = face.font_variant(size=size)  # noqa: PLW2901  (smaller, until it fits)
        pen.text((wide // 2, top), line, fill=0, font=face, anchor="ma")
        top += step
    return picture


def send(data: bytes, printer: Path) -> None:
    """Hand it to a printer that is a device of this machine; raise PrinterLost."""
    try:
        fd = os.open(printer, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(fd, "wb", buffering=0) as file:
            if not stat.S_ISCHR(os.fstat(fd).st_mode):
                raise PrinterLost(str(printer))
            left = memoryview(data)
            while left:
                if not select.select([], [fd], [], PATIENCE_S)[1]:
                    raise PrinterLost(str(printer))
                left = left[file.write(left) or 0 :]
    except OSError as error:
        msg = f"{printer}: {error.strerror}"
        raise PrinterLost(msg) from error
