"""A control card: what a technician shows to a gate, as text in a QR code.

    GC1: base45( COSE_Sign1 )      as wire/cosesign.py has it, with Ed25519
    claims = { 4: exp, 6: iat, 7: cti (8 random bytes),                      CWT, RFC 8392
               -70010: what to do, -70011: for which gate, place or area,
               -70012: what the doing needs, a map (optional),
               -70005: place in the status list of the key that signed it (optional) }

It is signed with a key of its own use: who can make passes cannot make cards. Here are form and
signature only. What a card can ask for is in wire/cardwork.py; when one counts and whether it was
used before is for the gate.
A card may hold a Wi-Fi password: its text and its map are never logged.
"""

import re
import unicodedata
from typing import Any

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import cosesign
from wire.errors import WireError
from wire.keys import Keyring, Use
from wire.statuslist import MAX_STATUSES
from wire.strictcbor import Item

PREFIX = "GC1:"
MAX_CHARS = 2048
EXP, IAT, CTI = 4, 6, 7
DOES, SCOPE, NEEDS, STATUS = -70010, -70011, -70012, -70005
ANY = "*"
"""The scope of a card for every gate of the authority."""
AREA = "area."
"""What the scope of a card for an area begins with; no gate or place is called so."""
CTI_BYTES = 8
_DOES = re.compile(r"[a-z][a-z0-9-]{0,31}")
_SCOPE = re.compile(r"[a-z0-9*][a-z0-9.*-]{0,63}")
_NOT_IN_SCOPE = re.compile(r"[^a-z0-9]+")


class Card(msgspec.Struct, frozen=True):
    """The claims of a control card. Times are seconds since 1970, UTC."""

    number: bytes
    """Eight random bytes: which card this is, so that one is not obeyed twice."""
    does: str
    """What to do, such as `self-test`; a gate may not know what a newer card says."""
    scope: str
    """The gate, place or area it is for, as `scope_of` spells a place and `area_scope` an area;
    `*` for every gate of the authority. Nothing else is a pattern."""
    issued: int
    expires: int
    needs: dict[int | bytes | str, Item] = {}
    status: int | None = None
    """Its place in the list of withdrawn cards; a card without one cannot be withdrawn singly."""

    def __repr__(self) -> str:
        """Say nothing: the map may hold a password."""
        return "<Card>"


class Parsed(msgspec.Struct, frozen=True):
    """A well-formed card whose signature has not been looked at yet."""

    claims: Card
    kid: str
    signature: bytes
    signed: bytes
    text: str = ""
    """As it was shown, for whoever has to check it again."""

    def __repr__(self) -> str:
        """Say nothing, for the same reason."""
        return "<Parsed card>"

    def verify(self, ring: Keyring) -> None:
        """Raise SignatureInvalid unless a key that signs cards signed this one."""
        ring.verify(self.kid, Use.CARD, self.signature, self.signed)


def issue(card: Card, key: Ed25519PrivateKey) -> str:
    """Sign a card and return the text for the QR code (alphanumeric mode)."""
    claims: dict[int, Any] = {
        EXP: card.expires,
        IAT: card.issued,
        CTI: card.number,
        DOES: card.does,
        SCOPE: card.scope,
    }
    if card.needs:
        claims[NEEDS] = card.needs
    if card.status is not None:
        claims[STATUS] = card.status
    return cosesign.spell(PREFIX, cbor2.dumps(claims, canonical=True), key)


def parse(text: str) -> Parsed:
    """Read the text of a card; raise WireError if it is not well formed.

    Total: any text gives a result or a WireError, in time bounded by MAX_CHARS.
    """
    found = cosesign.read(text, PREFIX, MAX_CHARS)
    return Parsed(_claims(found.claims), found.kid, found.signature, found.signed, text)


def _claims(payload: Item) -> Card:
    if not isinstance(payload, dict):
        msg = "claims are not a map"
        raise WireError(msg)
    number, needs = payload.get(CTI), payload.get(NEEDS, {})
    does, scope = payload.get(DOES), payload.get(SCOPE)
    issued, expires, status = payload.get(IAT), payload.get(EXP), payload.get(STATUS)
    if (
        isinstance(number, bytes)
        and len(number) == CTI_BYTES
        and isinstance(does, str)
        and _DOES.fullmatch(does)
        and isinstance(scope, str)
        and _SCOPE.fullmatch(scope)
        and isinstance(needs, dict)
        and isinstance(issued, int)
        and isinstance(expires, int)
        and 0 <= issued <= expires < 2**40
        and (status is None or (isinstance(status, int) and 0 <= status < MAX_STATUSES))
    ):
        return Card(number, does, scope, issued, expires, needs, status)
    msg = "claims of a card are missing or of the wrong form"
    raise WireError(msg)


def scope_of(place: str) -> str:
    """Return how a card names a place: `Chợ Mẫu Hai` is `cho-mau-hai`; "" if nothing is left."""
    plain = unicodedata.normalize("NFD", place.lower().replace("đ", "d"))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return _NOT_IN_SCOPE.sub("-", letters).strip("-")[:64]


def area_scope(area: str) -> str:
    """Return how a card names an area: `Xã Mỹ Tú` is `area.xa-my-tu`; "" if nothing is left."""
    plain = scope_of(area)
    return (AREA + plain)[:64] if plain else ""


def scopes(gate: str, place: str, area: str) -> frozenset[str]:
    """Return every scope that a gate of that name, place and area takes cards of, but ANY."""
    return frozenset({gate, scope_of(place), area_scope(area)}) - {""}
