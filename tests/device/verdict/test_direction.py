"""Which way a person passes at a door that serves both ways."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.flow import Credential, Signal, Verdict
from device.verdict.direction import Alternation
from tests.wire.samples import KEYS, PLAIN_PASS
from wire import gatepass
from wire.keys import Use
from wire.record import Direction, Identity, Outcome, Reason, Signature

BOTH = (Direction.IN, Direction.OUT)


def holder(number: int) -> Credential:
    """Return the pass of one of several people."""
    claims = msgspec.structs.replace(PLAIN_PASS, number=number.to_bytes(8, "big"))
    return classify(gatepass.issue(claims, KEYS[Use.PASS_SEEN]).encode())


ANNA, BINH = holder(1), holder(2)
LINK = classify(b"https://example.vn")


def verdict(direction: Direction, outcome: Outcome = Outcome.ACCEPTED) -> Verdict:
    return Verdict(
        kind="pass",
        signature=Signature.CHECKED,
        identity=Identity.SEEN,
        outcome=outcome,
        reason=Reason.ACCEPTED if outcome is Outcome.ACCEPTED else Reason.EXPIRED,
        direction=direction,
        signal=Signal.ACCEPT,
    )


def passes(door: Alternation, who: Credential, outcome: Outcome = Outcome.ACCEPTED) -> Direction:
    """Let someone pass and return the way."""
    way = door.of(who)
    door.passed(who, verdict(way, outcome))
    return way


@pytest.mark.parametrize("only", list(Direction))
def test_a_door_of_one_way_knows_no_other(only: Direction) -> None:
    door = Alternation((only,))
    assert [passes(door, each) for each in (ANNA, ANNA, LINK, ANNA)] == [only] * 4


def test_who_went_in_goes_out_next() -> None:
    door = Alternation(BOTH)
    assert [passes(door, each) for each in (ANNA, BINH, ANNA, ANNA, BINH)] == [
        Direction.IN,
        Direction.IN,
        Direction.OUT,
        Direction.IN,
        Direction.OUT,
    ]


def test_who_was_refused_did_not_pass() -> None:
    door = Alternation(BOTH)
    assert passes(door, ANNA, Outcome.REJECTED) is Direction.IN
    assert passes(door, ANNA) is Direction.IN
    assert passes(door, ANNA, Outcome.REJECTED) is Direction.OUT
    assert passes(door, ANNA) is Direction.OUT


def test_a_code_without_a_number_is_taken_for_someone_who_comes_in() -> None:
    door = Alternation(BOTH)
    assert [passes(door, LINK), passes(door, LINK)] == [Direction.IN, Direction.IN]


def test_who_left_by_another_door_and_leaves_again_is_forgotten_once() -> None:
    door = Alternation(BOTH)
    door.passed(ANNA, verdict(Direction.OUT))
    assert door.of(ANNA) is Direction.IN


@given(st.lists(st.sampled_from([ANNA, BINH])))
def test_each_holder_alternates_whatever_the_others_do(crowd: list[Credential]) -> None:
    door = Alternation(BOTH)
    ways = [(who, passes(door, who)) for who in crowd]
    for one in (ANNA, BINH):
        own = [way for who, way in ways if who is one]
        assert own == [BOTH[i % 2] for i in range(len(own))]
