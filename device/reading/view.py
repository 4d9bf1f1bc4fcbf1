"""One frame, in the shapes that the attempts ask for; each is made at most once.

Whatever comes in, what goes on is 8-bit grey, contiguous, and no larger than an engine should be
given. It knows no engine.
"""

import cv2
import numpy as np
import numpy.typing as npt

from device.flow import Luma
from device.resizing import fit, resized

MAX_SIDE = 4096
"""Pixels. Larger pictures are shrunk first: no gate has such a camera, and a stranger's file may
claim any size."""

# A frame is too small to share out, and OpenCV's pool would take memory and the other core.
cv2.setNumThreads(1)

LOOSE_SIDE = 2 * MAX_SIDE
"""Pixels. Of a picture larger than that, only some rows and columns are looked at at all."""
BAND = 256
"""Rows turned into bytes at once."""

_NOTHING: Luma = np.zeros((0, 0), np.uint8)


def gamma(power: float) -> Luma:
    """Return the lookup table that raises every grey value, as a fraction of 255, to `power`."""
    steps = np.arange(256, dtype=np.float64) / 255
    return np.asarray(np.rint(steps**power * 255), np.uint8)


def as_luma(picture: npt.NDArray[np.generic], side: int | None = None) -> Luma:
    """Return any array as a contiguous 8-bit grey picture; an empty one if it is no picture.

    Its long side is at most `side` pixels, and never more than MAX_SIDE.
    """
    if picture.ndim == 3 and picture.shape[2] in {1, 3, 4}:
        picture = picture[:, :, :3]
    elif picture.ndim != 2:
        return _NOTHING
    if not picture.size or picture.dtype.kind not in "buif":
        return _NOTHING
    long_side = max(picture.shape[:2])
    if long_side > LOOSE_SIDE:  # by leaving pixels out, which needs no memory
        step = -(-long_side // LOOSE_SIDE)
        picture = picture[::step, ::step]
    return fit(_eight_bit(picture), min(side or MAX_SIDE, MAX_SIDE))


def _eight_bit(picture: npt.NDArray[np.generic]) -> Luma:
    if picture.ndim == 2 and picture.dtype == np.uint8:
        return np.ascontiguousarray(picture, np.uint8)
    grey = np.empty(picture.shape[:2], np.uint8)
    for top in range(0, len(grey), BAND):  # numbers on the way are eight times as large
        band = picture[top : top + BAND]
        grey[top : top + BAND] = _grey(band) if band.ndim == 2 else _mixed(band)
    return grey


def _grey(picture: npt.NDArray[np.generic]) -> Luma:
    if picture.dtype == np.uint16:
        return np.asarray(picture // 256, np.uint8)
    if picture.dtype == np.bool_:
        return np.asarray(picture, np.uint8) * np.uint8(255)
    # Before the cast: what is not finite, or too large for any byte, would warn on the way.
    return np.asarray(np.clip(np.nan_to_num(picture, nan=0.0), 0, 255), np.uint8)


def _mixed(picture: npt.NDArray[np.generic]) -> Luma:
    colours = [_grey(picture[:, :, number]) for number in range(picture.shape[2])]
    return np.asarray(np.mean(colours, axis=0), np.uint8)


class View:
    """A picture and its smaller copies."""

    def __init__(self, luma: Luma) -> None:
        """Start with `luma`, contiguous."""
        self.full = luma
        self._half: Luma | None = None
        self._quarter: Luma | None = None

    @property
    def long_side(self) -> int:
        """Return the longer side in pixels."""
        return int(max(self.full.shape))

    @property
    def half(self) -> Luma:
        """Return it at half its size."""
        if self._half is None:
            self._half = _halved(self.full)
        return self._half

    @property
    def quarter(self) -> Luma:
        """Return it at a quarter of its size."""
        if self._quarter is None:
            self._quarter = _halved(self.half)
        return self._quarter


def _halved(luma: Luma) -> Luma:
    height, width = (max(1, side // 2) for side in luma.shape)
    # Without the odd row and column: OpenCV averages exactly two by two forty times as fast.
    return resized(luma[: 2 * height, : 2 * width], width, height)
