"""The enrolment code: what a technician shows to a gate that is nobody yet, as text in a QR code.

    GE1: base45( COSE_Sign1 )      as wire/cosesign.py has it, with Ed25519
    claims = { 4: exp, 6: iat, 7: cti (8 random bytes),                      CWT, RFC 8392
               -70020: [gate, place, ways, wiring, address, pin, network],
               -70021: the root's voucher (wire/voucher.py) }

The gate has nothing but the authority's root. The code is signed by a short-lived key, so it brings
the root's word for that key along (-70021), and both are checked before anything else is believed.
`ways` is 1 for in, 2 for out, 3 for both; `pin` is the beginning of the SHA-256 of the public key
(SubjectPublicKeyInfo) of the server at `address`; `network` is ["wifi", name, passphrase, country],
["4g", access point], ["ethernet"] or ["none"].

Here are form and signatures only; whether it was used before is known by who made it. It may hold a
passphrase: its text and what is in it are never logged.
"""

import re
from typing import Any, Literal

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import cosesign, voucher
from wire.errors import SignatureInvalid, WireError
from wire.keys import KeyEntry, Keyring, Use
from wire.record import Direction
from wire.strictcbor import Item

PREFIX = "GE1:"
MAX_CHARS = 758
"""As many as a QR code of version 15 holds: it must be read at arm's length from a phone."""
PLACE_CHARS = 100
WIFI_NAME_BYTES = 32
EXP, IAT, CTI = 4, 6, 7
SITE, VOUCHED = -70020, -70021
CTI_BYTES = 8
PIN_BYTES = 16
LONGEST_S = 7 * 86_400
"""No code counts for longer."""
WAYS: dict[int, tuple[Direction, ...]] = {
    1: (Direction.IN,),
    2: (Direction.OUT,),
    3: (Direction.IN, Direction.OUT),
}
Kind = Literal["wifi", "4g", "ethernet", "none"]
RESERVED = frozenset({"intake", "broker", "collector", "all"})
"""Names of services, and of all gates together: a gate called `intake` would have the collector's
rights at the broker, and one called `all` could speak to every gate."""
_GATE = re.compile(r"[a-z0-9-]{1,40}")
_WIRING = re.compile(r"[a-z0-9-]{0,32}")
_ADDRESS = re.compile(r"[A-Za-z0-9.-]{1,120}(:[0-9]{1,5})?|\[[0-9a-f:]{2,45}\](:[0-9]{1,5})?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_APN = re.compile(r"[A-Za-z0-9.-]{1,63}")
_PASSPHRASE = re.compile(r"|[ -~]{8,63}|[0-9a-fA-F]{64}")


class Network(msgspec.Struct, frozen=True):
    """By which way a gate is to reach the district."""

    kind: Kind
    name: str = ""
    """Of the Wi-Fi network, or the access point of the mobile network."""
    passphrase: str = ""
    """Of the Wi-Fi network; empty for one that is open."""
    country: str = ""
    """In which the gate stands, two letters: which channels its radio may use."""

    def __repr__(self) -> str:
        """Say nothing of the passphrase."""
        return f"<Network: {self.kind}>"


class Code(msgspec.Struct, frozen=True):
    """The claims of an enrolment code. Times are seconds since 1970, UTC."""

    number: bytes
    """Eight random bytes: which code this is, so that it makes one gate only."""
    gate: str
    place: str
    ways: tuple[Direction, ...]
    wiring: str
    """The named set of wiring; empty for the one that a gate has by itself."""
    address: str
    """Of the district's enrolment, host and port; empty where there is no network."""
    pin: bytes
    network: Network
    issued: int
    expires: int

    def __repr__(self) -> str:
        """Say nothing: the network may have a passphrase."""
        return "<Code>"


class Parsed(msgspec.Struct, frozen=True):
    """A well-formed code whose signatures have not been looked at yet."""

    claims: Code
    voucher: bytes
    kid: str
    signature: bytes
    signed: bytes

    def __repr__(self) -> str:
        """Say nothing, for the same reason."""
        return "<Parsed code>"

    def verify(self, root: KeyEntry) -> None:
        """Raise SignatureInvalid unless a key signed it for which this root has vouched."""
        key = voucher.vouched(self.voucher, root)
        if key.until is not None and self.claims.expires * 1000 > key.until:
            msg = "an enrolment code that outlives its key"
            raise SignatureInvalid(msg)
        Keyring([key]).verify(self.kid, Use.ENROL, self.signature, self.signed)


def issue(code: Code, vouched: bytes, key: Ed25519PrivateKey) -> str:
    """Sign a code and return the text for the QR code (alphanumeric mode).

    `vouched` is the root's voucher for the key. Raises WireError for a code that no gate would
    read: one that is too long, or says what none can say.
    """
    claims: dict[int, Any] = {
        EXP: code.expires,
        IAT: code.issued,
        CTI: code.number,
        SITE: [
            *(code.gate, code.place, _number_of(code.ways), code.wiring, code.address, code.pin),
            _listed(code.network),
        ],
        VOUCHED: vouched,
    }
    text = cosesign.spell(PREFIX, cbor2.dumps(claims, canonical=True), key)
    if parse(text).claims != code:
        msg = "an enrolment code that says what none can say"
        raise WireError(msg)
    return text


def parse(text: str) -> Parsed:
    """Read the text of a code; raise WireError if it is not well formed.

    Total: any text gives a result or a WireError, in time bounded by MAX_CHARS.
    """
    found = cosesign.read(text, PREFIX, MAX_CHARS)
    code, vouched = _claims(found.claims)
    return Parsed(code, vouched, found.kid, found.signature, found.signed)


def is_gate(text: str) -> bool:
    """Say whether a gate can be called so: its name stands in topics and in its certificate."""
    return _GATE.fullmatch(text) is not None and text not in RESERVED


def is_place(text: str) -> bool:
    """Say whether a code can name a place so."""
    return 0 < len(text.strip()) <= len(text) <= PLACE_CHARS and text.isprintable()


def is_wifi_name(text: str) -> bool:
    """Say whether a Wi-Fi network can be called so; the standard counts bytes, not letters."""
    return text.isprintable() and 0 < len(text.encode()) <= WIFI_NAME_BYTES


def is_passphrase(text: str) -> bool:
    """Say whether a Wi-Fi network can have this passphrase; an open one has an empty one."""
    return _PASSPHRASE.fullmatch(text) is not None


def is_country(text: str) -> bool:
    """Say whether it is a country as a radio is told of it."""
    return _COUNTRY.fullmatch(text) is not None


def is_access_point(text: str) -> bool:
    """Say whether the access point of a mobile network can be called so."""
    return _APN.fullmatch(text) is not None


def _claims(payload: Item) -> tuple[Code, bytes]:
    claims: Any = payload
    match claims:
        case {4: int(expires), 6: int(issued), 7: bytes(number), **rest} if (
            rest.keys() == {SITE, VOUCHED}
            and isinstance(word := rest[VOUCHED], bytes)
            and len(word) == voucher.BYTES
            and len(number) == CTI_BYTES
            and 0 <= issued < expires <= issued + LONGEST_S < 2**40
        ):
            return _code(number, rest[SITE], issued, expires), word
    raise _malformed()


def _code(number: bytes, site: object, issued: int, expires: int) -> Code:
    match site:
        case [
            str(gate),
            str(place),
            int(ways),
            str(wiring),
            str(address),
            bytes(pin),
            [*words],
        ] if is_gate(gate) and is_place(place) and ways in WAYS and _WIRING.fullmatch(wiring):
            network = _network(words)
            known = (bool(_ADDRESS.fullmatch(address)), len(pin)) == (True, PIN_BYTES)
            unasked = (address, pin, network.kind) == ("", b"", "none")
            if known or unasked:
                return Code(
                    *(number, gate, place, WAYS[ways], wiring, address, pin, network),
                    issued=issued,
                    expires=expires,
                )
    raise _malformed()


def _network(words: list[object]) -> Network:
    match words:
        case ["wifi", str(name), str(passphrase), str(country)] if (
            is_wifi_name(name) and is_passphrase(passphrase) and is_country(country)
        ):
            return Network("wifi", name, passphrase, country)
        case ["4g", str(point)] if is_access_point(point):
            return Network("4g", point)
        case ["ethernet"]:
            return Network("ethernet")
        case ["none"]:
            return Network("none")
    raise _malformed()


def _listed(network: Network) -> list[str]:
    match network.kind:
        case "wifi":
            return ["wifi", network.name, network.passphrase, network.country]
        case "4g":
            return ["4g", network.name]
        case kind:
            return [kind]


def _number_of(ways: tuple[Direction, ...]) -> int:
    return next((number for number, each in WAYS.items() if set(each) == set(ways)), 0)


def _malformed() -> WireError:
    return WireError("claims of an enrolment code are missing or of the wrong form")
