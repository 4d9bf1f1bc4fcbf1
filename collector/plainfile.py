"""Small files that are written whole or not at all, whatever the power does meanwhile.

What the bytes say, and which error their reader is told of, is not known here.
"""

import os
from contextlib import suppress
from glob import escape
from pathlib import Path

from collector.errors import StoreUnusable


def write(path: Path, data: bytes, mode: int = 0o640) -> None:
    """Put a file into its folder, made if need be, for its group to read. Raises StoreUnusable."""
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        put(path, data, mode)
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise StoreUnusable(msg) from error


def put(path: Path, data: bytes, mode: int) -> None:
    """Put a file into a folder that is there, with that mode whatever the umask. Raises OSError."""
    for left in path.parent.glob(f".{escape(path.name)}.*"):
        process = left.suffix[1:]
        if process.isdecimal() and not Path("/proc", process).exists():  # killed while it wrote
            left.unlink(missing_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(partial, flags, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync(path.parent)
    except OSError:
        with suppress(OSError):  # what cannot be written to may be no folder at all
            partial.unlink(missing_ok=True)
        raise


def sync(folder: Path) -> None:
    """Return when the names in a folder are on stable storage. Raises OSError."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
