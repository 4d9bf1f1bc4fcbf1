"""The district's own pass, as text in a QR code.

    GP1: base45( 18([ protected, {}, claims, signature ]) )      COSE_Sign1, RFC 9052
    protected = { 1: -8 (EdDSA with Ed25519), 4: kid (8 bytes) }
    claims    = { 4: exp, 5: nbf (optional), 6: iat, 7: cti (8 random bytes),   CWT, RFC 8392
                  -70001: class, -70005: index in the status list of this kid }

No name is in it: a photograph of a pass reveals nothing. Everything is keyed on `cti`, never on
the text or the signature. It is not deflated, because a signature and random bytes only grow.
The empty map is where COSE puts what is not signed; nothing may ride along in it.
"""

from typing import Any

import base45
import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import strictcbor
from wire.errors import WireError
from wire.keys import KID_BYTES, Keyring, Use, kid_of, raw_public

PREFIX = "GP1:"
MAX_CHARS = 1024
"""A pass has about 190 characters; longer input is refused before it is parsed."""

COSE_SIGN1 = 18
SIGN1_TAG = b"\xd2"
"""How that tag is spelled. A message without it is read too: the tag says nothing new."""
ALG, KID = 1, 4
EDDSA, ED25519 = -8, -19
"""Both name Ed25519 in COSE; -19 is newer and read but not issued."""
EXP, NBF, IAT, CTI = 4, 5, 6, 7
CLASS, STATUS = -70001, -70005
CTI_BYTES = 8
SIGNATURE_BYTES = 64
PASS_USES = (Use.PASS_SEEN, Use.PASS_DECLARED)


class Pass(msgspec.Struct, frozen=True):
    """The claims of a pass. Times are seconds since 1970, UTC."""

    number: bytes
    """Eight random bytes: which pass this is, and nothing else."""
    holder: str
    """Class of holder, such as `resident`."""
    issued: int
    expires: int
    not_before: int
    """The moment from which it is valid; the same as `issued` if the pass does not say."""
    status: int | None = None


class Parsed(msgspec.Struct, frozen=True):
    """A well-formed pass whose signature has not been looked at yet."""

    claims: Pass
    kid: str
    signature: bytes
    signed: bytes
    """The exact bytes under the signature (COSE's Sig_structure)."""

    def verify(self, ring: Keyring) -> Use:
        """Return the use of the issuing key, or raise SignatureInvalid."""
        use = ring.use_of(self.kid)
        if use not in PASS_USES:
            use = Use.PASS_SEEN  # not a key that issues passes: verify says so
        ring.verify(self.kid, use, self.signature, self.signed)
        return use


def issue(claims: Pass, key: Ed25519PrivateKey) -> str:
    """Sign a pass and return the text for the QR code (alphanumeric mode)."""
    # In the order of the spelled keys, which is the only one that strictcbor reads.
    payload: dict[int, int | bytes | str] = {EXP: claims.expires}
    if claims.not_before != claims.issued:
        payload[NBF] = claims.not_before
    payload |= {IAT: claims.issued, CTI: claims.number, CLASS: claims.holder}
    if claims.status is not None:
        payload[STATUS] = claims.status
    kid = bytes.fromhex(kid_of(raw_public(key)))
    protected = cbor2.dumps({ALG: EDDSA, KID: kid})
    body = cbor2.dumps(payload)
    signature = key.sign(_sig_structure(protected, body))
    message = cbor2.dumps(cbor2.CBORTag(COSE_SIGN1, [protected, {}, body, signature]))
    return PREFIX + base45.b45encode(message).decode()


def parse(text: str) -> Parsed:
    """Read the text of a pass; raise WireError if it is not well formed.

    Total: any text gives a result or a WireError, in time bounded by MAX_CHARS.
    """
    if not text.startswith(PREFIX) or len(text) > MAX_CHARS:
        msg = "not a pass"
        raise WireError(msg)
    try:
        message = base45.b45decode(text[len(PREFIX) :].encode("ascii"))
    except ValueError as error:
        msg = "not a pass: not base45"
        raise WireError(msg) from error
    protected, body, signature = _parts(strictcbor.read(message.removeprefix(SIGN1_TAG)))
    kid, claims = _kid(strictcbor.read(protected)), _claims(strictcbor.read(body))
    return Parsed(claims, kid.hex(), signature, _sig_structure(protected, body))


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


def _kid(header: object) -> bytes:
    # Other headers may ask for something ("crit"); what is not understood is not obeyed halfway.
    if not isinstance(header, dict) or header.keys() != {ALG, KID}:
        msg = "the header of a pass says algorithm and key, and no more"
        raise WireError(msg)
    if header[ALG] not in (EDDSA, ED25519):
        msg = "a pass is signed with Ed25519"
        raise WireError(msg)
    kid = header[KID]
    if not isinstance(kid, bytes) or len(kid) != KID_BYTES:
        msg = "a pass names its key by eight bytes"
        raise WireError(msg)
    return kid


def _claims(payload: object) -> Pass:
    if not isinstance(payload, dict):
        msg = "claims are not a map"
        raise WireError(msg)
    number: Any = payload.get(CTI)
    holder: Any = payload.get(CLASS)
    times: list[Any] = [payload.get(EXP), payload.get(IAT), payload.get(NBF, payload.get(IAT))]
    status: Any = payload.get(STATUS)
    fits = (
        isinstance(number, bytes)
        and len(number) == CTI_BYTES
        and isinstance(holder, str)
        and 0 < len(holder) <= 32
        and all(type(time) is int and 0 <= time < 2**40 for time in times)
        and (status is None or (type(status) is int and 0 <= status < 2**32))
    )
    if not fits:
        msg = "claims of a pass are missing or of the wrong form"
        raise WireError(msg)
    expires, issued, not_before = times
    return Pass(number, holder, issued, expires, not_before, status)


def _sig_structure(protected: bytes, body: bytes) -> bytes:
    """Return what is signed: RFC 9052, section 4.4."""
    return bytes(cbor2.dumps(["Signature1", protected, b"", body]))
