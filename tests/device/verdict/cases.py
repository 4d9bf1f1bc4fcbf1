"""What the tests of the verdict share: codes of every kind, a site's rules, and a moment."""

import datetime as dt

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.credential import classify
from device.credential.dcc_trust import TrustList
from device.flow import Credential, Instant, Verdict
from device.verdict.judge import judge
from device.verdict.standing import NOTHING, Standing
from device.verdict.trust import Finding, Status, Trust
from tests.device.credential import certificates
from tests.wire.samples import ENTRIES, KEYS, PLAIN_PASS, RING
from wire import controlcard, gatepass
from wire.controlcard import Card
from wire.gatepass import Pass
from wire.keys import Keyring, Use, kid_of, raw_public
from wire.policy import Policy, understood
from wire.record import ClockState, Direction

ICT = dt.timezone(dt.timedelta(hours=7))
NOON = dt.datetime(2026, 6, 1, 12, 0, tzinfo=ICT)
"""A Monday in Mỹ Tú, in the time of the sample passes."""
SITE = "Chợ Mẫu"


def at(when: dt.datetime = NOON, clock: ClockState = ClockState.SYNCED) -> Instant:
    wall_ms = round(when.timestamp() * 1000)
    return Instant(up_ns=1, wall_ms=wall_ms, clock=clock, boot="0badcafe")


NOW, UNSURE = at(), at(clock=ClockState.UNSYNCED)


def shown(use: Use = Use.PASS_SEEN, **changes: object) -> Credential:
    """Return what a gate makes of a pass that was issued so."""
    claims = msgspec.structs.replace(PLAIN_PASS, **changes)
    return classify(gatepass.issue(claims, KEYS[use]).encode())


def neighbours(claims: Pass = PLAIN_PASS) -> Credential:
    """Return the pass of an authority that this gate does not know."""
    key = Ed25519PrivateKey.from_private_bytes(b"n" * 32)
    return classify(gatepass.issue(claims, key).encode())


def forged() -> Credential:
    """Return a pass that names a key of ours and was not signed by it."""
    return classify(gatepass.issue(PLAIN_PASS, KEYS[Use.RECEIPT]).encode())


def certificate(
    key: certificates.Private = certificates.P256, der: bytes | None = None
) -> Credential:
    """Return a health certificate, good in the year of the sample passes."""
    issued, expires = PLAIN_PASS.issued, PLAIN_PASS.expires
    return classify(certificates.shown(None, key, der, issued=issued, expires=expires).encode())


def id_card(number: str = "094090000000", born: str = "15061990", sex: str = "Nam") -> Credential:
    text = f"{number}|360000000|Nguyễn Văn Mẫu|{born}|{sex}|Ấp Thử Nghiệm, Xã Mẫu|01072021"
    return classify(text.encode())


NAME = "Nguyễn Văn Mẫu".encode().hex()
INSURED = classify(
    f"0000000000|{NAME}|15/06/1990|1|-|94 - 000|01/01/2021|-|15/12/2020|00000000000000|-|4"
    "|01/01/2026|0000000000000000-0000|4|-|$".encode()
)
NATIONAL = classify(b"094090000000|NGUYEN VAN MAU|1990-06-15|0|162500000000000000|<1<<<")
MASKED = classify(b"******000000|NGUYEN VAN MAU|1990-**-**|0|162500000000000000|<1<<<")
ODD_CARD = classify(b"094090000000|one|two")
CONTROL = classify(
    controlcard.issue(
        Card(bytes(8), "self-test", "*", PLAIN_PASS.issued, PLAIN_PASS.expires), KEYS[Use.CARD]
    ).encode()
)
LINK, TEXT = classify(b"https://example.vn"), classify(b"a text")

SIGNERS = TrustList([certificates.certificate(certificates.P256)])
KID = kid_of(raw_public(KEYS[Use.PASS_SEEN]))


class Listed:
    """The Statuses port with one answer for all."""

    def __init__(self, status: Status, age_s: float | None = 60.0) -> None:
        self._finding = Finding(status, age_s)

    def of(self, kid: str, index: int | None, now_s: float) -> Finding:
        assert kid in {each.kid for each in ENTRIES.values()}
        assert index is None or index >= 0
        assert now_s >= 0
        return self._finding


def trust(
    status: Status = Status.UNLISTED, age_s: float | None = None, ring: Keyring = RING
) -> Trust:
    return Trust(ring, SIGNERS, Listed(status, age_s))


TRUST = trust()


def policy(**said: object) -> Policy:
    """Return a site's policy as a person wrote it; what is not said is as usual."""
    return understood({"site": SITE, "version": 1, "issued": 0, **said})


USUAL = policy()
EVERY_KIND = [
    {"kind": "pass"},
    {"kind": "eu-certificate"},
    {"kind": "id-card"},
    {"kind": "insurance-card"},
    {"kind": "national-code"},
]
OPEN = policy(takes=EVERY_KIND)


def answer(
    credential: Credential,
    rules: Policy = USUAL,
    now: Instant = NOW,
    *,
    way: Direction = Direction.IN,
    standing: Standing = NOTHING,
    trusted: Trust = TRUST,
) -> Verdict:
    return judge(credential, way, rules, trusted, standing, now)
