"""The attempts that can be made at one frame, each a name, a cost and a function.

Which there are, and their order, is by what each added on real photos for its cost
(docs/decisions, `make bench-reading`). Nothing that an engine does, raising included, gets past
`sightings`: a stranger chooses what is shown to the camera.
"""

from collections.abc import Callable, Sequence

import cv2
import msgspec
import numpy as np
import structlog

from device.flow import Luma, Sighting
from device.reading import zxing
from device.reading.view import View, gamma
from device.reading.zbar import ZBar
from device.reading.zxing import Code, Found
from device.resizing import resized

_log = structlog.get_logger("reading")

HALF_FROM = 160
"""Pixels of the long side from which a half-size copy is worth a look."""
ENLARGE_UP_TO = 800
"""Pixels of the long side up to which the whole picture is enlarged, not its centre."""


class Attempt(msgspec.Struct, frozen=True):
    """One way to look at a frame."""

    name: str
    cost: float
    """Milliseconds on an empty 1280x720 frame on the machine it was measured on. Only the
    proportions matter."""
    look: Callable[[View], Found]


def sightings(attempt: Attempt, view: View) -> list[Sighting]:
    """Make the attempt; an engine that fails has seen nothing."""
    try:
        found = attempt.look(view)
    except Exception as error:  # noqa: BLE001  # whatever a C library does, the door goes on
        _log.warning("reading.attempt_failed", attempt=attempt.name, error=type(error).__name__)
        return []
    return [Sighting(each.text, each.corners, attempt.name, each.form) for each in found]


def merged(groups: Sequence[Sequence[Sighting]]) -> tuple[Sighting, ...]:
    """Return each text once, as first seen, the largest in view first."""
    once: dict[bytes, Sighting] = {}
    for group in groups:
        for each in group:
            once.setdefault(each.text, each)
    return tuple(sorted(once.values(), key=lambda each: -each.extent))


def always() -> tuple[Attempt, ...]:
    """Return the attempts that are worth making on every frame."""
    return (
        Attempt("zxing-half", 0.3, _halved(zxing.read_fast)),
        Attempt("zxing-full", 0.6, _whole(zxing.read_fast)),
    )


def quick(zbar: ZBar) -> tuple[Attempt, ...]:
    """Return the attempts that are all made at once on the first frame after motion."""
    return (
        Attempt("zxing-quarter-darker", 0.15, _quartered(_fast(2.0))),
        Attempt("zxing-half-darkest", 0.25, _halved(_fast(6.0))),
        Attempt("zxing-histogram", 0.3, _whole(zxing.read_histogram)),
        # This and the next see light codes on dark too.
        Attempt("zxing-half-darker", 0.35, _halved(_inverted_too(4.0))),
        Attempt("zxing-darker", 1.2, lambda view: zxing.read(_bent(view.full, _DARKER))),
        Attempt("zbar-quarter", 1.3, _quartered(zbar.read)),
        Attempt("zxing-brighter", 1.1, _whole(_toned(0.5))),
    )


def rotation(zbar: ZBar) -> tuple[Attempt, ...]:
    """Return the costlier attempts, the most rewarding for their cost first."""
    return (
        Attempt("zxing-half-threshold", 0.45, _halved(_thresholded)),
        Attempt("zxing-half-sharper", 0.55, _halved(_sharpened)),
        Attempt("zxing-enlarged", 1.3, _enlarged),
        Attempt("zxing-half-median", 0.4, _halved(_smoothed)),
        Attempt("zxing-darkest", 1.1, _whole(_toned(4.0))),
        Attempt("zxing-turned", 1.3, _whole(zxing.read)),
        Attempt("zbar-threshold", 3.0, lambda view: _scaled(zbar.read(_threshold(view.half)), 2)),
        Attempt("zxing-flattened", 1.6, _flattened),
        Attempt("zxing-eroded", 1.0, _eroded),
        Attempt("zxing-equalised", 1.4, _halved(_equalised())),
    )


def last(zbar: ZBar) -> tuple[Attempt, ...]:
    """Return the attempts that cost more than all the others, for a code that nothing else reads.

    The stream makes them only where the marks of a code were seen.
    """
    return (
        Attempt("zxing-sharper", 4.0, lambda view: zxing.read_upright(sharp(view.full, 3.0))),
        Attempt("zbar-full", 18.0, lambda view: zbar.read(view.full)),
    )


