"""What a gate says about its own chain, signed with its records key.

A head says how far the chain had come, and a declaration of missing records which of them are
gone. Both can be checked by whoever knows the gate's public key, without any other record.
"""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import Document, read
from wire.keys import Keyring, Signed, Use, kid_of, opened, raw_public, sign
from wire.record import Count, Missing, to_document

HEAD = "head"
MISSING = "missing"


class Head(msgspec.Struct, frozen=True):
    """How far a journal's chain had come."""

    gate: str
    journal: str
    seq: Count
    hash: str
    """Hex of the chain value at `seq`."""


def pack(head: Head, key: Ed25519PrivateKey) -> Document:
    """Sign a head; the result is the `data` of a note."""
    return sign(msgspec.to_builtins(head), HEAD, key)


def unpack(data: Document, ring: Keyring) -> Head:
    """Read the `data` of a note; raise WireError unless a records key in `ring` signed it."""
    return read(Head, opened(read(Signed, data), HEAD, Use.RECORDS, ring))


def declare(missing: Missing, gate: str, journal: str, key: Ed25519PrivateKey) -> Missing:
    """Return the declaration, signed; the `kid` and `sig` it came with do not matter."""
    signed = sign(_declared(missing, gate, journal), MISSING, key)
    return msgspec.structs.replace(missing, kid=kid_of(raw_public(key)), sig=signed["sig"])


def check(missing: Missing, gate: str, journal: str, ring: Keyring) -> None:
    """Raise WireError unless a records key in `ring` signed the declaration for this journal."""
    signed = Signed(_declared(missing, gate, journal), missing.kid, missing.sig)
    opened(signed, MISSING, Use.RECORDS, ring)


def _declared(missing: Missing, gate: str, journal: str) -> Document:
    document = to_document(missing)
    del document["kid"], document["sig"]
    return {**document, "gate": gate, "journal": journal}


def last_of(document: Document) -> int:
    """Return the last seq that a stored or received record speaks for."""
    last = document.get("last") if document.get("t") == "missing" else None
    seq: int = document["seq"]
    return last if type(last) is int and last > seq else seq


def chain_after(document: Document) -> bytes | None:
    """Return the chain value that a declaration names, or None for any other record.

    Raises ValueError if what it names is none.
    """
    return bytes.fromhex(document["after"]) if document.get("t") == "missing" else None
