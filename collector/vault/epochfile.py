"""Where the wrapped secrets of epochs and holds are: one small file beside the database.

They are not in the database, because copies of it may live longer than an epoch. A secret that is
dropped is overwritten where it stood, and this file is copied nowhere but into backups, whose time
is bounded (decision 64): without it, what was keyed under it cannot be told from noise any more, in
a copy of the tables either.
"""

import base64
import contextlib
import os
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from collector.i18n import N_
from collector.plainfile import sync
from collector.vault.errors import CustodyBroken, VaultUnusable

NAME = "epochs.json"


class Wrapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    secrets: dict[str, str] = {}
    """Base64 by the name of the epoch or the hold."""
    v: int = 1


def epoch_name(epoch: int) -> str:
    """Return the name of an epoch's secret."""
    return f"epoch-{epoch}"


def hold_name(hold: int) -> str:
    """Return the name of a hold's secret."""
    return f"hold-{hold}"


class EpochFile:
    """The file as it is now."""

    def __init__(self, folder: Path) -> None:
        """Take the vault's folder; nothing is read yet."""
        self._path = folder / NAME
        self._lock = threading.Lock()

    def names(self) -> frozenset[str]:
        """Return the names of all secrets."""
        return frozenset(self._read().secrets)

    def get(self, name: str) -> bytes | None:
        """Return a wrapped secret, None if there is none of that name."""
        found = self._read().secrets.get(name)
        return None if found is None else base64.b64decode(found)

    def put(self, name: str, wrapped: bytes) -> None:
        """Keep a wrapped secret; it is on stable storage when this returns."""
        with self._lock:
            secrets = {**self._read().secrets, name: base64.b64encode(wrapped).decode()}
            self._write(Wrapped(secrets))

    def drop(self, names: Iterable[str]) -> None:
        """Destroy secrets: the file without them first, then the old one overwritten."""
        with self._lock:
            secrets, gone = self._read().secrets, set(names)
            if gone & secrets.keys():
                self._write(Wrapped({key: secrets[key] for key in sorted(secrets.keys() - gone)}))

    def _read(self) -> Wrapped:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Wrapped)
        except FileNotFoundError:
            return Wrapped()
        except OSError as error:
            raise _unusable(self._path, error) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            msg = f"{self._path}: {N_('not the form of that file')}"
            raise CustodyBroken(msg) from error

    def _write(self, wrapped: Wrapped) -> None:
        fresh = self._path.with_suffix(".new")  # one name: what a power cut leaves is written over
        try:
            with contextlib.ExitStack() as stack:
                old = None
                if self._path.exists():
                    old = stack.enter_context(self._path.open("r+b"))
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
                with os.fdopen(os.open(fresh, flags, 0o600), "wb") as file:
                    file.write(msgspec.json.encode(wrapped))
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(self._path)
                sync(self._path.parent)
                if old is not None:
                    old.write(bytes(os.fstat(old.fileno()).st_size))
                    old.flush()
                    os.fsync(old.fileno())
        except OSError as error:
            raise _unusable(self._path, error) from error


def _unusable(path: Path, error: OSError) -> VaultUnusable:
    return VaultUnusable(f"{path}: {error.strerror or N_('cannot be read')}")
