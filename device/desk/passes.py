"""Passes from the desk's own keys, which the district can withdraw as a whole.

    keys/desk/seen.pem        for people of whom the attendant has seen a document
    keys/desk/declared.pem    for the others

Each may be missing; then the desk gives out no such pass. A key that the gates of the district do
not believe yet, or any more, issues nothing: nobody is sent to a door with a pass that is refused.
"""

import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from device import plainfile
from device.errors import KeyUnusable
from wire import gatepass
from wire.canonical import Document
from wire.gatepass import CTI_BYTES, Pass
from wire.keys import Use, kid_of, raw_public
from wire.record import Identity

FILES = {Identity.SEEN: "seen.pem", Identity.DECLARED: "declared.pem"}
USES = {Identity.SEEN: Use.PASS_SEEN, Identity.DECLARED: Use.PASS_DECLARED}
LIMIT = 16 * 1024
DAY_S = 86_400


class Drafted(msgspec.Struct, frozen=True):
    """A pass that is not signed yet: its holder's record is stored first."""

    claims: Pass
    identity: Identity

    def kept(self) -> Document:
        """Return what is kept of it with its holder."""
        return {"pass": self.claims.number.hex(), "class": self.claims.holder}


class Passes:
    """The desk's issuing keys."""

    def __init__(
        self, folder: Path, believed: Callable[[str], Use | None], holder: str, days: int
    ) -> None:
        """Read the keys in `folder`; `believed` says what gates take a key for.

        Passes are of the class `holder` and good for `days`. Raises KeyUnusable for a damaged key.
        """
        self._believed = believed
        self._holder, self._days = holder, days
        self._keys = {
            identity: key
            for identity, name in FILES.items()
            if (key := _key(folder / name)) is not None
        }

    def possible(self, identity: Identity) -> bool:
        """Say whether a pass can be given to somebody who is known so."""
        key = self._keys.get(identity)
        return key is not None and self._believed(_kid(key)) is USES[identity]

    def draft(self, identity: Identity, now_ms: int) -> Drafted | None:
        """Return a pass to be signed once its holder is stored; None where there is no key."""
        if not self.possible(identity):
            return None
        now_s = now_ms // 1000
        claims = Pass(
            number=secrets.token_bytes(CTI_BYTES),
            holder=self._holder,
            issued=now_s,
            expires=now_s + self._days * DAY_S,
            not_before=now_s,
        )
        return Drafted(claims, identity)

    def sign(self, drafted: Drafted) -> str:
        """Return the text of the pass's code."""
        return gatepass.issue(drafted.claims, self._keys[drafted.identity])


def _kid(key: Ed25519PrivateKey) -> str:
    return kid_of(raw_public(key))


def _key(path: Path) -> Ed25519PrivateKey | None:
    try:
        data = plainfile.read(path, LIMIT)
        key = load_pem_private_key(data or b"", password=None)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(str(path)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(str(path))
    return key
