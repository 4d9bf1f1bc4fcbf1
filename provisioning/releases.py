"""Releases of the gate's program: from a folder of wheels to one that gates believe.

Needs the key of the root, which is kept offline: a release is made seldom, and who can make one can
make a gate do anything.
"""

import hashlib
import re
from datetime import datetime
from pathlib import Path

from provisioning import clock, files
from provisioning.authority import Authority
from provisioning.errors import FileUnusable, ReleaseInvalid
from provisioning.i18n import marked
from wire import release
from wire.errors import WireError
from wire.release import Release, Wheel

NAME = "release.json"
PROGRAM = "gate_scanner"
PYTHON = re.compile(r"-cp3([0-9]{1,2})-cp3")
VERSION = re.compile(r"-([0-9][^-]*)-")


def sign(home: Authority, folder: Path, now: datetime) -> Release:
    """Sign the wheels in `folder`, and lay the release beside them; return what it says.

    Its version is the time in seconds, so that it grows with every release wherever it is made.
    Raises ReleaseInvalid naming what a gate would refuse, FileUnusable, KeyMissing.
    """
    root = home.root()
    wheels = tuple(_wheel(path) for path in _wheels(folder))
    stamp = clock.millis(now)
    made = Release(stamp // 1000, _title(folder, wheels), _python(folder, wheels), stamp, wheels)
    try:
        data = release.pack(made, root)
    except WireError as error:
        detail = marked("a wheel is none that gates take, or is for the machine's system to bring")
        raise ReleaseInvalid(folder=folder, detail=detail) from error
    files.write(folder / NAME, data)
    return made


def _wheels(folder: Path) -> list[Path]:
    try:
        return sorted(each for each in folder.iterdir() if each.suffix == ".whl")
    except OSError as error:
        raise FileUnusable(path=folder, detail=error.strerror) from error


def _wheel(path: Path) -> Wheel:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Wheel(path.name, file.tell(), digest)
    except OSError as error:
        raise FileUnusable(path=path, detail=error.strerror) from error


def _title(folder: Path, wheels: tuple[Wheel, ...]) -> str:
    """Return the version of the gate's own program."""
    for each in wheels:
        named = VERSION.search(each.name)
        if each.name.startswith(f"{PROGRAM}-") and named is not None:
            return named[1]
    detail = marked("the gate's own program is not among the wheels")
    raise ReleaseInvalid(folder=folder, detail=detail)


def _python(folder: Path, wheels: tuple[Wheel, ...]) -> str:
    """Return the one Python for which the wheels are compiled."""
    found = {tag[1] for each in wheels if (tag := PYTHON.search(each.name)) is not None}
    if len(found) != 1:
        detail = marked("the wheels are not compiled for one and the same version of Python")
        raise ReleaseInvalid(folder=folder, detail=detail)
    return f"3.{found.pop()}"
