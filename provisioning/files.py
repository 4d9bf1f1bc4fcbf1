"""Reading and writing files so that a power cut leaves the old one or the new one, whole."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
    spare(path)
    try:
        handle, name = _begun(path)
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), mode)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        flush_folder(path.parent)
    except OSError as error:
        raise FileUnusable(path=path, detail=error.strerror) from error


def _begun(path: Path) -> tuple[int, str]:
    """Make a file that is on its way to `path`, and hold it: what nobody holds is swept away."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=MAKING, dir=path.parent)
        with suppress(OSError):  # a disk of another machine may know no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, name
        os.close(handle)  # it was swept away before it was held


def sweep(folder: Path) -> None:
    """Delete what `write` had begun in a folder when it was killed, keys among it."""
    for left in folder.glob(f".*{MAKING}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def spare(path: Path) -> None:
    """Raise FileUnusable for a device or a pipe: a file would take its place, and not be on it."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise FileUnusable(path=path, detail=marked("Not a regular file"))


def folder(path: Path) -> None:
    """See that a folder is there, for its owner alone; raise FileUnusable if it cannot be made."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FileUnusable(path=path, detail=error.strerror) from error


def flush_folder(path: Path) -> None:
    """Put the names in a folder on stable storage."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
