"""Private keys in files: PEM, readable by their owner only.

A key that people use may be closed with a passphrase besides.
"""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption

from provisioning import files, passphrase
from provisioning.errors import FileUnusable, KeyMissing, PassphraseWrong

LIMIT = 8 * 1024
CLOSED = b"-----BEGIN ENCRYPTED "
_OFFLINE = b"gate-scanner: files kept offline"

Ask = Callable[[], bytes]
"""Gives the passphrase; called only for a file that is closed with one."""


def save(
    path: Path,
    key: EllipticCurvePrivateKey | Ed25519PrivateKey | X25519PrivateKey,
    secret: bytes | None = None,
) -> None:
    """Write `key`, for its owner only, and only for who knows `secret` if there is one."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        BestAvailableEncryption(secret) if secret else NoEncryption(),
    )
    files.write(path, pem, files.PRIVATE)


def load_ed25519(path: Path, ask: Ask = passphrase.given) -> Ed25519PrivateKey:
    """Read a signing key; raise KeyMissing if there is none at `path`."""
    key = _load(path, ask)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyMissing(path=path)
    return key


def load_ec(path: Path, ask: Ask = passphrase.given) -> EllipticCurvePrivateKey:
    """Read a key for TLS; raise KeyMissing if there is none at `path`."""
    key = _load(path, ask)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise KeyMissing(path=path)
    return key


def is_closed(path: Path) -> bool:
    """Say whether the key at `path` is there and closed with a passphrase."""
    try:
        return files.read(path, LIMIT).startswith(CLOSED)
    except FileUnusable:
        return False


def opens(path: Path, secret: bytes) -> bool:
    """Say whether `secret` opens the key at `path`."""
    try:
        _load(path, lambda: secret)
    except (KeyMissing, PassphraseWrong):
        return False
    return True


def offline_secret(root: Ed25519PrivateKey) -> bytes:
    """Return what closes the other files that are kept offline: who has the root opens them."""
    made = HKDF(hashes.SHA256(), 32, None, _OFFLINE).derive(root.private_bytes_raw())
    return made.hex().encode()


def _load(path: Path, ask: Ask) -> object:
    try:
        pem = files.read(path, LIMIT)
    except FileUnusable as error:
        raise KeyMissing(path=path) from error
    closed = pem.startswith(CLOSED)
    secret = ask() if closed else None
    try:
        return serialization.load_pem_private_key(pem, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise (PassphraseWrong if closed else KeyMissing)(path=path) from error
