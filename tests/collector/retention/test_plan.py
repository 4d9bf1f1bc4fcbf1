"""How far a journal goes, by the corrected times of its records."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ledger.entries import Stamp
from collector.ledger.times import SLOT_MS, Slot, Times, observed
from collector.localday import day_of, midnight
from collector.retention.plan import end_of
from wire.record import ClockState

MIDNIGHT = midnight(20_700)
HOUR = SLOT_MS


class Pen:
    """A journal by its stamps alone."""

    def __init__(self) -> None:
        self.slots: dict[tuple[str, int], Slot] = {}
        self.stamps: list[Stamp] = []
        self.asked: list[tuple[int, int]] = []

    def record(self, boot: str, up: int, wall: int, received: int, clock: ClockState) -> None:
        seq = len(self.stamps) + 1
        self.stamps.append(Stamp(seq, boot, up, received))
        observed(self.slots, boot, seq, (up, wall, clock), received)

    def between(self, first: int, last: int) -> Sequence[Stamp]:
        self.asked.append((first, last))
        return [each for each in self.stamps if first <= each.seq <= last]

    @property
    def ordered(self) -> list[Slot]:
        return sorted(self.slots.values(), key=lambda each: (each.first, each.slot))

    def end(self, before_ms: int = MIDNIGHT) -> int:
        return end_of(self.ordered, len(self.stamps), before_ms, self.between)

    def made(self) -> list[int]:
        times = Times(self.ordered)
        return [
            times.moment(each.boot, each.up, each.received_ms).ms
            for each in self.stamps
            if each.boot and each.up is not None
        ]


def test_what_was_made_before_midnight_goes_and_what_was_made_after_it_stays() -> None:
    pen = Pen()
    for minute in range(-300, 300, 10):
        at = MIDNIGHT + minute * 60_000 + 30_000
        pen.record("b", 10**9 + minute * 60_000, at, at + 500, ClockState.SYNCED)
    assert pen.end() == 30
    assert pen.end(MIDNIGHT - 10**9) == 0
    assert pen.end(MIDNIGHT + 10**9) == 60


def test_only_the_hours_about_midnight_are_looked_into() -> None:
    pen = Pen()
    for minute in range(-3000, 3000, 10):
        at = MIDNIGHT + minute * 60_000 + 30_000
        pen.record("b", 10**9 + minute * 60_000, at, at + 500, ClockState.SYNCED)
    assert pen.end() == 300
    ((first, last),) = pen.asked
    assert last - first < 20


def test_what_comes_late_goes_by_when_it_was_made() -> None:
    pen = Pen()
    for hour in range(10):
        pen.record(
            "b",
            10**9 + hour * HOUR,
            MIDNIGHT + (hour - 5) * HOUR + 60_000,
            MIDNIGHT + 500 * HOUR,
            ClockState.SYNCED,
        )
    assert pen.end() == 5


def test_what_has_no_usable_time_goes_by_its_arrival() -> None:
    pen = Pen()
    for hour in range(10):
        at = MIDNIGHT + (hour - 5) * HOUR + 60_000
        pen.record("b", 10**9 + hour * HOUR, 0, at, ClockState.UNSYNCED)
    assert pen.end() == 5


def test_a_clock_that_is_found_later_moves_what_came_before_it() -> None:
    pen = Pen()
    late = MIDNIGHT + 50 * HOUR
    for hour in range(6):
        pen.record("b", hour * HOUR + 60_000, 0, late, ClockState.UNSYNCED)
    assert pen.end() == 0
    pen.record("b", 6 * HOUR + 60_000, MIDNIGHT + 2 * HOUR, late, ClockState.SYNCED)
    assert pen.end() == 4


def test_a_journal_of_which_nothing_is_known_stays() -> None:
    assert end_of((), 9, MIDNIGHT, Pen().between) == 0


steps = st.lists(
    st.tuples(
        st.integers(1, 5 * HOUR),
        st.sampled_from(ClockState),
        st.integers(-2 * HOUR, 2 * HOUR),
        st.integers(0, 40 * HOUR),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


@given(steps)
def test_nothing_older_stays_and_what_goes_is_a_beginning(
    walked: list[tuple[int, ClockState, int, int, bool]],
) -> None:
    """Whatever clocks say, what is left begins with nothing that counts as made before."""
    pen, up, boot, at, received = Pen(), 10**9, 0, MIDNIGHT - 60 * HOUR, 0
    for step, clock, off, late, reboots in walked:
        at, up, boot = at + step, (0 if reboots else up + step), boot + reboots
        received = max(received, at + late)
        pen.record(f"b{boot}", up, at + off, received, clock)
    end = pen.end()
    made = pen.made()
    assert [seq for seq in range(end + 1, len(made) + 1) if made[seq - 1] < MIDNIGHT] == []
    assert end == 0 or made[end - 1] < MIDNIGHT


@pytest.mark.parametrize("ms", [MIDNIGHT - 1, MIDNIGHT])
def test_days_are_local(ms: int) -> None:
    assert day_of(ms) == (20_699 if ms < MIDNIGHT else 20_700)
    assert midnight(day_of(ms)) <= ms < midnight(day_of(ms) + 1)
