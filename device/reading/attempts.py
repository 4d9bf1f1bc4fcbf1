"""The attempts that can be made at one frame, each a name, a rough cost and a function.

The order is by what an attempt adds on real photos for its cost. Nothing that an engine does,
raising included, gets past `sightings`: a stranger chooses what is shown to the camera.
"""

from collections.abc import Callable, Sequence

import cv2
import msgspec
import numpy as np
import structlog

from device.flow import Luma, Sighting
from device.reading import zxing
from device.reading.view import View, gamma, resized
from device.reading.zbar import ZBar
from device.reading.zxing import Found

_log = structlog.get_logger("reading")

HALF_FROM = 600
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
    return [Sighting(text, corners, attempt.name) for text, corners in found]


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
        Attempt("zxing-half", 0.4, _half),
        Attempt("zxing-full", 1.0, lambda view: zxing.read(view.full)),
    )


def rotation() -> tuple[Attempt, ...]:
    """Return the costlier attempts, the most rewarding for their cost first."""
    zbar = ZBar()
    return (
        Attempt("zxing-histogram", 0.7, lambda view: zxing.read_histogram(view.full)),
        Attempt("zxing-darker", 1.3, _toned(2.0)),
        Attempt("zxing-brighter", 1.3, _toned(0.5)),
        Attempt("zbar-quarter", 1.6, lambda view: _scaled(zbar.read(view.quarter), 4)),
        Attempt("zxing-sharper", 3.0, _sharpened),
        Attempt("zxing-equalised", 2.5, _equalised()),
        Attempt("zxing-enlarged", 4.0, _enlarged),
        Attempt("zbar-threshold", 10.5, lambda view: zbar.read(_threshold(view.full))),
    )


def _half(view: View) -> Found:
    if view.long_side < HALF_FROM:
        return []
    return _scaled(zxing.read_upright(view.half), 2)


def _toned(power: float) -> Callable[[View], Found]:
    """Bending the tones moves zxing's local threshold: glare above, dim light below."""
    table = gamma(power)
    return lambda view: zxing.read(np.asarray(cv2.LUT(view.full, table), np.uint8))


def _sharpened(view: View) -> Found:
    soft = cv2.GaussianBlur(view.full, (0, 0), 2)
    return zxing.read_fast(np.asarray(cv2.addWeighted(view.full, 2.5, soft, -1.5, 0), np.uint8))


def _equalised() -> Callable[[View], Found]:
    tiles = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8))
    return lambda view: zxing.read_upright(np.asarray(tiles.apply(view.full), np.uint8))


def _threshold(luma: Luma) -> Luma:
    return np.asarray(
        cv2.adaptiveThreshold(
            luma, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, blockSize=41, C=5
        ),
        np.uint8,
    )


def _enlarged(view: View) -> Found:
    """Twice the size; of a large picture the centre only, where a code is held."""
    luma, left, top = view.full, 0, 0
    if view.long_side > ENLARGE_UP_TO:
        height, width = luma.shape
        left, top = width // 4, height // 4
        luma = np.ascontiguousarray(luma[top : top + height // 2, left : left + width // 2])
    if not luma.size:
        return []
    height, width = luma.shape
    found = zxing.read_fast(resized(luma, width * 2, height * 2))
    return [
        (text, tuple((left + x // 2, top + y // 2) for x, y in corners)) for text, corners in found
    ]


def _scaled(found: Found, times: int) -> Found:
    return [(text, tuple((x * times, y * times) for x, y in corners)) for text, corners in found]
