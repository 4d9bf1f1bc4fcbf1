"""A small disk of a test's own, which can be filled."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def full(disk: Path, leaving: int = 0) -> Iterator[None]:
    """Leave so many bytes of room on a disk while the block lasts."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    os.truncate(filler, max(0, filler.stat().st_size - leaving))
    try:
        yield
    finally:
        filler.unlink()
