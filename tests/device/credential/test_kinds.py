"""What a code is, from samples of everything that people show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.credential.kinds import KINDS, MAX_BYTES
from tests.device.credential.codes import PASS, SAMPLES
from tests.wire.samples import FULL_PASS
from wire.gatepass import Parsed

STABLE = (
    "pass",
    "control-card",
    "enrolment-code",
    "eu-certificate",
    "payment",
    "national-code",
    "insurance-card",
    "id-card",
    "id-card-unknown",
    "health-card",
    "travel-seal",
    "place-code",
    "zalo",
    "web-link",
    "wifi",
    "contact",
    "login",
    "message",
    "foreign-certificate",
    "shop-barcode",
    "unknown",
)
"""Names in the records of gates and collectors: a new one may be added, none is ever changed."""


@pytest.mark.parametrize(("text", "kind"), SAMPLES, ids=lambda value: ascii(value)[:24])
def test_a_code_is_known_for_what_it_is(text: str, kind: str) -> None:
    assert classify(text.encode()).kind == kind


def test_every_kind_has_a_sample() -> None:
    assert {kind for _, kind in SAMPLES} == set(KINDS)


def test_the_names_of_kinds_never_change() -> None:
    assert KINDS == STABLE


PERSONS = {"pass", "eu-certificate", "national-code", "insurance-card", "id-card"}


def test_of_a_code_that_is_about_nobody_nothing_is_kept() -> None:
    """It may hold a password or another's data."""
    for text, kind in SAMPLES:
        if kind not in PERSONS:
            assert classify(text.encode()).personal is None


def test_no_code_says_its_text_when_it_is_printed_or_logged() -> None:
    for text, kind in SAMPLES:
        if kind in PERSONS | {"control-card"} - {"pass"}:
            content = classify(text.encode()).content
            assert not {
                word for word in repr(content).split("|") if "Mẫu" in word or "0900" in word
            }


def test_a_pass_is_known_by_its_number_and_class() -> None:
    found = classify(PASS.encode())
    assert isinstance(found.content, Parsed)
    assert found.content.claims == FULL_PASS
    assert found.personal == {"pass": FULL_PASS.number.hex(), "class": FULL_PASS.holder}


@given(st.binary(max_size=5000) | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_of_some_kind(code: bytes) -> None:
    assert classify(code).kind in KINDS


@given(st.sampled_from([text for text, _ in SAMPLES]), st.data())
def test_what_begins_like_a_sample_is_of_some_kind(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    code = text[:at].encode() + data.draw(st.binary(max_size=20)) + text[at:].encode()
    assert classify(code).kind in KINDS


@pytest.mark.parametrize(
    "code",
    [b"", b"\xff\xfe", b"https://\xff", b"0" * (MAX_BYTES + 1), b"https://" + b"x" * MAX_BYTES],
    ids=["empty", "no text", "broken text", "too long", "too long a link"],
)
def test_what_no_code_can_hold_is_unknown(code: bytes) -> None:
    assert classify(code).kind == "unknown"
