"""The district's own pass, as text in a QR code.

    GP1: base45( COSE_Sign1 )      as wire/cosesign.py has it, with Ed25519
    claims = { 4: exp, 5: nbf (optional), 6: iat, 7: cti (8 random bytes),   CWT, RFC 8392
               -70001: class, -70005: index in the status list of this kid }

No name is in it: a photograph of a pass reveals nothing. Everything is keyed on `cti`, never on
the text or the signature. It is not deflated, because a signature and random bytes only grow.
"""

from typing import Any

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import cosesign
from wire.errors import WireError
from wire.keys import Keyring, Use

PREFIX = "GP1:"
MAX_CHARS = 1024
"""A pass has about 190 characters; longer input is refused before it is parsed."""

EXP, NBF, IAT, CTI = 4, 5, 6, 7
CLASS, STATUS = -70001, -70005
CTI_BYTES = 8
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
    return cosesign.spell(PREFIX, cbor2.dumps(payload), key)


def parse(text: str) -> Parsed:
    """Read the text of a pass; raise WireError if it is not well formed.

    Total: any text gives a result or a WireError, in time bounded by MAX_CHARS.
    """
    found = cosesign.read(text, PREFIX, MAX_CHARS)
    return Parsed(_claims(found.claims), found.kid, found.signature, found.signed)


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
