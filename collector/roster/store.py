"""Writing `places.json`: whole or not at all, by one program at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from collector.errors import StoreUnusable
from collector.plainfile import write
from collector.roster.places import Places
from collector.roster.roster import PLACES


@contextmanager
def alone(roster: Path) -> Iterator[Path]:
    """Give the path of the places beside `roster`, to nobody else meanwhile."""
    path = roster.with_name(PLACES)
    lock = path.with_name(f".{path.name}.lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        msg = f"{lock}: {error.strerror}"
        raise StoreUnusable(msg) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield path
    finally:
        os.close(handle)


def save(path: Path, places: Places) -> None:
    """Write the places. Raises StoreUnusable; then the old ones are still there."""
    document = msgspec.to_builtins(places)
    write(path, msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
