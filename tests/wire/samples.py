"""Keys and messages that the tests of `wire` share.

The keys are made from constant words, so the golden vectors never change; they sign nothing else.
"""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from wire.canonical import Document, canonical, parse
from wire.enrolcode import Code, Network
from wire.enrolment import Enrolment
from wire.gatepass import Pass
from wire.keys import Keyring, Use, entry
from wire.receipt import Receipt, Refusal
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Key,
    Mark,
    Note,
    Outcome,
    Reason,
    Scan,
    Signature,
    Told,
    What,
    to_document,
)
from wire.sealing import seal_key
from wire.state import Health, State
from wire.voucher import vouch

BOOT = "0badcafe"
WALL = 1_780_000_000_000


def seed(word: str) -> bytes:
    """Return 32 bytes that belong to `word`."""
    return hashlib.sha256(f"only for tests: {word}".encode()).digest()


KEYS = {use: Ed25519PrivateKey.from_private_bytes(seed(use)) for use in Use}
ENTRIES = {use: entry(key.public_key(), use) for use, key in KEYS.items()}
RING = Keyring(list(ENTRIES.values()))
VAULT = X25519PrivateKey.from_private_bytes(seed("vault"))
SEAL = seal_key(VAULT.public_key())

ENROL_UNTIL_S = 1_790_600_000
VOUCHED = vouch(KEYS[Use.ENROL].public_key(), ENROL_UNTIL_S, KEYS[Use.ROOT])
ENROL_CODE = Code(
    number=bytes(range(8)),
    gate="cong-cho-mau-1",
    place="Chợ Mẫu Hai, xã Mẫu",
    ways=(Direction.IN, Direction.OUT),
    wiring="relay-door",
    address="cong.mau.example.vn:8443",
    pin=bytes(range(16)),
    network=Network("wifi", "Chợ Mẫu 5G", "mật khẩu".encode().hex(), "VN"),
    issued=1_790_000_000,
    expires=1_790_086_400,
)

PLAIN_PASS = Pass(bytes(range(8)), "resident", 1_780_000_000, 1_790_000_000, 1_780_000_000)
FULL_PASS = Pass(
    bytes(range(8, 16)), "cán bộ", 1_780_000_000, 1_790_000_000, 1_781_000_000, status=70_000
)
ENTRIES_PASS = Pass(
    bytes(range(16, 24)), "visitor", 1_780_000_000, 1_780_086_400, 1_780_000_000, 999_999, 3
)

SCAN = Scan(
    seq=7,
    boot=BOOT,
    up=123_456,
    wall=WALL,
    clock=ClockState.UNSYNCED,
    dir=Direction.IN,
    kind="pass",
    signature=Signature.CHECKED,
    identity=Identity.DECLARED,
    outcome=Outcome.ACCEPTED,
    reason=Reason.ACCEPTED,
    marks=(Mark.CLOCK_UNSURE,),
    key=6,
    sealed="AAAA",
)
PAPER = Scan(
    seq=10,
    boot=BOOT,
    up=125_000,
    wall=WALL + 1544,
    clock=ClockState.SYNCED,
    dir=Direction.OUT,
    kind="paper",
    signature=Signature.NOT_CHECKED,
    identity=Identity.DECLARED,
    outcome=Outcome.ACCEPTED,
    reason=Reason.ATTENDED,
    marks=(Mark.PAPER,),
    key=9,
    sealed="AAAA",
    told=Told(WALL - 7_200_000, 900_000),
)
NOTE = Note(
    seq=8,
    boot=BOOT,
    up=123_999,
    wall=WALL + 543,
    clock=ClockState.SYNCED,
    what=What.ALIVE,
    data={"place": "Chợ Mẫu", "waiting": 2},
)
KEY = Key(
    seq=9,
    boot=BOOT,
    up=124_000,
    wall=WALL + 544,
    clock=ClockState.VOUCHED,
    to=SEAL.kid,
    sealed="AAAA",
)
DOCUMENTS: list[Document] = [parse(canonical(to_document(each))) for each in (SCAN, NOTE, KEY)]
"""As they are after a journey: lists where the structs have tuples."""

RECEIPT = Receipt(
    gate="g1",
    journal="j1",
    high=9,
    hash="00" * 32,
    time=WALL,
    want=((1, 4), (6, 6)),
    refused=(Refusal(5, "fork"),),
)
ENROLMENT = Enrolment(
    gate="g1",
    authority="Xã Mẫu",
    place="Chợ Mẫu",
    directions=(Direction.IN, Direction.OUT),
    # The golden vector is older than the other uses.
    keys=tuple(
        each
        for use, each in ENTRIES.items()
        if use not in (Use.CARD, Use.STATUS, Use.ENROL, Use.TECHNICIAN)
    ),
    seal=SEAL,
    certificate="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ca="-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n",
    issued=WALL,
    records=ENTRIES[Use.RECORDS].kid,
)
STATE = State(online=True, scanning=True, incarnation=WALL, wall=WALL, journal="j1", last=9)
HEALTH = Health(waiting=3, oldest_ms=1500, days_of_room=12.5, camera="doorway", wall=WALL)
FIELDS: Document = {"pass": "0001020304050607", "name": "Nguyễn Văn Mẫu"}


def corrupted(text: str, at: int, by: int) -> str:
    """Return base64 `text` whose byte `at` was changed by exclusive or with `by`."""
    raw = bytearray(base64.b64decode(text))
    raw[at] ^= by
    return base64.b64encode(raw).decode()
