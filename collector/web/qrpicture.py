"""Draws a code as an SVG: one path, sharp at any size. The home of `qrcode` on the pages."""

from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode

QUIET = 4
"""Modules of white around it, without which no reader finds it."""


def svg_path(text: str) -> tuple[int, str]:
    """Return the side of the picture in modules, and the path of its dark ones.

    With the least error correction: a screen has no scratches, and larger modules read better.
    """
    code = QRCode(error_correction=ERROR_CORRECT_L, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                path.append(f"M{x} {y}h{end - x}v1h{x - end}z")
            x = end + 1
    return len(rows), "".join(path)
