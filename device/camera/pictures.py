"""Pictures and videos in place of a camera.

For demonstrations, tests and `gate read`. Files are a stranger's: their size is looked at before
their pixels are, and what cannot be read is named in one sentence. It knows no code.
"""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from device.camera.header import MAX_PIXELS, pixels
from device.errors import PictureUnreadable
from device.flow import Frame, Luma
from device.i18n import N_
from device.resizing import fit

SIDE = 1280
"""Pixels. Frames are shrunk to the long side that a gate's camera streams, so that a phone's
12-megapixel photo costs what a frame costs. `load_luma` does not shrink."""
MAX_BYTES = 100_000_000
# What OpenCV says of a damaged file in its own words helps nobody at a gate: we say it in ours.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
VIDEO = frozenset({".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm"})


def load_luma(path: Path) -> Luma:
    """Return the picture at `path` in grey, turned as its EXIF data says.

    Raises PictureUnreadable if it is none, or if it has more than 100 megapixels.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise PictureUnreadable(msg) from error
    return decoded(data, str(path))


def decoded(data: bytes, path: str) -> Luma:
    """Return the picture that `data` is, in grey; `path` is what it is called. See `load_luma`."""
    if len(data) > MAX_BYTES:
        msg = f"{path}: {N_('larger than 100 MB')}"
        raise PictureUnreadable(msg)
    claimed = pixels(data)
    if claimed is None:
        msg = f"{path}: {N_('not a picture')}"
        raise PictureUnreadable(msg)
    if claimed > MAX_PIXELS:
        msg = f"{path}: {N_('more than 100 megapixels')}"
        raise PictureUnreadable(msg)
    try:
        luma = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error as error:
        msg = f"{path}: {N_('the picture is damaged')}"
        raise PictureUnreadable(msg) from error
    if luma is None:
        msg = f"{path}: {N_('the picture is damaged')}"
        raise PictureUnreadable(msg)
    return np.asarray(luma, np.uint8)


def fitted(luma: Luma, side: int = SIDE) -> Luma:
    """Return the picture with a long side of at most `side` pixels; never enlarged."""
    return fit(luma, side)


class Pictures:
    """The Camera port over a picture, a folder of them in order of name, or a video."""

    def __init__(
        self,
        path: Path,
        fps: float,
        up_ns: Callable[[], int],
        sleep: Callable[[float], None],
        *,
        repeat: bool = False,
    ) -> None:
        """Show each picture for one frame of 1/`fps` seconds; from the start again if `repeat`."""
        self._path, self._fps = path, fps
        self._up_ns, self._sleep = up_ns, sleep
        self._repeat = repeat
        self._is_open = False

    def __enter__(self) -> Self:
        """See that there is something to show; raise PictureUnreadable if not."""
        if not self._path.exists():
            msg = f"{self._path}: {N_('no such file or folder')}"
            raise PictureUnreadable(msg)
        if self._path.is_dir() and not self._files():
            msg = f"{self._path}: {N_('the folder is empty')}"
            raise PictureUnreadable(msg)
        self._is_open = True
        return self

    def __exit__(self, *_: object) -> None:
        """Stop showing."""
        self._is_open = False

    def __iter__(self) -> Iterator[Frame]:
        """Yield one frame per picture, at the pace of `fps`; raise PictureUnreadable."""
        number = 0
        due_ns = self._up_ns()
        for _ in count() if self._repeat else range(1):
            for luma in self._lumas():
                if not self._is_open:
                    return
                wait_ns = due_ns - self._up_ns()
                if wait_ns > 0:
                    self._sleep(wait_ns / 1e9)
                now_ns = self._up_ns()
                yield Frame(fitted(luma), now_ns, number)
                number += 1
                # What came late is not caught up with: frames stay a period apart.
                due_ns = max(due_ns, now_ns) + round(1e9 / self._fps)

    def _files(self) -> list[Path]:
        return sorted(
            each for each in self._path.iterdir() if each.is_file() and each.name[0] != "."
        )

    def _lumas(self) -> Iterator[Luma]:
        for path in self._files() if self._path.is_dir() else [self._path]:
            if path.suffix.lower() in VIDEO:
                yield from _video(path)
            else:
                yield load_luma(path)


def _video(path: Path) -> Iterator[Luma]:
    """Yield the frames of a video in grey."""
    film = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        shown = 0
        while True:
            is_there, picture = film.read()
            if not is_there:
                break
            shown += 1
            yield np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        if not shown:
            msg = f"{path}: {N_('not a video that can be read')}"
            raise PictureUnreadable(msg)
    finally:
        film.release()
