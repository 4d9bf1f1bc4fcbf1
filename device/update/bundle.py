"""A release as it was brought: a folder with `release.json` and its wheels.

Nothing in it is believed before the authority's signature and each wheel's digest. The wheels are
copied to where nobody else writes while they are counted, so that what was checked is what is
installed.
"""

import hashlib
import os
import sys
from pathlib import Path

from device import enrol, plainfile
from device.errors import NotEnrolled, ReleaseRefused
from device.i18n import N_
from wire import release
from wire.errors import WireError
from wire.keys import KeyEntry
from wire.release import Release, Wheel

MANIFEST = "release.json"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
BLOCK = 1024 * 1024


def believed(folder: Path, keys: Path, running: int) -> tuple[bytes, Release]:
    """Return what `folder` says it brings, as spelled and as read.

    Raises ReleaseRefused unless the authority whose root is in `keys` signed it, it is newer than
    version `running`, and it is made for this machine's Python.
    """
    data = _manifest(folder / MANIFEST)
    try:
        found = release.unpack(data, _root(keys))
    except WireError as error:
        msg = N_("it is damaged, or this gate's authority did not sign it")
        raise ReleaseRefused(msg) from error
    if found.version <= running:
        msg = N_("it is not newer than what this gate runs")
        raise ReleaseRefused(msg)
    if found.python != PYTHON:
        msg = N_("it is made for another version of the system on the memory card")
        raise ReleaseRefused(msg)
    return data, found


def take(folder: Path, found: Release, into: Path) -> list[Path]:
    """Copy the wheels of a release; return where they are now.

    Raises ReleaseRefused if one is missing or is another than was signed, OSError if `into` cannot
    be written.
    """
    for wheel in found.wheels:
        if not _copied(folder / wheel.name, wheel, into / wheel.name):
            msg = N_("a part is missing or damaged; copy the whole folder again")
            raise ReleaseRefused(msg)
    return [into / wheel.name for wheel in found.wheels]


def _manifest(path: Path) -> bytes:
    try:
        data = plainfile.read(path, release.MAX_BYTES)
    except OSError as error:
        msg = N_("it cannot be read")
        raise ReleaseRefused(msg) from error
    if data is None:
        msg = N_("it is damaged, or this gate's authority did not sign it")
        raise ReleaseRefused(msg)
    return data


def _root(keys: Path) -> KeyEntry:
    try:
        return enrol.root_key(keys / enrol.ROOT)
    except NotEnrolled as error:
        raise ReleaseRefused(str(error)) from error


def _copied(path: Path, wheel: Wheel, target: Path) -> bool:
    """Copy one wheel; say whether it is the one that was signed."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    digest, left = hashlib.sha256(), wheel.size
    with os.fdopen(fd, "rb") as source, target.open("xb") as copy:
        if os.fstat(fd).st_size != wheel.size:
            return False
        while left and (block := source.read(min(BLOCK, left))):
            digest.update(block)
            copy.write(block)
            left -= len(block)
    return not left and digest.hexdigest() == wheel.sha256
