"""The collector's receipt: the only word on which a gate may ever forget a record.

A receipt says that everything up to `high` of one journal of one gate is committed, and with
which chain value. The scanner checks the signature and compares the chain value with its own
before it drops anything, so neither a broker nor an uplink can make a gate forget.
"""

from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.keys import Keyring, Signed, Use, opened, sign
from wire.record import Count, Millis, Seq

CONTEXT = "receipt"


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record the collector cannot take, and why."""

    seq: Seq
    why: str
    of: str = ""
    """Hex SHA-256 of what was refused, see `wire.batch.named`: on this alone a gate declares the
    very record missing, so nobody on the way can have another one refused in its place."""


class Witnessed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the chain of the district's audit stood: gates note it, so that it stays what it was.

    Whoever rewrites the audit would have to rewrite what every gate has signed since.
    """

    seq: Seq
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    """Hex of the audit's chain value at `seq`."""
    time: Millis
    """When it stood there, ms since 1970, UTC, by the collector's clock."""


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the collector has committed of one journal."""

    gate: str
    journal: str
    high: Count
    """The last record up to which nothing is missing; 0 if none is there yet."""
    hash: str
    """Hex of the chain value at `high`."""
    time: Millis
    """The collector's clock at the commit, ms since 1970, UTC."""
    want: tuple[tuple[Seq, Seq], ...] = ()
    """Ranges (first, last) that the collector asks to be sent again."""
    refused: tuple[Refusal, ...] = ()
    v: Literal[1] = 1
    audit: Witnessed | None = None
    """Now and then."""


def pack(receipt: Receipt, key: Ed25519PrivateKey) -> bytes:
    """Spell and sign a receipt."""
    return canonical(sign(msgspec.to_builtins(receipt), CONTEXT, key))


def unpack(data: bytes, ring: Keyring) -> Receipt:
    """Read a receipt; raise WireError unless the collector signed it."""
    signed = read(Signed, parse(data))
    return read(Receipt, opened(signed, CONTEXT, Use.RECEIPT, ring))


def claimed(data: bytes) -> Receipt:
    """Read a receipt without checking its signature.

    For the uplink, which may hurry or rewind on it but drops nothing.
    """
    return read(Receipt, read(Signed, parse(data)).doc)
