"""The key of backups: its public half lies on the server, its private half nowhere near it."""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from collector.backup.errors import BackupKeyUnusable
from collector.errors import FileUnusable
from collector.i18n import N_

PRIVATE, PUBLIC = "backup-private.pem", "backup-public.pem"
MAX_BYTES = 16 * 1024


def make(folder: Path) -> tuple[Path, Path]:
    """Make a pair in a folder; return the files, private first. Raises FileUnusable."""
    key = X25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    made = (folder / PRIVATE, folder / PUBLIC)
    begun: list[Path] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, data, mode in ((made[0], private, 0o600), (made[1], public, 0o644)):
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            begun.append(path)
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        for path in begun:  # half a key would be taken for one
            path.unlink(missing_ok=True)
        msg = f"{error.filename or folder}: {error.strerror or error}"
        raise FileUnusable(msg) from error
    return made


def public(path: Path) -> X25519PublicKey:
    """Read the public half; raises BackupKeyUnusable."""
    try:
        key = serialization.load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _none(path) from error
    if not isinstance(key, X25519PublicKey):
        raise _none(path)
    return key


def private(path: Path) -> X25519PrivateKey:
    """Read the private half; raises BackupKeyUnusable."""
    try:
        key = serialization.load_pem_private_key(_read(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _none(path) from error
    if not isinstance(key, X25519PrivateKey):
        raise _none(path)
    return key


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise BackupKeyUnusable(msg) from error


def _none(path: Path) -> BackupKeyUnusable:
    return BackupKeyUnusable(f"{path}: {N_('no key of backups')}")
