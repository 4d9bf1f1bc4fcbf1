"""A turn of the keys that a power cut may end at any moment: all of it counts, or nothing does.

    .turning.XXXX/     what is being made; counts for nothing yet
    .turned.recover/   all of it, made and signed: it counts, and is on the way to its places

One rename makes the one the other. What is left to do then needs neither the root nor a
passphrase, so that whoever comes next can finish it; what had not come so far is deleted, with the
keys in it. Knows nothing of how keys are made.
"""

import errno
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from provisioning import authority, expiry, files, making, revocation, revoked
from provisioning.authority import PARTS, PUBLISHED
from provisioning.errors import FileUnusable
from provisioning.issuers import LOCK

MAKING = ".turning."
TURNED = ".turned.{work}"


class Left(StrEnum):
    """What a turn that was cut off had left."""

    UNMADE = "unmade"
    """Keys that never counted: they were deleted."""
    RENEWAL = "renew"
    """A renewal that counted: it was finished."""
    RECOVERY = "recover"
    """A recovery that counted: it was finished."""


def settle(home: Path) -> Left | None:
    """Finish a turn that was cut off, or delete what it had made; say which, if there was any.

    Waits for a turn that is going on. Raises FileUnusable.
    """
    if not any(home.glob(".turn*.*")):
        return None
    with files.alone(home / LOCK):
        return _settled(home)


@contextmanager
def making_in(home: Path) -> Iterator[Path]:
    """Give an empty folder with a place for each part; nobody else turns keys meanwhile.

    What is in it at the end is deleted unless it was turned. Raises FileUnusable.
    """
    with files.alone(home / LOCK):
        _settled(home)
        folder = _begun(home)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def turn(home: Path, made: Path, work: Left) -> None:
    """Let what is in the folder `made` count, and put it in its places. Raises FileUnusable."""
    turned = home / TURNED.format(work=work)
    try:
        files.flush_folder(made)
        made.rename(turned)
        files.flush_folder(home)
        _place(home, turned)
    except OSError as error:
        raise FileUnusable(path=home, detail=error.strerror) from error


def _begun(home: Path) -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix=MAKING, dir=home))
        for part in (*PARTS, revoked.CERTIFICATES, PUBLISHED):
            (folder / part).mkdir(mode=0o700)
    except OSError as error:
        raise FileUnusable(path=home, detail=error.strerror) from error
    return folder


def _settled(home: Path) -> Left | None:
    left = None
    try:
        for made in home.glob(f"{MAKING}*"):
            shutil.rmtree(made)
            left = Left.UNMADE
        for work in (Left.RENEWAL, Left.RECOVERY):
            turned = home / TURNED.format(work=work)
            if turned.is_dir():
                _place(home, turned)
                left = work
    except OSError as error:
        raise FileUnusable(path=home, detail=error.strerror) from error
    return left


def _place(home: Path, turned: Path) -> None:
    """Move each file to its place, and delete what it takes the place of.

    The folder goes last: as long as it is there, all of this is done again.
    """
    parts = [home / part.name for part in turned.iterdir() if part.is_dir()]
    for part in parts:  # an authority of before does not have all of them
        part.mkdir(mode=0o700, exist_ok=True)
    for made in sorted(path for path in turned.rglob("*") if path.is_file()):
        _move(made, home / made.relative_to(turned))
    for part in (*parts, home):
        files.flush_folder(part)
    found = authority.load(home)
    for old in _outlived(found):
        old.unlink(missing_ok=True)
    expiry.write(found)
    shutil.rmtree(turned)
    files.flush_folder(home)


def _move(made: Path, place: Path) -> None:
    """Move a file, also where its part of the folder is a link to another disk."""
    try:
        made.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        files.write(place, made.read_bytes(), stat.S_IMODE(made.stat().st_mode))
        made.unlink()


def _outlived(home: authority.Authority) -> list[Path]:
    """Return the keys and lists that nothing goes by any more."""
    offline, published = home.folder / "offline", home.folder / PUBLISHED
    kept = {making.reserved(home.folder, kid) for kid in home.public.reserve}
    kept |= {revocation.retired(home.folder, each) for each in revoked.cas(home.folder)}
    kept |= {published / f"list-{key.kid}" for key in home.public.keys}
    kinds = (*offline.glob("reserve-*.pem"), *offline.glob("retired-*.pem"))
    return [path for path in (*kinds, *published.glob("list-*")) if path not in kept]
