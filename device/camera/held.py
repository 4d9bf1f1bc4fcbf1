"""Things that people hold up to a drawn doorway, as flat pictures: a phone, a sheet, a photo.

Each is drawn about as large as it appears in the frame, with what a camera would see of it: the
screen's pixel grid and a reflection, the paper's uneven light. How it is turned and shaken is the
hand's business.
"""

from pathlib import Path

import cv2
import numpy as np
import zxingcpp

from device.camera.pictures import load_luma
from device.errors import ScriptInvalid
from device.flow import Luma
from device.i18n import N_
from device.resizing import resized

QUIET = 4
"""Modules of white round a code."""
LEAST_MODULE = 3.2
"""Pixels: what a decoder reads without luck."""
INK, BODY = 28, 22
"""Grey levels of print and of a phone's body."""

Dice = np.random.Generator


def phone(text: str, tallest: int, dice: Dice) -> Luma:
    """Return a phone that shows a code; at most `tallest` pixels high."""
    code = _code(text, tallest, dice, INK, int(dice.integers(225, 250)))
    margin = code.shape[0] // 12
    height = min(int(code.shape[0] * 1.75), tallest)
    screen = np.full((height - 2 * margin, code.shape[1] + 2 * margin), code[0, 0], np.uint8)
    top = (screen.shape[0] - code.shape[0]) * 6 // 10
    screen[top : top + code.shape[0], margin:-margin] = code
    _lines(screen, 0, top, dice)
    screen[::3] = cv2.multiply(screen[::3], 0.95)  # type: ignore[call-overload]  # a number is fine
    _shine(screen, dice)
    body = np.full((height, screen.shape[1] + margin), BODY, np.uint8)
    body[margin:-margin, margin // 2 : margin // 2 + screen.shape[1]] = screen
    return body


def paper(text: str, tallest: int, dice: Dice) -> Luma:
    """Return a white sheet with a printed code; at most `tallest` pixels high."""
    code = _code(text, tallest, dice, INK + int(dice.integers(0, 40)), 255)
    side = code.shape[0]
    height = min(int(side * 1.6), tallest)
    sheet = np.full((height, int(side * 1.25)), 255, np.uint8)
    left = (sheet.shape[1] - side) // 2
    top = (height - side) // 2
    sheet[top : top + side, left : left + side] = code
    _lines(sheet, 0, top, dice)
    _lines(sheet, top + side, height, dice)
    slope = np.linspace(dice.uniform(0.72, 0.95), dice.uniform(0.72, 0.95), sheet.shape[1])
    return np.asarray(sheet * slope[None, :].astype(np.float32), np.uint8)


def photo(path: Path, widest: int, tallest: int) -> Luma:
    """Return a photo as large as the frame allows; raise PictureUnreadable if it is none."""
    luma = load_luma(path)
    height, width = luma.shape
    scale = min(widest / width, tallest / height)
    shown = (max(1, round(width * scale)), max(1, round(height * scale)))
    return resized(luma, *shown)


def _code(text: str, tallest: int, dice: Dice, dark: int, light: int) -> Luma:
    """Draw the code with its quiet zone, 240 to 400 pixels wide unless it needs more."""
    try:
        made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        modules = np.asarray(zxingcpp.write_barcode_to_image(made, scale=1), np.uint8)
    except (ValueError, RuntimeError) as error:
        msg = N_("a person's text does not fit into a code")
        raise ScriptInvalid(msg) from error
    modules = _bordered(modules)
    count = modules.shape[0]
    side = max(int(dice.integers(240, 400)), round(count * LEAST_MODULE))
    side = min(side, tallest * 9 // 10)
    code = cv2.resize(modules, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(dark + code.astype(np.float32) * ((light - dark) / 255), np.uint8)


def _bordered(modules: Luma) -> Luma:
    """Put exactly QUIET modules of white round the code, whatever the encoder put there."""
    rows, columns = np.nonzero(modules == 0)
    bare = modules[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.pad(bare, QUIET, constant_values=255)


def _lines(sheet: Luma, top: int, bottom: int, dice: Dice) -> None:
    """Draw a few lines of something like print between two rows."""
    width = sheet.shape[1]
    for row in range(top + 12, bottom - 8, 14):
        end = int(width * dice.uniform(0.3, 0.9))
        for left in range(width // 12, end, 11):
            right = left + int(dice.integers(4, 9))
            cv2.rectangle(sheet, (left, row), (right, row + 5), INK + 40, -1)


def _shine(screen: Luma, dice: Dice) -> None:
    """Lay a faint oblique reflection over the screen."""
    height, width = screen.shape
    start = int(dice.uniform(-0.5, 0.9) * width)
    band = np.zeros_like(screen)
    corners = [(start, 0), (start + width // 3, 0), (start, height), (start - width // 3, height)]
    cv2.fillPoly(band, [np.array(corners, np.int32)], int(dice.integers(8, 40)))
    cv2.add(screen, cv2.blur(band, (31, 31)), dst=screen)
