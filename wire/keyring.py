"""The authority's keyring: every key that gates believe, until when, signed by the root alone.

It takes the place of the keys that came with the enrolment, whole. A key that is missing in the
newest ring was taken back: nothing it has signed counts any more, whenever it was signed. A key
that has ended is still in it, so that what it signed in its time, and a gate holds, goes on.
"""

from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import KeyEntry, Keyring, SealKey, Signed, Use, opened, sign
from wire.record import MAX_SEQ, Millis

CONTEXT = "keyring"
LIMIT = 64 * 1024
MAX_KEYS = 256
NEVER = frozenset({Use.ROOT, Use.RECORDS, Use.ENROL})
"""Keys that no ring may name: the root is known by itself, each gate's own by the roster, and that
for enrolment by its voucher."""


class KeyList(msgspec.Struct, frozen=True):
    """The ring as it travels."""

    version: Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]
    """Grows with every ring."""
    issued: Millis
    keys: tuple[KeyEntry, ...]
    seal: SealKey
    """To whom personal fields are sealed from now on."""
    ca: str
    """PEM: the certificates from which the broker's, and every other server's, must come."""
    v: Literal[1] = 1


def pack(keys: KeyList, root: Ed25519PrivateKey) -> bytes:
    """Spell and sign a ring; raise WireError for one that gates would refuse."""
    data = canonical(sign(msgspec.to_builtins(keys), CONTEXT, root))
    _check(keys, data)
    return data


def unpack(data: bytes, ring: Keyring) -> KeyList:
    """Read a ring; raise WireError unless a root in `ring` signed it and all in it is right."""
    signed = read(Signed, parse(data, LIMIT))
    found = read(KeyList, opened(signed, CONTEXT, Use.ROOT, ring))
    _check(found, data)
    return found


def _check(found: KeyList, data: bytes) -> None:
    Keyring(found.keys)
    uses = {each.use for each in found.keys}
    if len(data) > LIMIT or len(found.keys) > MAX_KEYS:
        msg = f"a keyring of more than {LIMIT} bytes, or more than {MAX_KEYS} keys"
        raise WireError(msg)
    if uses & NEVER or Use.RECEIPT not in uses:
        msg = "a keyring with a key that belongs in none, or without one for receipts"
        raise WireError(msg)
