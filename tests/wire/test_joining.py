"""What a gate asks and tells while it joins."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.samples import ENROLMENT, ENTRIES, KEYS
from wire import enrolment, joining
from wire.errors import SignatureInvalid, WireError
from wire.joining import Progress, Step, Trouble
from wire.keys import Keyring, Use

KEY = KEYS[Use.RECORDS]
RING = Keyring([ENTRIES[Use.RECORDS]])
SAID = Progress("00" * 8, Step.ENROLLED, 1_790_000_000_000)


def test_what_is_asked_is_read() -> None:
    request = enrolment.pack_request("-----BEGIN-----", KEY)
    assert joining.unpack_ask(joining.pack_ask("GE1:X", request)) == ("GE1:X", request)


def test_an_answer_is_an_enrolment_or_a_trouble() -> None:
    signed = enrolment.pack(ENROLMENT, KEYS[Use.ROOT])
    assert joining.unpack_answer(joining.pack_answer(signed)) == joining.Answer(signed)
    told = {"policy.json": b"{}", "list-0123456789abcdef": b"\0\1"}
    answer = joining.Answer(signed, told)
    assert joining.unpack_answer(joining.pack_answer(signed, told)) == answer
    more = {"../policy.json": b"", "request.json": b"", "policy.json": bytes(256 * 1024 + 1)}
    assert joining.unpack_answer(joining.pack_answer(signed, {**more})) == joining.Answer(signed)
    for trouble in Trouble:
        assert joining.unpack_answer(joining.pack_trouble(trouble)) is trouble


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b'{"v":2,"trouble":"code-used"}', b'{"v":1,"trouble":"hungry"}',
     b'{"v":1,"enrolment":"x"}', b'{"v":1,"enrolment":{},"documents":[]}',
     b'{"v":1,"enrolment":{},"documents":{"policy.json":"?"}}',
     b"<html>", b"{" * 10_000, b" " * 2_200_000],
)  # fmt: skip
def test_anything_else_is_no_answer(data: bytes) -> None:
    with pytest.raises(WireError):
        joining.unpack_answer(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (joining.unpack_answer, joining.unpack_ask, joining.claimed_number):
        with pytest.raises(WireError):
            read(data)


def test_a_step_is_signed_by_the_gate() -> None:
    data = joining.pack_progress(SAID, KEY)
    assert joining.unpack_progress(data, RING) == SAID
    assert joining.claimed_number(data) == SAID.number
    with pytest.raises(SignatureInvalid):
        joining.unpack_progress(joining.pack_progress(SAID, KEYS[Use.CARD]), RING)
    said = msgspec.json.decode(data)
    said["doc"]["step"] = "reported"
    with pytest.raises(SignatureInvalid):
        joining.unpack_progress(msgspec.json.encode(said), RING)


def test_a_code_is_not_said_when_a_question_is_printed() -> None:
    assert repr(joining.Ask("GE1:SECRET", {})) == "<Ask>"


def test_steps_and_troubles_are_never_renamed() -> None:
    assert [each.value for each in Step] == [
        *("asked", "linking", "keys", "joining", "waiting", "enrolled", "testing", "reported"),
    ]
    assert [each.value for each in Trouble] == [
        *("service-button", "code-foreign", "code-expired", "code-used", "wifi-passphrase"),
        *("wifi-missing", "no-network", "portal", "server-foreign", "district-silent"),
        "gate-fault",
    ]


def test_an_enrolment_may_say_where_the_broker_is() -> None:
    brokers = (enrolment.Broker("tin.mau.example.vn", 8883), enrolment.Broker("10.0.0.1", 8883))
    told = msgspec.structs.replace(ENROLMENT, brokers=brokers)
    data = enrolment.pack(told, KEYS[Use.ROOT])
    assert enrolment.unpack(data, ENTRIES[Use.ROOT]) == told
