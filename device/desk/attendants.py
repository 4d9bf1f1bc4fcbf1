"""Who may log in at a desk: names and passwords, in one file that is read again at every use.

    keys/desk/attendants.json      {"name": {"salt": ..., "hash": ...}}

Taken out of the file, or given another password, an attendant is out at the next press of a button.
Who does not know a password is kept waiting by name, also where there is no such name.
"""

import hashlib
import hmac
import os
from pathlib import Path

import msgspec

from device import plainfile
from device.errors import AttendantUnknown, PasswordWeak, StorageUnusable
from wire.canonical import canonical, parse
from wire.errors import WireError

FILE = "attendants.json"
LIMIT = 256 * 1024
LEAST = 8
"""Characters of a password."""
MAX_NAME = 40
N, R, P = 2**14, 8, 1
"""Of scrypt: 16 MB and a twentieth of a second on a Pi 4."""
TRIES = 5
LOCKED_NS = 15 * 60 * 10**9
LOCKS_KEPT = 1_000


class Account(msgspec.Struct, frozen=True):
    """One attendant."""

    salt: str
    hash: str

    def __repr__(self) -> str:
        """Say nothing."""
        return "<Account>"


class Attendants:
    """The attendants of one desk."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self._path = folder / FILE
        self._failed: dict[str, tuple[int, int]] = {}

    def names(self) -> tuple[str, ...]:
        """Return who may log in. Raises StorageUnusable."""
        return tuple(sorted(self._load()))

    def put(self, name: str, password: str) -> None:
        """Enter an attendant, or give them another password.

        Raises AttendantUnknown for what is no name, PasswordWeak, StorageUnusable.
        """
        if not 0 < len(name.strip()) <= len(name) <= MAX_NAME or not name.isprintable():
            raise AttendantUnknown(name if name.isprintable() else "")
        if len(password) < LEAST or len(set(password)) < LEAST // 2:
            raise PasswordWeak
        salt = os.urandom(16)
        made = Account(salt.hex(), _hash(password, salt).hex())
        self._save({**self._load(), name: made})

    def remove(self, name: str) -> None:
        """Let an attendant log in no more. Raises AttendantUnknown, StorageUnusable."""
        found = self._load()
        if found.pop(name, None) is None:
            raise AttendantUnknown(name)
        self._save(found)

    def admit(self, name: str, password: str, up_ns: int) -> str | None:
        """Return a mark of the account whose password this is, or None.

        The mark changes with the password. A locked name is not looked at.
        """
        if self.locked_s(name, up_ns):
            return None
        account = self._load().get(name, _NOBODY)
        given = _hash(password[:1000], bytes.fromhex(account.salt))
        if account is not _NOBODY and hmac.compare_digest(given.hex(), account.hash):
            self._failed.pop(name, None)
            return account.hash
        count, _ = self._failed.get(name, (0, 0))
        if len(self._failed) >= LOCKS_KEPT and name not in self._failed:
            self._failed.pop(next(iter(self._failed)))
        self._failed[name] = (count + 1, up_ns)
        return None

    def locked_s(self, name: str, up_ns: int) -> int:
        """Return for how many seconds nobody can log in by this name."""
        count, since_ns = self._failed.get(name, (0, 0))
        if count < TRIES:
            return 0
        left_ns = since_ns + LOCKED_NS - up_ns
        if left_ns <= 0:
            del self._failed[name]
            return 0
        return -(-left_ns // 10**9)

    def mark(self, name: str) -> str | None:
        """Return the mark of an account as it is now; None if it is there no more."""
        found = self._load().get(name)
        return found.hash if found else None

    def _load(self) -> dict[str, Account]:
        try:
            data = plainfile.read(self._path, LIMIT)
        except FileNotFoundError:
            return {}
        except OSError as error:
            msg = f"{self._path}: {error.strerror}"
            raise StorageUnusable(msg) from error
        try:
            return msgspec.convert(parse(data or b"", LIMIT), dict[str, Account])
        except (WireError, msgspec.ValidationError) as error:
            raise StorageUnusable(str(self._path)) from error

    def _save(self, found: dict[str, Account]) -> None:
        try:
            # On a desk that is a service the folder is there, and gives the file its group.
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            plainfile.write(self._path, canonical(msgspec.to_builtins(found)), 0o640)
        except OSError as error:
            msg = f"{self._path}: {error.strerror}"
            raise StorageUnusable(msg) from error


_NOBODY = Account("00" * 16, "")


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=N, r=R, p=P, maxmem=64 * 2**20)
