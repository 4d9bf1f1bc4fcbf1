"""The dispatch's private keys: one signs commands, one policies. Both are online and end soon.

They are the authority's `signing/command.pem` and `signing/policy.pem`, carried here; which public
keys gates believe, and until when, says the ring that the root signs.
"""

from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from collector.errors import KeyUnreadable
from collector.i18n import N_
from collector.passphrase import handed

COMMAND, POLICY = "command.pem", "policy.pem"
LIMIT = 16 * 1024


class Keys(NamedTuple):
    """Both."""

    command: Ed25519PrivateKey
    policy: Ed25519PrivateKey


def held(folder: Path) -> Keys:
    """Read them; raise KeyUnreadable naming what is wrong."""
    return Keys(_load(folder / COMMAND), _load(folder / POLICY))


def _load(path: Path) -> Ed25519PrivateKey:
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT)
        key = load_pem_private_key(data, handed() if b"ENCRYPTED" in data else None)
    except OSError as error:
        raise _unreadable(path, error.strerror or N_("cannot be read")) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        why = N_("cannot be opened: its passphrase is missing")
        raise _unreadable(path, why) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable(path, N_("no Ed25519 key"))
    return key


def _unreadable(path: Path, why: str) -> KeyUnreadable:
    return KeyUnreadable(f"dispatch.keys: {path}: {why}")
