"""What passes, control cards and status lists have in common: a signed map of claims.

    18([ protected, {}, claims, signature ])                       COSE_Sign1, RFC 9052
    protected = { 1: -8 (EdDSA with Ed25519), 4: kid (8 bytes), 16: type (optional, RFC 9596) }

In a QR code it is text, base45 after a prefix; over a network it is bytes.
The empty map is where COSE puts what is not signed; nothing may ride along in it.
"""

import base45
import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import strictcbor
from wire.errors import WireError
from wire.keys import KID_BYTES, kid_of, raw_public

COSE_SIGN1 = 18
SIGN1_TAG = b"\xd2"
"""How that tag is spelled. A message without it is read too: the tag says nothing new."""
ALG, KID, TYPE = 1, 4, 16
EDDSA, ED25519 = -8, -19
"""Both name Ed25519 in COSE; -19 is newer and read but not issued."""
SIGNATURE_BYTES = 64


class Message(msgspec.Struct, frozen=True):
    """A well-formed message whose signature has not been looked at yet."""

    kid: str
    claims: strictcbor.Item
    signature: bytes
    signed: bytes
    """The exact bytes under the signature (COSE's Sig_structure)."""

    def __repr__(self) -> str:
        """Say nothing: the claims may be about a person, or hold a password."""
        return "<Message>"


def spell(prefix: str, body: bytes, key: Ed25519PrivateKey) -> str:
    """Sign the spelled claims and return the text for the QR code (alphanumeric mode)."""
    return prefix + base45.b45encode(pack(body, key)).decode()


def pack(body: bytes, key: Ed25519PrivateKey, kind: str = "") -> bytes:
    """Sign the spelled claims; `kind` is the media type to be named in the header, if any."""
    header: dict[int, int | bytes | str] = {ALG: EDDSA, KID: bytes.fromhex(kid_of(raw_public(key)))}
    if kind:
        header[TYPE] = kind
    protected = cbor2.dumps(header)
    signature = key.sign(_sig_structure(protected, body))
    return bytes(cbor2.dumps(cbor2.CBORTag(COSE_SIGN1, [protected, {}, body, signature])))


def read(text: str, prefix: str, max_chars: int) -> Message:
    """Read a text that begins with `prefix`; raise WireError if it is not well formed."""
    if not text.startswith(prefix) or len(text) > max_chars:
        msg = "not a pass or a card"
        raise WireError(msg)
    try:
        message = base45.b45decode(text[len(prefix) :].encode("ascii"))
    except ValueError as error:
        msg = "not a pass or a card: not base45"
        raise WireError(msg) from error
    return unpack(message)


def unpack(message: bytes, kind: str = "") -> Message:
    """Read bytes whose header names exactly this `kind`; raise WireError for anything else."""
    protected, body, signature = _parts(strictcbor.read(message.removeprefix(SIGN1_TAG)))
    kid, claims = _kid(strictcbor.read(protected), kind), strictcbor.read(body)
    return Message(kid.hex(), claims, signature, _sig_structure(protected, body))


def _parts(message: object) -> tuple[bytes, bytes, bytes]:
    """Take a COSE_Sign1 apart."""
    match message:
        case [bytes() as protected, {**loose}, bytes() as body, bytes() as signature] if (
            not loose and len(signature) == SIGNATURE_BYTES
        ):
            return protected, body, signature
        case _:
            msg = "not a COSE_Sign1 message"
            raise WireError(msg)


def _kid(header: object, kind: str) -> bytes:
    # Other headers may ask for something ("crit"); what is not understood is not obeyed halfway.
    expected = {ALG, KID, TYPE} if kind else {ALG, KID}
    if not isinstance(header, dict) or header.keys() != expected or header.get(TYPE, "") != kind:
        msg = "the header says algorithm and key, the type where there is one, and no more"
        raise WireError(msg)
    if header[ALG] not in (EDDSA, ED25519):
        msg = "not signed with Ed25519"
        raise WireError(msg)
    kid = header[KID]
    if not isinstance(kid, bytes) or len(kid) != KID_BYTES:
        msg = "a key is named by eight bytes"
        raise WireError(msg)
    return kid


def _sig_structure(protected: bytes, body: bytes) -> bytes:
    """Return what is signed: RFC 9052, section 4.4."""
    return bytes(cbor2.dumps(["Signature1", protected, b"", body]))
