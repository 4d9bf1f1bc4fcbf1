"""Reads private keys from files in PEM, and says which file is wrong and why."""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from collector.errors import KeyUnreadable
from collector.i18n import N_

LIMIT = 16 * 1024
Secret = Callable[[], bytes]
"""Returns the passphrase of a key that is closed with one; raises ValueError without one."""


def signing(path: Path, name: str, secret: Secret | None = None) -> Ed25519PrivateKey:
    """Read a key that signs; raise KeyUnreadable, beginning with its `name` in the configuration.

    Without `secret` no key that is closed with a passphrase is taken.
    """
    key = _read(path, name, secret)
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable(path, name, N_("no Ed25519 key"))
    return key


def of_certificates(path: Path, name: str, secret: Secret | None = None) -> EllipticCurvePrivateKey:
    """Read a key that certificates for TLS are made with; raise KeyUnreadable likewise."""
    key = _read(path, name, secret)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise _unreadable(path, name, N_("no key for TLS"))
    return key


def _read(path: Path, name: str, secret: Secret | None) -> object:
    is_closed = False
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT)
        is_closed = b"ENCRYPTED" in data
        return load_pem_private_key(data, secret() if secret and is_closed else None)
    except OSError as error:
        raise _unreadable(path, name, error.strerror or N_("cannot be read")) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if secret and is_closed:
            why = N_("cannot be opened: its passphrase is missing or another")
        else:
            why = N_("no private key in PEM without a passphrase")
        raise _unreadable(path, name, why) from error


def _unreadable(path: Path, name: str, why: str) -> KeyUnreadable:
    return KeyUnreadable(f"{name}: {path}: {why}")
