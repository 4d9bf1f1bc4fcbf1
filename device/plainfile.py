"""Reading and writing small files where others may have laid a trap, or the power may fail.

What is read may be a link, a pipe, a device, a folder, endless or half written. What is written is
there whole or not at all. What the bytes say is not known here.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Print = tuple[int, int, int, int]
"""What changes when a file does: its number, its two times in ns and its size."""


def fingerprint(path: Path) -> Print:
    """Return what tells this file from what stood there before; raise OSError without one."""
    found = os.lstat(path)
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size


def read(path: Path, limit: int) -> bytes | None:
    """Return the content of a regular file of at most `limit` bytes, None for anything else.

    It follows no link and waits for no pipe. Raises OSError if the file cannot be opened or read.
    """
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        data = file.read(limit + 1)
    return data if len(data) <= limit else None


def write(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put `data` in place on stable storage, whole or not at all; raise OSError otherwise."""
    new = path.with_name(f".{path.name}.new")
    with becoming(path, new):
        new.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(new, flags, 0o600)
        with os.fdopen(fd, "wb") as file:
            os.fchmod(fd, mode)
            file.write(data)
            file.flush()
            os.fsync(fd)
        new.replace(path)
    sync_folder(path.parent)


@contextmanager
def becoming(path: Path, new: Path) -> Iterator[None]:
    """Leave nothing of the file `new` if it does not become `path`, and let the OSError name that.

    What the system says of a full disk names no file.
    """
    try:
        yield
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        error.filename = error.filename or str(path)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a new file without this may vanish in a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
