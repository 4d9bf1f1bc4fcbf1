"""The district's own pass, as text in a QR code.

    GP1: base45( COSE_Sign1 )      as wire/cosesign.py has it, with Ed25519
    claims = { 4: exp, 5: nbf (optional), 6: iat, 7: cti (8 random bytes),   CWT, RFC 8392
               -70001: class, -70002: entries (optional),
               -70005: index in the status list of this kid (optional) }

No name is in it: a photograph of a pass reveals nothing. Everything is keyed on `cti`, never on
the text or the signature. It is not deflated, because a signature and random bytes only grow.

The index is also read where the standard has it (65535: {"status_list": {"idx", "uri"}}). Its
address is passed over: the list is the one of the key that signed, wherever it came from.
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
CLASS, ENTRIES, STATUS = -70001, -70002, -70005
STANDARD_STATUS, STATUS_LIST, INDEX = 65535, "status_list", "idx"
CTI_BYTES = 8
MAX_ENTRIES = 99
MAX_INDEX = 2**32 - 1
PASS_USES = (Use.PASS_SEEN, Use.PASS_DECLARED)
RESIDENT = "resident"
ATTENDANT = "attendant"
"""Class of a holder whom the attendant is to look at, whatever else a place takes."""


class Pass(msgspec.Struct, frozen=True):
    """The claims of a pass. Times are seconds since 1970, UTC."""

    number: bytes
    """Eight random bytes: which pass this is, and nothing else."""
    holder: str
    """Class of holder, such as `resident`; a gate may meet classes that it does not know."""
    issued: int
    expires: int
    not_before: int
    """The moment from which it is valid; the same as `issued` if the pass does not say."""
    status: int | None = None
    """Index in the issuer's status list; None if nobody can withdraw this pass by itself."""
    entries: int | None = None
    """How many times it opens the way in; None for any number."""

    def __repr__(self) -> str:
        """Say nothing: the number is a person's, to who can look it up."""
        return "<Pass>"


class Parsed(msgspec.Struct, frozen=True):
    """A well-formed pass whose signature has not been looked at yet."""

    claims: Pass
    kid: str
    signature: bytes
    signed: bytes
    """The exact bytes under the signature (COSE's Sig_structure)."""

    def __repr__(self) -> str:
        """Say nothing, for the same reason."""
        return "<Parsed pass>"

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
    if claims.entries is not None:
        payload[ENTRIES] = claims.entries
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
    entries: Any = payload.get(ENTRIES)
    fits = (
        isinstance(number, bytes)
        and len(number) == CTI_BYTES
        and isinstance(holder, str)
        and 0 < len(holder) <= 32
        and all(type(time) is int and 0 <= time < 2**40 for time in times)
        and (entries is None or (type(entries) is int and 0 < entries <= MAX_ENTRIES))
    )
    if not fits:
        msg = "claims of a pass are missing or of the wrong form"
        raise WireError(msg)
    expires, issued, not_before = times
    return Pass(number, holder, issued, expires, not_before, _status(payload), entries)


def _status(payload: dict[Any, Any]) -> int | None:
    """Return the index in the issuer's list, wherever the pass says it; it may say it once."""
    standard = payload.get(STANDARD_STATUS, {})
    if not isinstance(standard, dict) or (STATUS in payload and STATUS_LIST in standard):
        msg = "a pass whose status is of the wrong form, or said twice"
        raise WireError(msg)
    if STATUS_LIST in standard:
        entry = standard[STATUS_LIST]
        index = entry.get(INDEX) if isinstance(entry, dict) else None
    elif STATUS in payload:
        index = payload[STATUS]
    else:
        return None  # or a way of withdrawing that is newer than this gate
    if type(index) is not int or not 0 <= index <= MAX_INDEX:
        msg = "an index in a status list that is none"
        raise WireError(msg)
    return index