_DARKER = gamma(2.0)
_ERODER = np.ones((3, 3), np.uint8)


def _halved(look: Callable[[Luma], Found]) -> Callable[[View], Found]:
    def halved(view: View) -> Found:
        return [] if view.long_side < HALF_FROM else _scaled(look(view.half), 2)

    return halved


def _quartered(look: Callable[[Luma], Found]) -> Callable[[View], Found]:
    return lambda view: _scaled(look(view.quarter), 4)


def _whole(look: Callable[[Luma], Found]) -> Callable[[View], Found]:
    return lambda view: look(view.full)


def _bent(luma: Luma, table: Luma) -> Luma:
    """Bending the tones moves zxing's local threshold: glare above, dim light below."""
    return np.asarray(cv2.LUT(luma, table), np.uint8)


def _toned(power: float) -> Callable[[Luma], Found]:
    table = gamma(power)
    return lambda luma: zxing.read_upright(_bent(luma, table))


def _fast(power: float) -> Callable[[Luma], Found]:
    table = gamma(power)
    return lambda luma: zxing.read_fast(_bent(luma, table))


def _inverted_too(power: float) -> Callable[[Luma], Found]:
    table = gamma(power)
    return lambda luma: zxing.read_inverted_too(_bent(luma, table))


def sharp(luma: Luma, sigma: float) -> Luma:
    """Return the picture with what is finer than `sigma` pixels made stronger."""
    soft = cv2.GaussianBlur(luma, (0, 0), sigma)
    return np.asarray(cv2.addWeighted(luma, 2.5, soft, -1.5, 0), np.uint8)


def _sharpened(luma: Luma) -> Found:
    return zxing.read_upright(sharp(luma, 1.0))


def _smoothed(luma: Luma) -> Found:
    """Without the pixel grid of a screen, and without scratches."""
    return zxing.read_upright(np.asarray(cv2.medianBlur(luma, 3), np.uint8))


def _equalised() -> Callable[[Luma], Found]:
    tiles = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
    return lambda luma: zxing.read_upright(np.asarray(tiles.apply(luma), np.uint8))


def _threshold(luma: Luma, block: int = 41, above: int = 5) -> Luma:
    return np.asarray(
        cv2.adaptiveThreshold(
            luma, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, blockSize=block, C=above
        ),
        np.uint8,
    )


def _thresholded(luma: Luma) -> Found:
    return zxing.read_binary(_threshold(luma, 21, 3))


def _eroded(view: View) -> Found:
    """With its dark modules grown: for those that a bright spot has thinned."""
    return zxing.read_upright(np.asarray(cv2.erode(view.full, _ERODER), np.uint8))


def _flattened(view: View) -> Found:
    """Pressed to six tenths of its height: for a code seen from the side."""
    height, width = view.full.shape
    pressed = resized(view.full, width, max(1, round(height * 0.6)))
    return [
        Code(
            each.text,
            tuple((x, y * height // pressed.shape[0]) for x, y in each.corners),
            each.form,
        )
        for each in zxing.read_upright(pressed)
    ]


def _enlarged(view: View) -> Found:
    """Twice the size; of a large picture the centre only, where a code is held."""
    luma, left, top = view.full, 0, 0
    if view.long_side > ENLARGE_UP_TO:
        height, width = luma.shape
        left, top = width // 4, height // 4
        luma = np.ascontiguousarray(luma[top : top + height // 2, left : left + width // 2])
    return enlarged(luma, left, top)


def enlarged(luma: Luma, left: int, top: int) -> Found:
    """Read a part of a picture, that begins at (`left`, `top`), at twice its size."""
    if not luma.size:
        return []
    height, width = luma.shape
    found = zxing.read_upright(resized(luma, width * 2, height * 2))
    return [
        Code(each.text, tuple((left + x // 2, top + y // 2) for x, y in each.corners), each.form)
        for each in found
    ]


def _scaled(found: Found, times: int) -> Found:
    return [
        Code(each.text, tuple((x * times, y * times) for x, y in each.corners), each.form)
        for each in found
    ]
