"""The dispatch's private keys: one signs commands, one policies. Both are online and end soon.

They are the authority's `signing/command.pem` and `signing/policy.pem`, carried here; which public
keys gates believe, and until when, says the ring that the root signs.
"""

from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import privatekey
from collector.passphrase import handed

COMMAND, POLICY = "command.pem", "policy.pem"


class Keys(NamedTuple):
    """Both."""

    command: Ed25519PrivateKey
    policy: Ed25519PrivateKey


def held(folder: Path) -> Keys:
    """Read them; raise KeyUnreadable naming what is wrong."""
    return Keys(_signing(folder / COMMAND), _signing(folder / POLICY))


def _signing(path: Path) -> Ed25519PrivateKey:
    return privatekey.signing(path, "dispatch.keys", handed)
