"""How a gate becomes a gate: its request, and the authority's answer.

Keys are made on the gate and never leave it. The request carries the public halves; the answer,
signed by the authority's root, carries everything the gate needs to know and trust.
"""

from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import KeyEntry, Keyring, Signed, Use, entry, opened, sign
from wire.record import Direction, Millis
from wire.sealing import SealKey

REQUEST_CONTEXT = "enrolment-request"
CONTEXT = "enrolment"
LIMIT = 64 * 1024


class Request(msgspec.Struct, frozen=True):
    """What a new gate asks: signed with its own records key, which proves it holds the key."""

    csr: str
    """PEM of the certificate request for TLS."""
    records: KeyEntry
    v: Literal[1] = 1


class Enrolment(msgspec.Struct, frozen=True):
    """What the authority tells a gate: who it is, where it stands, whom to believe."""

    gate: str
    """The gate's name; also the common name of its certificate."""
    authority: str
    place: str
    """Name of the place, for people."""
    directions: tuple[Direction, ...]
    """The ways this door serves; with more than one, a button or alternation decides."""
    keys: tuple[KeyEntry, ...]
    """Every key this gate believes, and for what."""
    seal: SealKey
    """To whom personal fields are sealed."""
    certificate: str
    """PEM of the gate's TLS certificate."""
    ca: str
    """PEM of the authority's certificate for TLS."""
    issued: Millis
    v: Literal[1] = 1
    records: str = ""
    """Kid of the gate's records key, as it was entered at the collector."""
    area: str = ""
    """The commune or area in which the place is; cards may be for all of it."""


def pack_request(csr: str, key: Ed25519PrivateKey) -> bytes:
    """Spell and sign a request."""
    request = Request(csr, entry(key.public_key(), Use.RECORDS))
    return canonical(sign(msgspec.to_builtins(request), REQUEST_CONTEXT, key))


def unpack_request(data: bytes) -> Request:
    """Read a request; raise WireError unless it is signed by the key that it names."""
    signed = read(Signed, parse(data, LIMIT))
    request = read(Request, signed.doc)
    if request.records.use is not Use.RECORDS or request.records.kid != signed.kid:
        msg = "a request is signed by the records key that it names"
        raise WireError(msg)
    opened(signed, REQUEST_CONTEXT, Use.RECORDS, Keyring([request.records]))
    return request


def pack(enrolment: Enrolment, root: Ed25519PrivateKey) -> bytes:
    """Spell and sign an enrolment."""
    document = msgspec.to_builtins(enrolment)
    if not enrolment.area:
        del document["area"]  # as it was written before there were areas
    return canonical(sign(document, CONTEXT, root))


def unpack(data: bytes, root: KeyEntry) -> Enrolment:
    """Read an enrolment; raise WireError unless the authority's root signed it."""
    signed = read(Signed, parse(data, LIMIT))
    return read(Enrolment, opened(signed, CONTEXT, Use.ROOT, Keyring([root])))
