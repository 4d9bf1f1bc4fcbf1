"""Which passes of an issuer were withdrawn: an IETF Token Status List, as a signed CWT.

    18([ protected, {}, claims, signature ])      as wire/cosesign.py has it, with Ed25519
    protected = { 1: -8, 4: kid, 16: "application/statuslist+cwt" }
    claims = { 2: kid of the issuer whose passes it is about, 4: exp (optional), 6: iat,
               65533: { "bits": 1 or 2, "lst": zlib of the statuses }, 65534: ttl (optional),
               -70006: 1 (optional): every pass of this issuer, in the list or not }

A pass says its place in the list; the list says nothing about who holds it. It is signed with a
key of its own use, not with the issuer's: who steals an issuer's key must not be able to say that
none of its passes were withdrawn, and a key that is gone must still be withdrawable as a whole. For
that is the last claim, since such a thief may write any place, or none, into a pass.

The district's desk has a key for lists of its own, which says nothing about passes that others have
issued. What the authority says of the desk's passes is that all of them are withdrawn, and that is
final: no list comes after it, since the desk, or who stole its keys, could take it back at once.

A list that outlives its `exp` still counts: better old word than none, and its age is shown.
"""

import zlib
from typing import Any

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import cosesign
from wire.deflated import inflated
from wire.errors import WireError
from wire.keys import KID_BYTES, Keyring, Use

MEDIA_TYPE = "application/statuslist+cwt"
SUB, EXP, IAT, STATUS_LIST, TTL, EVERY = 2, 4, 6, 65533, 65534, -70006
BITS, LST = "bits", "lst"
VALID, INVALID, SUSPENDED = 0, 1, 2
WIDTHS = (1, 2)
"""Bits for one status. The standard has 4 and 8 too, for which nothing is known to be said."""
MAX_STATUSES = 10_000_000
MAX_BYTES = 256 * 1024
"""As it travels. A million passes of which every tenth was withdrawn take 75 kB."""
MAX_TIME = 2**40


class StatusList(msgspec.Struct, frozen=True):
    """The statuses of an issuer's passes. Times are seconds since 1970, UTC."""

    issuer: str
    """Kid of the key that issued the passes."""
    issued: int
    bits: int
    statuses: bytes
    """Packed as the standard says: the first status in the lowest bits of the first byte."""
    expires: int | None = None
    ttl: int | None = None
    """Seconds after which one should look for a newer list."""
    every: bool = False
    """Every pass of this issuer is withdrawn, whatever the statuses say."""

    final: bool = False
    """The authority has withdrawn all passes of a key of the desk's."""

    @property
    def order(self) -> int:
        """Of two lists of one issuer the greater counts: the newer one, but a final one always."""
        return self.issued + (MAX_TIME if self.final else 0)

    def __repr__(self) -> str:
        """Say which list it is, and not a megabyte of statuses."""
        return f"<StatusList of {self.issuer}, {len(self)} places>"

    def __len__(self) -> int:
        """Return how many places the list has."""
        return len(self.statuses) * 8 // self.bits

    def at(self, index: int) -> int | None:
        """Return the status at `index`, or None beyond the list's end."""
        byte, place = divmod(index * self.bits, 8)
        if not 0 <= byte < len(self.statuses):
            return None
        return self.statuses[byte] >> place & (1 << self.bits) - 1


def packed(places: int, marked: dict[int, int]) -> tuple[int, bytes]:
    """Return bits and statuses of a list of at least `places`; what is not in `marked` is valid."""
    bits = 2 if SUSPENDED in marked.values() else 1
    statuses = bytearray(max(1, -(-places * bits // 8)))
    for index, status in marked.items():
        byte, place = divmod(index * bits, 8)
        statuses[byte] |= status << place
    return bits, bytes(statuses)


def pack(found: StatusList, key: Ed25519PrivateKey) -> bytes:
    """Spell and sign a list; raise WireError if it is too long to travel."""
    claims: dict[int, Any] = {
        SUB: found.issuer,
        IAT: found.issued,
        STATUS_LIST: {BITS: found.bits, LST: _deflated(found.statuses)},
    }
    if found.expires is not None:
        claims[EXP] = found.expires
    if found.ttl is not None:
        claims[TTL] = found.ttl
    if found.every:
        claims[EVERY] = 1
    data = cosesign.pack(cbor2.dumps(claims, canonical=True), key, MEDIA_TYPE)
    if len(data) > MAX_BYTES:
        msg = f"longer than {MAX_BYTES} bytes"
        raise WireError(msg)
    return data


def _deflated(statuses: bytes) -> bytes:
    """Deflate as short as zlib can: a few withdrawals among very many are runs of zeros."""
    made = []
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_RLE):
        deflater = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, strategy)
        made.append(deflater.compress(statuses) + deflater.flush())
    return min(made, key=len)


def unpack(data: bytes, ring: Keyring, issuer: str = "") -> StatusList:
    """Read a list; raise WireError unless a key that signs lists signed it.

    With `issuer` it must be about that one. Nothing is inflated before the signature is checked,
    and then no more than MAX_STATUSES.
    """
    if len(data) > MAX_BYTES:
        msg = f"longer than {MAX_BYTES} bytes"
        raise WireError(msg)
    message = cosesign.unpack(data, MEDIA_TYPE)
    ring.verify(message.kid, Use.STATUS, message.signature, message.signed)
    found = _read(message.claims)
    if issuer and found.issuer != issuer:
        msg = "a list of another issuer's passes"
        raise WireError(msg)
    return _listed(found, ring.way_of(message.kid), ring.way_of(found.issuer))


def _listed(found: StatusList, signer: str, issuer: str) -> StatusList:
    """Return a list as far as who signed it may say so; both are ways, empty for none."""
    if signer and not issuer:
        msg = "a list of the desk's about passes that are not the desk's"
        raise WireError(msg)
    is_final = bool(issuer) and not signer
    if is_final and not found.every:
        msg = "of the desk's passes the authority withdraws all, or none"
        raise WireError(msg)
    return msgspec.structs.replace(found, final=is_final)


def _read(claims: object) -> StatusList:
    if not isinstance(claims, dict):
        msg = "claims are not a map"
        raise WireError(msg)
    listed, every = claims.get(STATUS_LIST), claims.get(EVERY, 0)
    issuer, issued = claims.get(SUB), claims.get(IAT)
    later = [claims.get(EXP, 0), claims.get(TTL, 0)]
    if (
        isinstance(listed, dict)
        and isinstance(issuer, str)
        and _is_kid(issuer)
        and type(issued) is int
        and all(type(time) is int and 0 <= time < MAX_TIME for time in (issued, *later))
        and every in (0, 1)
    ):
        bits, statuses = _statuses(listed)
        return StatusList(
            issuer, issued, bits, statuses, claims.get(EXP), claims.get(TTL), every == 1
        )
    msg = "claims of a status list are missing or of the wrong form"
    raise WireError(msg)


def _is_kid(text: str) -> bool:
    return len(text) == 2 * KID_BYTES and all(each in "0123456789abcdef" for each in text)


def _statuses(listed: dict[Any, Any]) -> tuple[int, bytes]:
    bits, deflated = listed.get(BITS), listed.get(LST)
    if bits not in WIDTHS or not isinstance(deflated, bytes):
        msg = "a status list of one or two bits has its bits and its list"
        raise WireError(msg)
    statuses = inflated(deflated, MAX_STATUSES * bits // 8)
    if not statuses:
        msg = "a status list without a place for any pass"
        raise WireError(msg)
    return bits, statuses
