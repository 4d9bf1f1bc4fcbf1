"""Reading and writing files so that a power cut leaves the old one or the new one, whole."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from provisioning.errors import FileUnusable
from provisioning.i18n import marked

PRIVATE = 0o600
PUBLIC = 0o644
MAKING = ".provision"
"""How the name of a file ends that is not whole yet."""
SYSTEM = (
    marked("No such file or directory"),
    marked("Permission denied"),
    marked("Is a directory"),
    marked("Not a directory"),
    marked("File exists"),
    marked("Too many levels of symbolic links"),
    marked("No space left on device"),
    marked("Read-only file system"),
    marked("Input/output error"),
)
"""What the system says of files, in its own words, for the catalogues."""


def write(path: Path, data: bytes, mode: int = PUBLIC) -> None:
    """Put `data` into `path`, whole or not at all; raise FileUnusable if it cannot be done."""
    with room(path, mode, 0) as put:
        put(data)


@contextmanager
def room(path: Path, mode: int, size: int) -> Iterator[Callable[[bytes], None]]:
    """Hold `size` bytes of a disk for `path`, and lend what puts bytes there, whole or not at all.

    Whatever must not be done in vain is done in the block. Raises FileUnusable.
    """
    spare(path)
    with _told(path):
        handle, name = _begun(path)
    try:
        with os.fdopen(handle, "wb") as file:
            with _told(path):
                os.fchmod(file.fileno(), mode)
                if size:
                    os.posix_fallocate(file.fileno(), 0, size)
            yield partial(_put, path, file, Path(name))
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _put(path: Path, file: BinaryIO, part: Path, data: bytes) -> None:
    with _told(path):
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
        part.replace(path)
        flush_folder(path.parent)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileUnusable(path=path, detail=error.strerror) from error


def _begun(path: Path) -> tuple[int, str]:
    """Make a file that is on its way to `path`, and hold it: what nobody holds is swept away."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=MAKING, dir=path.parent)
        if _is_held(handle):
            return handle, name
        os.close(handle)


@contextmanager
def workshop(path: Path) -> Iterator[Path]:
    """Lend a folder on the disk of `path` to make it in; it goes at the end, or is swept away.

    Raises OSError.
    """
    while True:
        folder = tempfile.mkdtemp(prefix=f".{path.name}.", suffix=MAKING, dir=path.parent)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if _is_held(handle):
            break
        os.close(handle)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _is_held(handle: int) -> bool:
    """Hold what was just made; say whether it was not swept away before that."""
    with suppress(OSError):  # a disk of another machine may know no locks
        fcntl.flock(handle, fcntl.LOCK_EX)
    return os.fstat(handle).st_nlink > 0


def sweep(folder: Path) -> None:
    """Delete what was begun in a folder by a command that was killed, keys among it."""
    for left in folder.glob(f".*{MAKING}"):
        with suppress(OSError), _opened(left) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe is not waited for
    try:
        yield handle
    finally:
        os.close(handle)


def spare(path: Path) -> None:
    """Raise FileUnusable for a folder, a device or a pipe: the file would take its place."""
    if path.is_dir():
        raise FileUnusable(path=path, detail=marked("Is a directory"))
    if path.exists() and not path.is_file():
        raise FileUnusable(path=path, detail=marked("Not a regular file"))


def folder(path: Path) -> None:
    """See that a folder is there, for its owner alone; raise FileUnusable if it cannot be made."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FileUnusable(path=path, detail=error.strerror) from error


def flush_folder(path: Path) -> None:
    """Put the names in a folder on stable storage."""
    with _opened(path) as handle:
        os.fsync(handle)


def read(path: Path, limit: int) -> bytes:
    """Return at most `limit` + 1 bytes of `path`; raise FileUnusable if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise FileUnusable(path=path, detail=error.strerror) from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other program holds the lock at `path`; raise FileUnusable without one."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FileUnusable(path=path, detail=error.strerror) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
