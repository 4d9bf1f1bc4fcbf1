"""The few things the journal asks of a file system, each durable when it returns."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from device.errors import JournalBroken, JournalFull
from device.plainfile import sync_folder

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn the system's errors into the gate's: a full card is not a broken one."""
    try:
        yield
    except OSError as error:
        msg = f"{doing}: {error.strerror}"
        if error.errno in FULL:
            raise JournalFull(msg) from error
        raise JournalBroken(msg) from error


def write_all(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data` at `offset`; a short write goes on where it stopped."""
    view = memoryview(data)
    while view:
        done = os.pwrite(fd, view, offset)
        view, offset = view[done:], offset + done


def replace(path: Path, data: bytes, mode: int = 0o640) -> None:
    """Put `data` at `path` in one step: after a power cut the old content is there, or the new."""
    temporary = path.with_name(path.name + ".new")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    try:
        write_all(fd, data, 0)
        os.fsync(fd)
    finally:
        os.close(fd)
    temporary.rename(path)
    sync_folder(path.parent)
