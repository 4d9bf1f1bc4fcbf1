"""A drawn doorway in place of a camera, for a machine that has none.

It keeps the pace of a camera and drops frames as one does when nobody takes them. If asked to, it
notes every frame in which somebody is in view, so that afterwards the frame can be drawn again,
proven to be the same, and asked what it showed.
"""

import json
import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from device.camera.scene import Scene, in_view
from device.camera.script import S, Script
from device.errors import CameraMissing
from device.flow import Frame


class Doorway:
    """The Camera port over a script."""

    def __init__(
        self,
        script: Script,
        fps: float,
        up_ns: Callable[[], int],
        sleep: Callable[[float], None],
        record: Path | None = None,
    ) -> None:
        """Take a script, frames a second, the time and how to wait for it.

        `record` is a file to which one JSON line is appended for every frame with somebody in
        view: `n`, `up_ns`, `who` and `crc`, the CRC-32 of the luma.
        """
        self._script, self._fps = script, fps
        self._up_ns, self._sleep = up_ns, sleep
        self._path = record
        self._record: int | None = None
        self._scene: Scene | None = None

    def __enter__(self) -> Self:
        """Draw the empty door; raise CameraMissing if the record cannot be written."""
        self._scene = Scene(self._script)
        if self._path is not None:
            try:
                self._record = os.open(
                    self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644
                )
            except OSError as error:
                msg = f"{self._path}: {error.strerror}"
                raise CameraMissing(msg) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Close the record."""
        self._scene = None
        record, self._record = self._record, None
        if record is not None:
            os.close(record)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames at the pace of a camera, for ever: an empty door is a sight too."""
        period_ns = round(S / self._fps)
        number, due_ns = 0, self._up_ns()
        while self._scene is not None:
            self._scene.prepare(due_ns + S)
            wait_ns = due_ns - self._up_ns()
            if wait_ns > 0:
                self._sleep(wait_ns / S)
            up_ns = self._up_ns()
            frame = Frame(self._scene.draw(up_ns), up_ns, number)
            self._note(frame)
            yield frame
            number += 1
            due_ns = max(due_ns + period_ns, self._up_ns())

    def _note(self, frame: Frame) -> None:
        """Append to the record with one write, which a kill of this process cannot undo."""
        if self._record is None:
            return
        who = in_view(self._script, frame.up_ns)
        if who:
            crc = zlib.crc32(frame.luma.data)
            line = {"n": frame.number, "up_ns": frame.up_ns, "who": who, "crc": crc}
            os.write(self._record, json.dumps(line, separators=(",", ":")).encode() + b"\n")
