"""Private keys in files: PEM, readable by their owner only."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from provisioning import files
from provisioning.errors import FileUnusable, KeyMissing

LIMIT = 8 * 1024


def save(path: Path, key: EllipticCurvePrivateKey | Ed25519PrivateKey | X25519PrivateKey) -> None:
    """Write `key`, for its owner only."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    files.write(path, pem, files.PRIVATE)


def load_ed25519(path: Path) -> Ed25519PrivateKey:
    """Read a signing key; raise KeyMissing if there is none at `path`."""
    key = _load(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyMissing(path=path)
    return key


def load_ec(path: Path) -> EllipticCurvePrivateKey:
    """Read a key for TLS; raise KeyMissing if there is none at `path`."""
    key = _load(path)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise KeyMissing(path=path)
    return key


def _load(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(files.read(path, LIMIT), password=None)
    except (FileUnusable, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyMissing(path=path) from error
