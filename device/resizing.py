"""A grey picture at another size."""

import cv2
import numpy as np

from device.flow import Luma


def fit(luma: Luma, side: int) -> Luma:
    """Return the picture shrunk to a long side of at most `side` pixels; never enlarged."""
    height, width = luma.shape
    scale = side / max(height, width)
    if scale >= 1:
        return luma
    return resized(luma, max(1, round(width * scale)), max(1, round(height * scale)))


def resized(luma: Luma, width: int, height: int) -> Luma:
    """Return the picture at another size: areas averaged when smaller, cubic when larger."""
    how = cv2.INTER_AREA if width < luma.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(luma, (width, height), interpolation=how), np.uint8)
