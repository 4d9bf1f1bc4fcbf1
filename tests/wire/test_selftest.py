"""The report of a self-test: read as the gate wrote it, and only if that gate signed it."""

import contextlib
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import ENTRIES, KEYS, RING, WALL, seed
from wire import selftest
from wire.canonical import Document, canonical
from wire.errors import SignatureInvalid, WireError
from wire.keys import Keyring, Use, sign
from wire.record import ClockState
from wire.selftest import Found, Outcome, Report

KEY = KEYS[Use.RECORDS]
STEPS = (
    Found("camera", Outcome.GOOD, "đọc được mã mẫu", {"frames": 31.0, "sharpness": 0.25}),
    Found("relay", Outcome.LEFT_OUT),
    Found("throttling", Outcome.UNKNOWN),
)
REPORT = Report("g1", "Chợ Mẫu", WALL, ClockState.SYNCED, "0.2.0", STEPS)
DATA = selftest.pack(REPORT, KEY)


def spelled(**changes: object) -> bytes:
    """Sign the report as its gate would, with something changed."""
    document: Document = {**msgspec.to_builtins(REPORT), **changes}
    return canonical(sign(document, selftest.CONTEXT, KEY))


def test_what_the_gate_signed_is_read_as_it_was_written() -> None:
    assert selftest.unpack(DATA, RING) == REPORT
    assert spelled() == DATA


@given(
    figures=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
        st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_any_figure_survives_the_journey(figures: dict[str, float]) -> None:
    steps = (Found("camera", Outcome.GOOD, figures=figures),)
    report = msgspec.structs.replace(REPORT, found=steps)
    assert selftest.unpack(selftest.pack(report, KEY), RING) == report


@pytest.mark.parametrize("outcome", Outcome)
def test_a_gate_passes_unless_something_is_bad(outcome: Outcome) -> None:
    report = msgspec.structs.replace(REPORT, found=(*STEPS, Found("buzzer", outcome)))
    read = selftest.unpack(selftest.pack(report, KEY), RING)
    assert read.passed is (outcome is not Outcome.BAD)


def test_another_gates_key_signs_no_report_of_this_one() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(seed("another gate"))
    with pytest.raises(SignatureInvalid):
        selftest.unpack(selftest.pack(REPORT, stranger), RING)
    with pytest.raises(SignatureInvalid):
        selftest.unpack(DATA, Keyring([]))


@pytest.mark.parametrize("use", [each for each in Use if each is not Use.RECORDS])
def test_a_key_of_another_use_signs_no_report(use: Use) -> None:
    with pytest.raises(SignatureInvalid):
        selftest.unpack(selftest.pack(REPORT, KEYS[use]), Keyring([ENTRIES[use]]))


def test_what_the_gate_signed_for_something_else_is_no_report() -> None:
    other = canonical(sign(msgspec.to_builtins(REPORT), "request", KEY))
    with pytest.raises(SignatureInvalid):
        selftest.unpack(other, RING)


def test_a_bad_step_made_good_is_noticed() -> None:
    bad = msgspec.structs.replace(REPORT, found=(Found("camera", Outcome.BAD),))
    forged = selftest.pack(bad, KEY).replace(b'"bad"', b'"good"')
    with pytest.raises(SignatureInvalid):
        selftest.unpack(forged, RING)


@given(chance=st.data())
def test_a_changed_byte_never_says_anything_else(chance: st.DataObject) -> None:
    at = chance.draw(st.integers(0, len(DATA) - 1))
    value = chance.draw(st.integers(0, 255).filter(lambda each: each != DATA[at]))
    with contextlib.suppress(WireError):  # unless 31.0 became 31e0, which is the same
        assert selftest.unpack(DATA[:at] + bytes([value]) + DATA[at + 1 :], RING) == REPORT


def test_a_changed_character_of_the_signature_never_opens() -> None:
    start = DATA.index(b'"sig":"') + 7
    for at in range(start, DATA.index(b'"', start)):
        with pytest.raises(WireError):
            selftest.unpack(DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :], RING)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"gate": None},
        {"wall": "now"},
        {"clock": "broken"},
        {"found": {}},
        {"found": [{"what": "camera"}]},
        {"found": [{"what": "camera", "outcome": "splendid"}]},
        {"found": [{"what": "camera", "outcome": "good", "figures": {"frames": "many"}}]},
    ],
    ids=str,
)
def test_what_the_gate_signed_in_a_wrong_form_is_refused_briefly(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError) as refused:
        selftest.unpack(spelled(**changes), RING)
    assert not isinstance(refused.value, SignatureInvalid)
    assert len(str(refused.value)) < 100


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(noise: bytes) -> None:
    for each in (noise, b'{"doc":' + noise + b',"kid":"","sig":""}'):
        with pytest.raises(WireError):
            selftest.unpack(each, RING)


def test_a_report_longer_than_any_is_refused_unread() -> None:
    with pytest.raises(WireError, match="longer than"):
        selftest.unpack(spelled(place="x" * selftest.LIMIT), RING)
