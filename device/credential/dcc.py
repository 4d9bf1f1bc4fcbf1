"""Health certificates in the European manner, `HC1:`; Vietnam's vaccine passport is one too.

    HC1: base45( zlib( COSE_Sign1( CWT ) ) )
    CWT: 1 issuer, 4 expires, 6 issued, -260: { 1: { ver, nam, dob, and one of v, t, r } }

Each step is a function of its own, so that it can be held against the published cases. Whose
signature counts is for dcc_trust.py. Of health itself nothing is kept: not which vaccine, not
which test.
"""

import math
from typing import Any

import base45
import cbor2
import msgspec

from device.credential import cbor, dcc_form
from device.credential.cbor import Item
from device.credential.dcc_form import Proof
from device.credential.person import Person, clean_name, partial, shown
from device.flow import Credential
from wire import deflated
from wire.errors import WireError

KIND = "eu-certificate"
PREFIX = "HC1:"
MAX_INFLATED = 64 * 1024
ALG, KID = 1, 4
ISSUER, EXPIRES, ISSUED, HEALTH = 1, 4, 6, -260
MAX_TIME = 2**40
MAX_CODE = 100


class Message(msgspec.Struct, frozen=True):
    """A COSE_Sign1 message whose signature has not been looked at yet."""

    alg: int
    kid: bytes
    payload: bytes
    signature: bytes
    signed: bytes
    """The exact bytes under the signature (COSE's Sig_structure)."""

    def __repr__(self) -> str:
        """Say nothing: the payload is about a person's health."""
        return "<Message>"


class Claims(msgspec.Struct, frozen=True):
    """What the message says. Times are seconds since 1970, UTC."""

    issuer: str
    issued: float
    expires: float
    payload: Item
    """The certificate itself, of any form."""

    def __repr__(self) -> str:
        """Say nothing, for the same reason."""
        return "<Claims>"


class Certificate(msgspec.Struct, frozen=True):
    """A certificate of the right form, as much of it as is judged."""

    message: Message
    proof: Proof
    issuer: str
    issued: float
    expires: float

    def __repr__(self) -> str:
        """Say nothing, for the same reason."""
        return "<Certificate>"


def read(text: str) -> Credential | None:
    """Return the certificate in `text`, or None for another kind. Without content it is damaged."""
    if not text.startswith(PREFIX):
        return None
    try:
        found = message(inflated(unbase45(unprefixed(text))))
        said = claims(found.payload)
    except WireError:
        return Credential(KIND)
    if not isinstance(said.payload, dict) or not dcc_form.fits(said.payload):
        return Credential(KIND)
    [(proof, entry)] = dcc_form.entries(said.payload)
    certificate = Certificate(found, proof, said.issuer, said.issued, said.expires)
    return msgspec.structs.replace(shown(KIND, _person(said.payload, entry)), content=certificate)


def unprefixed(text: str) -> str:
    """Return what follows the prefix; raise WireError without it."""
    if not text.startswith(PREFIX):
        msg = "not a health certificate"
        raise WireError(msg)
    return text[len(PREFIX) :]


def unbase45(text: str) -> bytes:
    """Decode base45; raise WireError if it is none."""
    try:
        return base45.b45decode(text.encode("ascii"))
    except ValueError as error:
        msg = "not base45"
        raise WireError(msg) from error


def inflated(data: bytes) -> bytes:
    """Inflate at most MAX_INFLATED bytes; raise WireError for more, or for a broken stream."""
    return deflated.inflated(data, MAX_INFLATED)


def message(data: bytes) -> Message:
    """Take a COSE_Sign1 apart; raise WireError if it is none."""
    match cbor.read(data):
        case [bytes() as protected, dict() as loose, bytes() as payload, bytes() as signature]:
            header = cbor.read(protected) if protected else {}
        case _:
            msg = "not a COSE_Sign1 message"
            raise WireError(msg)
    if not isinstance(header, dict):
        msg = "a header that is no map"
        raise WireError(msg)
    merged = {**loose, **header}  # what is signed wins over what is not
    alg, kid = merged.get(ALG), merged.get(KID)
    if type(alg) is not int or not isinstance(kid, bytes):
        msg = "a header without algorithm or key"
        raise WireError(msg)
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    return Message(alg, kid, payload, signature, signed)


def claims(payload: bytes) -> Claims:
    """Read the claims; raise WireError if one is missing or of the wrong form."""
    said = cbor.read(payload)
    health = said.get(HEALTH) if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(health, dict) or 1 not in health:
        msg = "claims without a certificate"
        raise WireError(msg)
    issuer = said.get(ISSUER, "")
    issued, expires = _time(said.get(ISSUED)), _time(said.get(EXPIRES))
    if not isinstance(issuer, str) or len(issuer) > MAX_CODE:
        msg = "an issuer that is none"
        raise WireError(msg)
    return Claims(issuer, issued, expires, health[1])


def _time(value: Item) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not 0 <= value < MAX_TIME
    ):
        msg = "a time that is none"
        raise WireError(msg)
    return value


def _person(payload: dict[Any, Any], entry: dict[Any, Any]) -> Person:
    """Return who the certificate is about. The form is known to be right."""
    name = payload["nam"]
    # As it is written in Vietnam: the family's name first.
    written = clean_name(f"{name.get('fn', '')} {name.get('gn', '')}")
    standard = f"{name['fnt']} {name.get('gnt', '')}".replace("<", " ")
    code = entry["ci"]
    born = payload["dob"].removesuffix("-00").removesuffix("-00")  # what is not known may be zero
    return Person(
        name=written or clean_name(standard),
        born=born,
        doubts=partial(born),
        code=code if code.isascii() and code.isprintable() and len(code) <= MAX_CODE else "",
    )
