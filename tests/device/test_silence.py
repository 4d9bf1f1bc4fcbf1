"""Whatever is printed by accident, in a log, a traceback or a test, says nothing of a person."""

import re
from typing import Any

import msgspec
import pytest

from device.credential import classify, dcc, dcc_trust
from device.flow import Credential, Instant, Reading, Sighting
from device.reading import zxing
from device.statuses import HeldLists
from device.verdict.evidence import examine
from device.verdict.judge import judge
from device.verdict.standing import Standing
from device.verdict.trust import Trust
from tests.device.credential import certificates
from tests.device.credential.codes import SAMPLES
from tests.wire.samples import RING
from wire.policy import Kind, Policy, Take
from wire.record import ClockState, Direction

CERTIFICATE = certificates.shown()
TEXTS = [text for text, _ in SAMPLES if len(text) >= 8] + [CERTIFICATE]
TRUST = Trust(RING, dcc_trust.TrustList([certificates.certificate(certificates.P256)]), HeldLists())
EVERYTHING = Policy(site="mau", version=1, issued=0, takes=tuple(Take(kind=kind) for kind in Kind))
NOW = Instant(up_ns=1, wall_ms=1_650_000_000_000, clock=ClockState.SYNCED, boot="0badcafe")


def secrets(text: str, shown: Credential) -> set[str]:
    """Return everything in a code that could tell who shows it."""
    words = {word for word in re.split(r"[|;:\s]", text) if len(word) >= 6}
    fields = [each for each in (shown.personal or {}).values() if isinstance(each, str)]
    named = {each for each in fields if each and each not in {"male", "female"}}
    return words | named | {text[:12], text[-12:]}


def everything_in(value: Any) -> list[str]:  # noqa: ANN401  (whatever a struct holds)
    """Return how a value and all structs in it are printed."""
    said = [repr(value), str(value), f"{[value]}"]
    if isinstance(value, msgspec.Struct):
        inner = (getattr(value, name) for name in value.__struct_fields__)
        said += [
            each
            for part in inner
            if isinstance(part, msgspec.Struct)
            for each in everything_in(part)
        ]
    return said


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_nothing_on_the_way_from_the_lens_to_the_answer_prints_a_code(text: str) -> None:
    raw = text.encode()
    shown = classify(raw)
    on_the_way = [
        zxing.Code(raw, ()),
        Sighting(raw, ((0, 0), (9, 0)), "zxing-half"),
        Reading(raw, 1),
        shown,
        shown.content,
        examine(shown, TRUST, 1_650_000_000),
        judge(shown, Direction.IN, EVERYTHING, TRUST, Standing(), NOW),
    ]
    said = "\n".join(each for value in on_the_way for each in everything_in(value))
    kinds = {shown.kind, *dir(shown), *(kind.value for kind in Kind)}
    assert [each for each in secrets(text, shown) - kinds if each in said] == []


def test_a_certificate_taken_apart_prints_nothing_either() -> None:
    found = dcc.message(dcc.inflated(dcc.unbase45(dcc.unprefixed(CERTIFICATE))))
    said = "\n".join([*everything_in(found), *everything_in(dcc.claims(found.payload))])
    for secret in ("Nguyễn", "NGUYEN", "MAU", "1990", "URN:UVCI", "VN"):
        assert secret not in said


def test_an_answer_still_says_what_it_is() -> None:
    shown = classify(TEXTS[0].encode())
    verdict = judge(shown, Direction.OUT, EVERYTHING, TRUST, Standing(), NOW)
    assert repr(verdict).startswith("<Verdict: pass out rejected ")
    assert repr(shown) == "<Credential: pass>"
    assert repr(Reading(b"12345", 1)) == "<Reading of 5 bytes>"
    assert repr(Sighting(b"12345", (), "zbar")) == "<Sighting of 5 bytes by zbar>"
