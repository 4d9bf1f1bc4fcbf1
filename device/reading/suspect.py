"""Where something that looks like a QR code is, though nobody could read it.

Two ways: zxing says where it found the three marks of a code and failed; and squares nested in
squares are looked for, which are still there when a code is too dark, too small or too blurred
for any engine. It reads nothing and keeps nothing.
"""

import itertools
import math
from collections.abc import Callable

import cv2
import cv2.typing
import msgspec
import numpy as np

from device.flow import Luma
from device.reading import zxing
from device.reading.view import View
from device.resizing import resized

Outline = cv2.typing.MatLike

BLOCK = 17
"""Pixels: less than a mark is wide, and more than one of its modules."""
LEAST_MARK = 6
"""Pixels of the half-size picture: a smaller nest of squares is grain or print."""
MOST_NESTS = 40
"""A picture with more of them is a pattern, and no code is told apart in it."""
CLOSE_MARK = 0.16
"""Of the frame's height: a mark so large belongs to a code that does not fit into the frame."""
MODULES_OF_MARK = 7
MODULES_OF_SMALLEST = 21


class Suspect(msgspec.Struct, frozen=True):
    """A code that could not be read."""

    box: tuple[int, int, int, int]
    """Left, top, right, bottom in pixels of the frame."""
    module: float
    """Pixels a module, roughly; 0 if not known."""
    is_cut: bool
    """It reaches beyond the frame."""

    @property
    def centre(self) -> tuple[int, int]:
        """Return the middle of the box."""
        left, top, right, bottom = self.box
        return (left + right) // 2, (top + bottom) // 2


class Mark(msgspec.Struct, frozen=True):
    """A nest of squares, as in three corners of a QR code."""

    x: float
    y: float
    side: float


def find(view: View, closely: int = 0) -> Suspect | None:
    """Return the largest unread code in the picture, or None if there is none to be seen.

    `closely` counts looks: the costlier ways to see one take turns.
    """
    height, width = view.full.shape
    found = [
        _boxed([*corners], 0.0, (width, height))
        for corners in zxing.unread(view.full)
        if len(corners) == 4
    ]
    found = [each for each in found if each.box[2] - each.box[0] > MODULES_OF_SMALLEST]
    nested = next((each for look in LOOKS[closely % len(LOOKS)] if (each := look(view))), None)
    if nested is not None and (nested.is_cut or not found):
        return nested
    return max(found, key=lambda each: each.box[2] - each.box[0], default=None)


def marks(luma: Luma) -> list[Mark]:
    """Return the nests of squares in a picture: dark in light in dark, each in its middle."""
    soft = cv2.GaussianBlur(luma, (3, 3), 0)
    black = cv2.adaptiveThreshold(
        soft, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, blockSize=BLOCK, C=4
    )
    outlines, tree = cv2.findContours(black, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return []
    found = []
    for number, (_, _, child, _) in enumerate(tree[0]):
        if child < 0:
            continue
        inner = tree[0][child][2]
        if inner >= 0 and (mark := _mark(outlines[number], outlines[inner])):
            found.append(mark)
    return found if len(found) <= MOST_NESTS else []


def _mark(outer: Outline, inner: Outline) -> Mark | None:
    left, top, width, height = cv2.boundingRect(outer)
    if min(width, height) < LEAST_MARK or max(width, height) > 1.6 * min(width, height):
        return None
    inside = cv2.boundingRect(inner)
    x, y = left + width / 2, top + height / 2
    aside = max(abs(inside[0] + inside[2] / 2 - x), abs(inside[1] + inside[3] / 2 - y))
    share = (inside[2] * inside[3]) / (width * height)
    # Three modules in seven each way; blur and tilt bend that.
    if aside > 0.15 * max(width, height) or not 0.1 < share < 0.32:
        return None
    return Mark(x, y, math.sqrt(width * height))


def _from_marks(found: list[Mark], shape: tuple[int, ...]) -> Suspect | None:
    """Put three marks together to a code; two very large ones are one that is too close."""
    height, width = shape
    for three in itertools.combinations(sorted(found, key=lambda each: -each.side), 3):
        if _are_corners(three):
            side = sum(each.side for each in three) / 3
            points = [(round(each.x), round(each.y)) for each in (*three, _fourth(three))]
            return _boxed(points, side / MODULES_OF_MARK, (width, height), side)
    large = [each for each in found if each.side > CLOSE_MARK * height]
    if len(large) == 2 and max(each.side for each in large) < 1.4 * min(
        each.side for each in large
    ):
        points = [(round(each.x), round(each.y)) for each in large]
        side = large[0].side
        boxed = _boxed(points, side / MODULES_OF_MARK, (width, height), side)
        return msgspec.structs.replace(boxed, is_cut=True)
    return None


def _are_corners(three: tuple[Mark, ...]) -> bool:
    """Say whether three marks stand like those of a code: alike, and at a right angle or so."""
    sides = sorted(each.side for each in three)
    if sides[2] > 1.4 * sides[0]:
        return False
    a, b, c = sorted(math.dist((p.x, p.y), (q.x, q.y)) for p, q in itertools.combinations(three, 2))
    if not 1.6 * sides[0] < a or b > 26 * sides[2] or b > 1.6 * a:
        return False
    return 0.75 < c / math.hypot(a, b) < 1.25


def _fourth(three: tuple[Mark, ...]) -> Mark:
    """Return where the corner without a mark is."""
    one, other = max(
        itertools.combinations(three, 2), key=lambda two: math.dist(*((p.x, p.y) for p in two))
    )
    (corner,) = (each for each in three if each is not one and each is not other)
    return Mark(one.x + other.x - corner.x, one.y + other.y - corner.y, corner.side)


def _boxed(
    points: list[tuple[int, int]], module: float, size: tuple[int, int], mark: float = 0.0
) -> Suspect:
    xs, ys = zip(*points, strict=True)
    around = round(mark / 2)
    left, right = min(xs) - around, max(xs) + around
    top, bottom = min(ys) - around, max(ys) + around
    is_cut = left < 0 or top < 0 or right > size[0] or bottom > size[1]
    return Suspect((left, top, right, bottom), module, is_cut)


def _in(luma: Luma, scale: float, left: int = 0, top: int = 0) -> Suspect | None:
    """Look in a picture that shows the frame from (`left`, `top`) on, so many times smaller."""
    found = _from_marks(marks(luma), luma.shape)
    if found is None:
        return None
    box = tuple(round(each * scale) for each in found.box)
    placed = (box[0] + left, box[1] + top, box[2] + left, box[3] + top)
    return Suspect(placed, scale * found.module, found.is_cut)


def _far(view: View) -> Suspect | None:
    """Look at the middle three times as large, where marks of a few pixels can be told apart."""
    height, width = view.full.shape
    left, top = width * 5 // 16, height * 5 // 16
    part = np.ascontiguousarray(view.full[top : height - top, left : width - left])
    if not part.size:
        return None
    found = _in(resized(part, part.shape[1] * 3, part.shape[0] * 3), 1 / 3, left, top)
    # What reaches beyond the middle is neither far nor cut off by the frame.
    return None if found is None or found.is_cut else found


LOOKS: tuple[tuple[Callable[[View], Suspect | None], ...], ...] = (
    (lambda view: _in(view.half, 2), lambda view: _in(view.quarter, 4)),
    (lambda view: _in(view.full, 1),),
    (lambda view: _in(view.half, 2), _far),
)
