"""A power cut at any step: what the disk held then is what there is, and nobody cleans up."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir"})


class Cut(BaseException):
    """The power has failed."""


class Power:
    """Lets a number of changes to files happen, and none after that, whatever part tries.

    Those of the test's own thread: what another has left running is no step of the work.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self._thread = 0
        self.done = self.turned = 0
        self.is_cut = False

    def heard(self, event: str, asked: tuple[object, ...]) -> None:
        if self.left is None or threading.get_ident() != self._thread:
            return
        if event not in CHANGES and not (event == "open" and _makes(*asked)):
            return
        if self.done >= self.left:
            raise Cut
        self.done += 1
        if event == "os.rename" and Path(str(asked[1])).name.startswith(".turned."):
            self.turned = self.done

    @contextmanager
    def fails_after(self, steps: int) -> Iterator[None]:
        self._thread = threading.get_ident()
        self.left, self.done, self.is_cut = steps, 0, False
        try:
            yield
        except Cut:
            self.is_cut = True
        finally:
            self.left = None


def _makes(path: object, _mode: object, flags: object) -> bool:
    """Say whether opening may make a file: not what is open already."""
    return not isinstance(path, int) and isinstance(flags, int) and bool(flags & os.O_CREAT)
