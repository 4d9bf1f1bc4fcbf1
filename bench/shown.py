"""Codes to judge: thousands of synthetic ones, and the worst that can be made on purpose."""

import hashlib
import random
import subprocess
import sys
import zlib
from pathlib import Path

import base45
import cbor2
import msgspec

from device.credential.dcc_trust import TrustList
from device.flow import Instant
from device.statuses import HeldLists
from device.verdict.standing import Standing
from device.verdict.trust import Trust
from tests.device.credential import certificates
from tests.device.credential.codes import every_code
from tests.wire.samples import FULL_PASS, KEYS, RING
from wire import gatepass
from wire.keys import Use, kid_of, raw_public
from wire.openinghours import Hours
from wire.policy import Again, Ceiling, Does, Kind, Passback, Policy, Take
from wire.record import ClockState, Direction
from wire.statuslist import StatusList, packed

STATUSES = 1_000_000
NOW_S = certificates.ISSUED + 1_000_000
NOW = Instant(up_ns=10**12, wall_ms=NOW_S * 1000, clock=ClockState.SYNCED, boot="0badcafe")
STRICT = Policy(
    site="Chợ Mẫu",
    version=1,
    issued=0,
    takes=tuple(Take(kind=kind) for kind in Kind),
    hours=Hours(),
    again=Again(rule=Passback.SOFT, min_interval_s=5, too_soon=Does.ACCEPT),
    ceiling=Ceiling(people=500, above=Does.ACCEPT),
    stale_list=Does.ATTENDANT,
)
"""A site that takes everything and asks for everything, so that no rule is spared."""
SEEN = Standing(last=Direction.OUT, since_s=60.0, inside=120, siblings_age_s=5.0)


def trust() -> Trust:
    """Return an authority's keys, a signer, and a list of a million statuses."""
    issuer = kid_of(raw_public(KEYS[Use.PASS_SEEN]))
    dice = random.Random(4)  # noqa: S311  (a bench, no secret)
    bits, statuses = packed(STATUSES, {dice.randrange(STATUSES): 1 for _ in range(5_000)})
    held = HeldLists([StatusList(issuer, NOW_S - 600, bits, statuses)])
    signers = [certificates.certificate(key) for key in (certificates.P256, certificates.RSA)]
    return Trust(RING, TrustList(signers), held)


def passes(count: int) -> list[bytes]:
    """Return own passes, all different and all signed."""
    made = []
    for number in range(count):
        cti = hashlib.sha256(f"pass {number}".encode()).digest()[:8]
        claims = msgspec.structs.replace(
            FULL_PASS,
            number=cti,
            issued=NOW_S - 1000,
            not_before=NOW_S - 1000,
            expires=NOW_S + 100_000,
            status=number * 7 % STATUSES,
        )
        made.append(gatepass.issue(claims, KEYS[Use.PASS_SEEN]).encode())
    return made


NAMES = ("Nguyễn Văn Mẫu", "Trần Thị Mẫu", "Thạch Mẫu", "H'Hen Niê Mẫu")
HOME = "Ấp Thử Nghiệm, Huỳnh Hữu Nghĩa, Mỹ Tú, Sóc Trăng"


INSURED = "94 - 000|01/01/2021|-|15/12/2020|00000000000000|-|4|01/01/2026|0000000000000000-0000|$"


def cards(count: int) -> list[bytes]:
    """Return identity, insurance and national cards in turn, all different."""
    made = []
    for number in range(count):
        name, serial = NAMES[number % len(NAMES)], f"{number:06d}"
        whole = f"094090{serial}"
        made.append(
            (
                f"{whole}|360{serial}|{name}|15061990|Nam|{HOME}|01072021",
                f"{whole}|{name}|15/06/1990|Nam|{HOME}|01/07/2021",
                f"0000{serial}|{name.encode().hex()}|15/06/1990|1|{HOME.encode().hex()}|{INSURED}",
                f"{whole}|NGUYEN VAN MAU|1990-06-15|0|162500000000{serial}|<1<<0900{serial}<<",
            )[number % 4].encode()
        )
    return made


def health_certificates(count: int) -> list[str]:
    """Return certificates of every proof, all different, signed by the one key a library reads."""
    proofs = (certificates.VACCINATION, certificates.TEST, certificates.RECOVERY)
    made = []
    for number in range(count):
        [(member, [entry])] = proofs[number % 3].items()
        proof = {member: [{**entry, "ci": f"URN:UVCI:01:VN:{number:010d}#0"}]}
        made.append(certificates.shown(certificates.payload(proof)))
    return made


def hostile() -> list[bytes]:
    """Return what is made to take long: deep, wide, inflated, repeated, or as long as can be."""
    bodies = [
        b"\x81" * 60_000,
        b"\x9f" * 60_000,
        cbor2.dumps({number: number for number in range(9000)}),
        cbor2.dumps(["x" * 60_000]),
        cbor2.dumps([[]] * 30_000),
        b"\xbb" + b"\xff" * 8,
        bytes(65_000),
        bytes(10_000_000),
    ]
    bombs = [b"HC1:" + base45.b45encode(zlib.compress(each, 9)) for each in bodies]
    raw = [prefix + base45.b45encode(bodies[0][:2800]) for prefix in (b"GP1:", b"GC1:")]
    accents = "094090000000|" + "\u0301" * 2000
    longest = [
        (start * 4296)[:4296].encode()
        for start in ("0", "|", "0|", "094090000000|", "a.", "https://", "<", "Ạ", "{", "000201")
    ]
    return [*(each for each in bombs if len(each) <= 4296), *raw, accents.encode(), *longest]


def found_by_search(seconds: int) -> list[bytes]:
    """Return the slowest codes that the coverage-guided search finds in so long."""
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.device.credential.fuzz", str(seconds), "1"],
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(ran.stdout.splitlines()[0])
    return [each.read_bytes() for each in folder.glob("slow-*")]


def samples() -> list[bytes]:
    """Return a sample of everything that people show."""
    return list(every_code())
