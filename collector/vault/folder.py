"""The vault's own folder: the wrapped keys, the lock of the one process, and who may look in."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec

from collector.alone import alone
from collector.i18n import N_
from collector.plainfile import sync
from collector.vault import custody
from collector.vault.custody import Custody
from collector.vault.errors import VaultBusy, VaultExists, VaultMissing, VaultUnusable

CUSTODY = "custody.json"
LOCK = "lock"
PEOPLE, CASES = "people.db", "cases.db"
MAX_BYTES = 64 * 1024


def prepare(folder: Path) -> None:
    """Make the folder, or see that it is nobody else's; raise VaultUnusable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise _unusable(folder, error) from error
    why = N_("it belongs to another user") if found.st_uid != os.geteuid() else ""
    if found.st_mode & 0o077:
        why = N_("others can look into it")
    if why:
        msg = f"{folder}: {why}"
        raise VaultUnusable(msg)


def load(folder: Path) -> Custody:
    """Read the wrapped keys; raise VaultMissing, CustodyBroken."""
    path = folder / CUSTODY
    try:
        with path.open("rb") as file:
            return custody.read(file.read(MAX_BYTES))
    except FileNotFoundError as error:
        raise VaultMissing(str(folder)) from error
    except OSError as error:
        raise _unusable(path, error) from error


def save(folder: Path, wrapped: Custody) -> Path:
    """Keep the wrapped keys, once and for all, whole and on stable storage when this returns.

    Raises VaultExists if there are some, VaultBusy, VaultUnusable. The folder may lie on a disk
    without hard links: a stick, a share.
    """
    path = folder / CUSTODY
    with claimed(folder):
        if path.exists():
            raise VaultExists(str(path))
        with _written(path, wrapped) as fresh:
            fresh.replace(path)
            sync(folder)
    return path


def replace(folder: Path, wrapped: Custody) -> None:
    """Put other wrapped keys in the place of those that are there, which are overwritten.

    Raises VaultUnusable.
    """
    path = folder / CUSTODY
    with _written(path, wrapped) as fresh, path.open("r+b") as old:
        fresh.replace(path)
        sync(folder)
        old.write(bytes(os.fstat(old.fileno()).st_size))
        old.flush()
        os.fsync(old.fileno())


@contextmanager
def _written(path: Path, wrapped: Custody) -> Iterator[Path]:
    """Lend the wrapped keys in a file of its own beside `path`; raise VaultUnusable."""
    fresh = path.with_name(f"{CUSTODY}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, flags, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(wrapped)))
            file.flush()
            os.fsync(file.fileno())
        yield fresh
    except OSError as error:
        raise _unusable(path, error) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Be the one vault that works with this folder; raise VaultBusy."""
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(folder / LOCK))
        except BlockingIOError as error:
            raise VaultBusy(str(folder)) from error
        except OSError as error:
            raise _unusable(folder / LOCK, error) from error
        yield


def destroy(path: Path) -> None:
    """Overwrite a file and delete it; raise VaultUnusable if that cannot be done."""
    try:
        with path.open("r+b") as file:
            file.write(os.urandom(os.fstat(file.fileno()).st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> VaultUnusable:
    return VaultUnusable(f"{path}: {error.strerror or N_('cannot be read')}")
