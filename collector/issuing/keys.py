"""The desk's private keys: one for each way to a pass, and one that signs the lists."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import privatekey
from collector.errors import StateUnwritable
from collector.i18n import N_
from collector.issuing.entries import Way
from collector.plainfile import put

STATUS = "status.pem"
DIGESTING = "holders.key"
"""Beside the register's file, or away from its server: neither alone tells who holds a pass."""
SECRET_BYTES = 32


def ways(folder: Path) -> dict[Way, Ed25519PrivateKey]:
    """Read the key of every way that is open here. Raises KeyUnreadable."""
    paths = {way: folder / f"{way.value}.pem" for way in Way}
    return {way: load(path) for way, path in paths.items() if path.exists()}


def load(path: Path) -> Ed25519PrivateKey:
    """Read one key. Raises KeyUnreadable."""
    return privatekey.signing(path, "issuing.keys")


def digesting(state: Path) -> bytes:
    """Return the secret under which people are known again, made once. Raises StateUnwritable."""
    path = state / DIGESTING
    try:
        if not path.exists():
            put(path, os.urandom(SECRET_BYTES), 0o600)
        found = path.read_bytes()
    except OSError as error:
        msg = f"issuing.state: {path}: {error.strerror or error}"
        raise StateUnwritable(msg) from error
    if len(found) != SECRET_BYTES:
        msg = f"issuing.state: {path}: {N_('cannot be read')}"
        raise StateUnwritable(msg)
    return found
