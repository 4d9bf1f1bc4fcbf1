"""Shows the readers pictures that nobody would: `python tests/device/reading/fuzz.py SECONDS SEED`.

Each picture is one of the corpus, spoilt. Before it is shown it is written to the file that is
named first in the output; what ends this process, or makes a reader raise, is found there and is
to be moved into `corpus/`, where every run of the tests shows it again.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from device.flow import Frame, Luma
from device.reading.cascade import CascadeReader
from device.reading.decoder import Decoder

CORPUS = Path(__file__).parent / "corpus"
MOST_TEXT = 8000
Dice = np.random.Generator


def show(luma: Luma, decoder: Decoder, reader: CascadeReader, number: int) -> None:
    """Show one picture to both readers and look at what they say of it."""
    for seen in (*decoder.see(luma), *reader.see(Frame(luma, number * 66_666_667, number))):
        assert 0 < len(seen.text) <= MOST_TEXT
        assert len(seen.corners) <= 4
        assert seen.extent >= 0


def spoil(luma: Luma, dice: Dice) -> Luma:
    """Return the picture after one to four accidents."""
    for _ in range(int(dice.integers(1, 5))):
        luma = SPOILERS[int(dice.integers(len(SPOILERS)))](luma, dice)
        if not luma.size:
            break
    return luma


def _cut(luma: Luma, dice: Dice) -> Luma:
    height, width = luma.shape
    top, left = int(dice.integers(height)), int(dice.integers(width))
    return luma[top : top + int(dice.integers(1, height + 1)), left:]


def _speckle(luma: Luma, dice: Dice) -> Luma:
    luma = luma.copy()
    many = int(dice.integers(1, max(2, luma.size // 4)))
    luma.reshape(-1)[dice.integers(0, luma.size, many)] = dice.integers(0, 256, many)
    return luma


def _block(luma: Luma, dice: Dice) -> Luma:
    """Turn a block of modules over: error correction gets something to do."""
    luma = luma.copy()
    top, left = int(dice.integers(luma.shape[0])), int(dice.integers(luma.shape[1]))
    side = int(dice.integers(1, 60))
    luma[top : top + side, left : left + side] ^= 255
    return luma


def _stretch(luma: Luma, dice: Dice) -> Luma:
    size = (int(dice.integers(1, 1400)), int(dice.integers(1, 900)))
    return np.asarray(cv2.resize(luma, size, interpolation=int(dice.integers(0, 4))), np.uint8)


def _bend(luma: Luma, dice: Dice) -> Luma:
    height, width = luma.shape
    matrix = np.eye(3) + dice.normal(0, 1, (3, 3)) * (
        (0.3, 0.3, 40),
        (0.3, 0.3, 40),
        (1e-3, 1e-3, 0),
    )
    return np.asarray(cv2.warpPerspective(luma, matrix, (width, height)), np.uint8)


def _stride(luma: Luma, dice: Dice) -> Luma:
    down, right = int(dice.choice([-2, -1, 1, 2])), int(dice.choice([-2, -1, 1, 2]))
    return luma[::down, ::right]


def _tile(luma: Luma, dice: Dice) -> Luma:
    return np.tile(luma, (int(dice.integers(1, 4)), int(dice.integers(1, 4))))[:2000, :2000]


def _noise(luma: Luma, dice: Dice) -> Luma:
    sigma = float(dice.uniform(1, 90))
    return np.asarray(np.clip(luma + dice.normal(0, sigma, luma.shape), 0, 255), np.uint8)


SPOILERS: tuple[Callable[[Luma, Dice], Luma], ...] = (
    *(_cut, _speckle, _block, _block, _stretch, _bend, _stride, _tile, _noise),
)


def seeds() -> list[Luma]:
    """Return the corpus."""
    return [
        np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        for path in sorted(CORPUS.glob("*.png"))
    ]


def main(seconds: float, seed: int) -> int:
    """Fuzz for so long; return how many pictures were shown."""
    dice, corpus = np.random.default_rng(seed), seeds()
    decoder, reader = Decoder(), CascadeReader()
    with tempfile.NamedTemporaryFile(prefix="fuzz-", suffix=".png", delete=False) as file:
        shown = Path(file.name)
    print(f"the picture being shown is in {shown}", flush=True)  # noqa: T201
    end, number = time.perf_counter() + seconds, 0
    while time.perf_counter() < end:
        luma = spoil(corpus[int(dice.integers(len(corpus)))], dice)
        if not luma.size:
            continue
        cv2.imwrite(str(shown), luma)
        show(luma, decoder, reader, number)
        number += 1
    shown.unlink()
    return number


if __name__ == "__main__":
    print(main(float(sys.argv[1]), int(sys.argv[2])), "pictures")  # noqa: T201
