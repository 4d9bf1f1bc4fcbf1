"""Whether something moved in the door, at the cost of a few thousandths of a decode.

One pixel in sixteen each way is looked at, and means of small cells of them are compared: one
pixel is sensor noise, a cell is not. It knows no code and keeps no picture, only those means.
"""

import numpy as np
import numpy.typing as npt

from device.flow import Luma

STEP = 16
"""Pixels between those looked at, each way."""
CELL = 5
"""Looked-at pixels along the side of a cell: 80 pixels of the frame."""
THRESHOLD = 8.0
"""Grey levels of 255. The mean of 25 pixels with noise of sigma 6 strays by 1.7 between two
frames, so that noise alone gets here about once in a thousand frames."""

Means = npt.NDArray[np.float32]


class Motion:
    """Remembers how the door looked when it last moved."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        """Take the change of a cell's mean, in grey levels, from which it counts as motion."""
        self._threshold = threshold
        self._last: Means | None = None

    def moved(self, luma: Luma) -> bool:
        """Say whether anything changed since it last did; True for the first frame.

        Compared is with the frame of the last motion, not with the one before, so that slow
        movement adds up.
        """
        means = _means(luma)
        last = self._last
        if last is not None and last.shape == means.shape:
            change = np.abs(means - last)
            if not change.size or float(change.max()) <= self._threshold:
                return False
        self._last = means
        return True


def _means(luma: Luma) -> Means:
    sparse = luma[::STEP, ::STEP]
    height, width = (side // CELL * CELL for side in sparse.shape)
    cells = sparse[:height, :width].reshape(height // CELL, CELL, width // CELL, CELL)
    return np.asarray(cells.mean(axis=(1, 3), dtype=np.float32), np.float32)
