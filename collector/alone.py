"""One process at a time: a lock on a file, which the kernel lets go of with the process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"
"""How the lock of a folder is called."""


def is_held(path: Path) -> bool:
    """Say whether a process holds the lock at `path`; raise OSError for what may not be opened."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(number)
    return False


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock at `path`; raise BlockingIOError if another process does, OSError."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(number)
