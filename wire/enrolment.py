"""How a gate becomes a gate: its request, and the authority's answer.

Keys are made on the gate and never leave it. The request carries the public halves; the answer,
signed by the authority's root, carries everything the gate needs to know and trust.

An answer over the network is signed by the key for enrolment, which is online and so can be stolen.
It brings the root's voucher for that key and the root's keyring: whom the gate believes, and to
whom it seals, is taken from the keyring and never from the answer.
"""

import base64
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import keyring, voucher
from wire.canonical import Document, canonical, parse, read
from wire.errors import SignatureInvalid, WireError
from wire.keys import KeyEntry, Keyring, SealKey, Signed, Use, entry, opened, sign, unbase64
from wire.record import Direction, Millis

REQUEST_CONTEXT = "enrolment-request"
CONTEXT = "enrolment"
LIMIT = 64 * 1024


class Request(msgspec.Struct, frozen=True):
    """What a new gate asks: signed with its own records key, which proves it holds the key."""

    csr: str
    """PEM of the certificate request for TLS."""
    records: KeyEntry
    v: Literal[1] = 1


class Broker(msgspec.Struct, frozen=True):
    """An address of the district's broker."""

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]


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
    brokers: tuple[Broker, ...] = ()
    """Where the gate sends its records; what its own configuration says goes before it."""


class _Answer(Signed, frozen=True):
    """An answer as it travels."""

    voucher: str = ""
    keyring: str = ""


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
    return canonical(sign(_spelled(enrolment), CONTEXT, root))


def pack_online(enrolment: Enrolment, key: Ed25519PrivateKey, vouched: bytes, keys: bytes) -> bytes:
    """Spell an enrolment signed with the key for enrolment.

    `vouched` is the root's voucher for that key, `keys` its keyring as it is published.
    """
    made = sign(_spelled(enrolment), CONTEXT, key)
    made["voucher"] = base64.b64encode(vouched).decode()
    made["keyring"] = keys.decode()
    return canonical(made)


def unpack(data: bytes, root: KeyEntry) -> Enrolment:
    """Read an enrolment; raise WireError unless the root, or a key it vouches for, signed it."""
    signed = read(_Answer, parse(data, LIMIT))
    if not signed.voucher:
        return read(Enrolment, opened(signed, CONTEXT, Use.ROOT, Keyring([root])))
    key = voucher.vouched(unbase64(signed.voucher), root)
    found = read(Enrolment, opened(signed, CONTEXT, Use.ENROL, Keyring([key])))
    if key.until is not None and found.issued >= key.until:
        msg = "signed for enrolment after the end of its key"
        raise SignatureInvalid(msg)
    told = keyring.unpack(signed.keyring.encode(), Keyring([root]))
    return msgspec.structs.replace(found, keys=told.keys, seal=told.seal, ca=told.ca)


def _spelled(enrolment: Enrolment) -> Document:
    """Return it as a document; without brokers it is spelled as it was before there were any."""
    document: Document = msgspec.to_builtins(enrolment)
    if not enrolment.brokers:
        del document["brokers"]
    return document
