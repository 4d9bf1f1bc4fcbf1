"""Hand-held sequences made from photos: what a camera sees of something that a hand holds up."""

import cv2
import numpy as np

from device.flow import Luma

SHIFT_PX, TURN_DEG = 3.0, 2.0
"""Sigma from frame to frame."""
SCALE, BLUR_PX, GAIN = (0.90, 1.05), (0.0, 1.0), (0.85, 1.15)


def shaken(luma: Luma, name: str, seed: int, frames: int) -> list[Luma]:
    """Return frames of a photo held in a hand; the same seed and name shake it the same way."""
    dice = np.random.default_rng([seed, *name.encode()])
    return [_frame(luma, dice) for _ in range(frames)]


def _frame(luma: Luma, dice: np.random.Generator) -> Luma:
    height, width = luma.shape
    turn, scale = float(dice.normal(0, TURN_DEG)), float(dice.uniform(*SCALE))
    matrix = np.array(cv2.getRotationMatrix2D((width / 2, height / 2), turn, scale), np.float64)
    matrix[:, 2] += dice.normal(0, SHIFT_PX, 2)
    moved = cv2.warpAffine(
        luma, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    sigma = float(dice.uniform(*BLUR_PX))
    if sigma > 0.1:
        moved = cv2.GaussianBlur(moved, (0, 0), sigma)
    return np.asarray(cv2.convertScaleAbs(moved, alpha=float(dice.uniform(*GAIN))), np.uint8)
