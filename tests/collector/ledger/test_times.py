"""Corrected times: whatever honest gates say, the true time is within the bound."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ledger.times import SLOT_MS, STATED_MS, Slot, Times, observed, proved
from wire.record import ClockState

NOON = 1_790_000_000_000


class Made(NamedTuple):
    """A record, and when it was truly made."""

    boot: str
    up: int
    wall: int
    clock: ClockState
    true: int
    received: int


@st.composite
def lives(draw: st.DrawFn) -> list[Made]:
    """Draw a gate's boots: clocks that drift, are unset or in step, links that are down."""
    now, made = NOON, []
    for number in range(draw(st.integers(1, 4))):
        now += draw(st.integers(0, 10**9))
        start, drift = now, draw(st.integers(-100, 100))
        for _ in range(draw(st.integers(1, 6))):
            now += draw(st.integers(0, 3 * SLOT_MS))
            up = (now - start) + (now - start) * drift // 1_000_000
            clock = draw(st.sampled_from(ClockState))
            off = STATED_MS.get(clock, 10**12)
            wall = max(0, now + draw(st.integers(-off, off)))
            made.append(Made(f"boot{number}", up, wall, clock, now, 0))
    late, end = draw(st.integers(0, 10**8)), now
    return [each._replace(received=max(each.true, min(each.true + late, end))) for each in made]


def learned(made: list[Made]) -> Times:
    slots: dict[tuple[str, int], Slot] = {}
    for seq, each in enumerate(made, 1):
        stamp = (each.up, each.wall, each.clock)
        observed(slots, each.boot, seq, stamp, each.received)
    return Times(slots.values())


@given(lives())
def test_the_true_time_is_within_the_bound(made: list[Made]) -> None:
    times = learned(made)
    for each in made:
        moment = times.moment(each.boot, each.up, each.received)
        if moment.bound_ms is None:
            assert each.true <= moment.ms
        else:
            assert abs(moment.ms - each.true) <= moment.bound_ms + 1


@given(lives())
def test_what_is_learned_later_never_makes_a_bound_wider(made: list[Made]) -> None:
    first = learned(made[:1]).moment(made[0].boot, made[0].up, made[0].received)
    last = learned(made).moment(made[0].boot, made[0].up, made[0].received)
    if first.bound_ms is not None:
        assert last.bound_ms is not None
        assert last.bound_ms <= first.bound_ms


def test_a_boot_without_a_clock_lies_between_its_neighbours() -> None:
    made = [
        Made("a", 1_000, NOON, ClockState.SYNCED, NOON, NOON + 10**9),
        Made("b", 5_000, 0, ClockState.UNSYNCED, NOON + 20_000, NOON + 10**9),
        Made("c", 1_000, NOON + 60_000, ClockState.SYNCED, NOON + 60_000, NOON + 10**9),
    ]
    moment = learned(made).moment("b", 5_000, NOON + 10**9)
    assert moment.bound_ms is not None
    assert moment.bound_ms < 32_000
    assert abs(moment.ms - (NOON + 32_000)) < 2_000


def test_a_gate_ahead_of_the_collector_is_held_to_its_arrival() -> None:
    made = [Made("a", 1_000, NOON + 10**9, ClockState.SYNCED, NOON, NOON)]
    moment = learned(made).moment("a", 1_000, NOON)
    assert (moment.ms, moment.bound_ms) == (NOON, None)


def test_a_clock_that_contradicts_itself_is_not_believed() -> None:
    made = [
        Made("a", 1_000, NOON - 10**9, ClockState.SYNCED, NOON, NOON),
        Made("a", 2_000, NOON, ClockState.SYNCED, NOON, NOON + 1_000),
    ]
    moment = learned(made).moment("a", 2_000, NOON + 1_000)
    assert (moment.ms, moment.bound_ms) == (NOON + 1_000, None)


def test_a_boot_never_heard_of_is_only_known_to_be_before_its_arrival() -> None:
    moment = Times(()).moment("a", 5, NOON)
    assert (moment.ms, moment.bound_ms) == (NOON, None)


def test_one_stamp_from_the_future_does_not_spoil_the_good_ones() -> None:
    made = [
        Made("a", 1_000, NOON, ClockState.SYNCED, NOON, NOON),
        Made("a", 2_000, NOON + 10**9, ClockState.SYNCED, NOON + 1_000, NOON + 1_000),
    ]
    moment = learned(made).moment("a", 1_000, NOON)
    assert moment.bound_ms is not None
    assert abs(moment.ms - NOON) <= 1_500


@pytest.mark.parametrize(
    ("known", "bound_ms"),
    [
        ({"lo": NOON - 5_040, "hi": NOON - 4_960}, 500),
        ({"lo": NOON - 5_040}, None),
        ({"lo": NOON + 10**9}, None),
        ({"lo": "early", "hi": []}, None),
        (None, None),
    ],
)
def test_what_receipts_proved_to_a_gate_counts_if_it_can_be(
    known: object, bound_ms: int | None
) -> None:
    slots: dict[tuple[str, int], Slot] = {}
    observed(slots, "a", 1, (5_000, 0, ClockState.UNSYNCED), NOON + 10**8)
    proved(slots, "a", 5_000, known)
    moment = Times(slots.values()).moment("a", 5_000, NOON + 10**8)
    if bound_ms is not None:
        assert moment.bound_ms is not None
        assert moment.bound_ms <= bound_ms
        assert abs(moment.ms - NOON) <= moment.bound_ms
    elif known == {"lo": NOON - 5_040}:
        assert moment.bound_ms is not None, "an earliest and the arrival are two bounds"
    else:
        assert moment.bound_ms is None
