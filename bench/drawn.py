"""Codes that are drawn here: cards, phone screens, empty doors, codes of a given density.

Only made-up people; what they are called says so.
"""

import cv2
import numpy as np
import zxingcpp

from bench.photos import Photo
from device.flow import Luma

FRAME = (720, 1280)
GIVEN = ("Ổi", "Đào", "Nguyệt", "Hữu Phước", "Thị Bưởi", "Ngọc Ánh", "Quỳnh Như", "Văn Ẩn", "Kiều")
PLACES = ("Mỹ Tú", "Huỳnh Hữu Nghĩa", "Long Hưng", "Hưng Phú", "Thuận Hưng", "Mỹ Hương", "Phú Mỹ")
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
Dice = np.random.Generator


def card(number: int) -> str:
    """Return the text of an identity card, as they are printed in Viet Nam; nobody's."""
    dice = np.random.default_rng([7, number])
    day = f"{dice.integers(1, 29):02d}{dice.integers(1, 13):02d}{dice.integers(1930, 2010)}"
    issued = f"{dice.integers(1, 29):02d}{dice.integers(1, 13):02d}{dice.integers(2021, 2026)}"
    name = f"Mẫu {dice.choice(GIVEN)}"
    place = f"Ấp {dice.integers(1, 12)}, {dice.choice(PLACES)}, Mỹ Tú, Sóc Trăng"
    former = f"{dice.integers(0, 10**9):09d}" if dice.random() < 0.7 else ""
    sex = dice.choice(["Nam", "Nữ"])
    return f"094{dice.integers(0, 10**9):09d}|{former}|{name}|{day}|{sex}|{place}|{issued}"


def code(text: str, module: int, level: str = "M") -> Luma:
    """Draw a code with its quiet zone, `module` pixels a module."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    bare = np.asarray(zxingcpp.write_barcode_to_image(made, scale=1), np.uint8)
    rows, columns = np.nonzero(bare == 0)
    bare = bare[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    block = np.ones((module, module), np.uint8)
    return np.asarray(np.kron(np.pad(bare, 4, constant_values=255), block), np.uint8)


def screens(count: int = 60) -> list[tuple[str, Luma]]:
    """Return photos of phone screens, with the text in each: (text, frame)."""
    return [_screen(number) for number in range(count)]


def _screen(number: int) -> tuple[str, Luma]:
    """Draw a phone as a camera sees it: pixel grid, moire, bands of its backlight, glare."""
    dice = np.random.default_rng([11, number])
    text = f"GP1:{int(dice.integers(0, 2**62)):030X}{'7QZ$' * int(dice.integers(4, 50))}"
    shown = code(text, 8)
    if dice.random() < 0.15:
        shown = 255 - shown
    lit = 20 + shown.astype(np.float32) * float(dice.uniform(0.5, 0.9))
    grid = 1 - float(dice.uniform(0.05, 0.5)) * (np.arange(lit.shape[0]) % 3 == 0)
    lit *= grid[:, None] * grid[None, : lit.shape[1]]
    side = float(dice.uniform(260, 520))
    frame = _held(lit, side, dice)
    frame = _banded(frame, dice)
    frame = _glare(frame, dice)
    soft = cv2.GaussianBlur(frame, (0, 0), float(dice.uniform(0.4, 1.3)))
    noisy = soft + dice.normal(0, float(dice.uniform(2, 7)), FRAME)
    return text, np.asarray(np.clip(noisy, 0, 255), np.uint8)


def _held(lit: np.ndarray, side: float, dice: Dice) -> np.ndarray:
    """Put it into the frame without smoothing: that is where moire comes from."""
    height, width = lit.shape
    flat = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    corner = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * side / 2
    corner *= 1 + dice.uniform(-0.08, 0.08, (4, 1))
    turn = float(dice.normal(0, 0.25))
    spun = corner @ np.array(((np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))))
    placed = spun + np.array((640 + dice.normal(0, 60), 360 + dice.normal(0, 30)))
    matrix = cv2.getPerspectiveTransform(flat, placed.astype(np.float32))
    room = float(dice.uniform(30, 140))
    # Twice as fine, then halved: as pixels of a sensor gather light.
    doubled = np.diag((2.0, 2.0, 1.0)) @ matrix
    big = cv2.warpPerspective(
        lit, doubled, (2 * FRAME[1], 2 * FRAME[0]), flags=cv2.INTER_NEAREST, borderValue=room
    )
    return np.asarray(cv2.resize(big, FRAME[::-1], interpolation=cv2.INTER_AREA))


def _banded(frame: np.ndarray, dice: Dice) -> np.ndarray:
    rows = np.arange(FRAME[0])
    period, depth = dice.uniform(40, 300), dice.uniform(0, 0.45)
    bands = 1 - depth * (0.5 + 0.5 * np.sin(2 * np.pi * rows / period + dice.uniform(0, 6)))
    return np.asarray(frame * bands[:, None])


def _glare(frame: np.ndarray, dice: Dice) -> np.ndarray:
    shine = np.zeros(FRAME, np.float32)
    middle = (int(640 + dice.normal(0, 120)), int(360 + dice.normal(0, 90)))
    axes = (int(dice.uniform(30, 110)), int(dice.uniform(10, 50)))
    cv2.ellipse(shine, middle, axes, float(dice.uniform(0, 180)), 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(shine, (0, 0), float(dice.uniform(8, 40)))
    return np.asarray(frame + soft * dice.uniform(0, 220))


def empty(photos: list[Photo]) -> list[Luma]:
    """Return doors without a code, 1280x720: photos with the code blurred out."""
    theirs = (_wiped(each.luma) for each in photos if each.source.startswith("boofcv/"))
    return [each for each in theirs if each is not None][:27]


def _wiped(luma: Luma) -> Luma | None:
    seen = zxingcpp.read_barcodes(luma, formats=QR, return_errors=True)
    if len(seen) != 1 or max(luma.shape) < 700:
        return None
    at = seen[0].position
    corners = np.array(
        [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    )
    side = int((corners.max(axis=0) - corners.min(axis=0)).max())
    if not 16 <= side <= 400:
        return None
    (left, top), (right, bottom) = (corners.min(axis=0), corners.max(axis=0))
    part = (
        slice(max(0, top - side // 4), bottom + side // 4),
        slice(max(0, left - side // 4), right + side // 4),
    )
    wiped = luma.copy()
    wiped[part] = cv2.GaussianBlur(luma[part], (0, 0), side / 4)
    if wiped.shape[0] > wiped.shape[1]:
        wiped = np.ascontiguousarray(np.rot90(wiped))
    return np.asarray(cv2.resize(wiped, FRAME[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def dense(text: str, module: float, blur: float, seed: int, level: str = "M") -> Luma:
    """Return a frame with a code of so many pixels a module, blurred by so many pixels."""
    dice = np.random.default_rng([seed, int(module * 100), int(blur * 100)])
    drawn = code(text, 8, level).astype(np.float32)
    side = drawn.shape[0] / 8 * module
    frame = _held(drawn * 0.75 + 30, side, dice)
    soft = cv2.GaussianBlur(frame, (0, 0), blur) if blur else frame
    return np.asarray(np.clip(soft + dice.normal(0, 4, FRAME), 0, 255), np.uint8)
