"""Which way a person passes: by the door, by the button, or by turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.verdict.direction import OTHER, Chosen, Ways
from wire.policy import Way
from wire.record import Direction

S = 1_000_000_000
IN, OUT = Direction.IN, Direction.OUT
LASTS = [None, (IN, 0.0), (IN, 59.0), (IN, 60.0), (OUT, 1.0)]


def of(ways: Ways, last: tuple[Direction, float] | None, up_ns: int = 0) -> Chosen:
    way, since_s = last or (None, None)
    return ways.of(way, since_s, up_ns)


@pytest.mark.parametrize(("rule", "way"), [(Way.IN, IN), (Way.OUT, OUT)])
@pytest.mark.parametrize("last", LASTS)
def test_a_door_of_one_way_knows_no_other(
    rule: Way, way: Direction, last: tuple[Direction, float] | None
) -> None:
    ways = Ways(rule, OTHER[way])
    ways.press(0)
    assert of(ways, last) == Chosen(way)


@pytest.mark.parametrize("usual", [IN, OUT])
@pytest.mark.parametrize("last", LASTS)
def test_at_a_door_with_a_button_only_the_button_counts(
    usual: Direction, last: tuple[Direction, float] | None
) -> None:
    ways = Ways(Way.BUTTON, usual)
    assert of(ways, last) == Chosen(usual)
    ways.press(0)
    assert of(ways, last) == Chosen(OTHER[usual])


def test_a_press_is_for_one_person() -> None:
    ways = Ways(Way.BUTTON)
    ways.press(0)
    assert of(ways, None).direction is OUT
    ways.passed()
    assert of(ways, None).direction is IN


def test_a_press_is_for_so_many_seconds() -> None:
    ways = Ways(Way.BUTTON, button_s=10.0)
    ways.press(5 * S)
    assert of(ways, None, 15 * S).direction is OUT
    assert of(ways, None, 15 * S + 1).direction is IN
    ways.press(16 * S)
    assert of(ways, None, 17 * S).direction is OUT


def test_pressed_again_it_is_the_usual_way_again() -> None:
    ways = Ways(Way.BUTTON)
    ways.press(0)
    ways.press(S)
    assert of(ways, None, S).direction is IN


@pytest.mark.parametrize(
    ("last", "way"),
    [(None, IN), ((IN, 0.0), OUT), ((IN, 59.9), OUT), ((IN, 60.0), IN), ((OUT, 1.0), IN)],
)
def test_who_went_in_goes_out_next_unless_that_is_long_ago(
    last: tuple[Direction, float] | None, way: Direction
) -> None:
    ways = Ways(Way.ALTERNATE, forget_s=60.0)
    assert of(ways, last) == Chosen(way, inferred=True)
    ways.press(0)
    assert of(ways, last) == Chosen(OTHER[way])


def test_another_rule_leaves_a_press_to_its_person() -> None:
    ways = Ways(Way.ALTERNATE)
    ways.press(0)
    ways.heeding(Way.BUTTON, 1.0)
    assert of(ways, None).direction is OUT


@given(st.lists(st.booleans()))
def test_each_holder_alternates_whatever_the_others_do(crowd: list[bool]) -> None:
    ways = Ways(Way.ALTERNATE)
    last: dict[bool, Direction] = {}
    gone: dict[bool, list[Direction]] = {True: [], False: []}
    for who in crowd:
        way = ways.of(last.get(who), 0.0 if who in last else None, 0).direction
        last[who] = way
        gone[who].append(way)
    for own in gone.values():
        assert own == [(IN, OUT)[turn % 2] for turn in range(len(own))]
