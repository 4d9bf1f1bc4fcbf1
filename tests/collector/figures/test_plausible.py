"""What a gate counts is held against its own past and the others of today."""

import random
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from collector.figures.chance import at_least, at_most, learnt_at_most, share_at_most
from collector.figures.plausible import Finding, Story, implausible, off, past
from collector.figures.tally import SLOT_MS, SLOTS, Lag, Tally
from collector.figures.usual import kind, usual
from collector.localday import midnight
from collector.roster import Area, Gate, Kind, Place, Roster, Sector
from wire.keys import Use, entry
from wire.record import Direction

KEY = entry(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key(), Use.RECORDS)
GATES = 12
TODAY = 20_727
"""A Thursday."""
OPEN = range(28, 68)
ROSTER = Roster(
    "Huyện Mẫu",
    "",
    tuple(Gate(f"g{n}", f"p{n}", "a", "s", (Direction.IN,), KEY) for n in range(GATES)),
    (Area("a", "Xã"),),
    (Sector("s", "Ngành"),),
    tuple(Place(f"p{n}", f"Nơi {n}", Kind.SCHOOL, "a", "s") for n in range(GATES)),
)
Change = Callable[[str, int, int, int], tuple[int, int]]
"""gate, slot, ins, outs -> what it counts instead."""


def counted(change: Change | None = None, holiday: int | None = None) -> Tally:
    """Return four weeks of twelve gates, and today as `change` says."""
    chance = random.Random(7)  # noqa: S311  # a simulation
    tally = Tally()
    for number in range(GATES):
        gate = f"g{number}"
        for day in range(TODAY - 28, TODAY + 1):
            closed = kind(day) == 2 or day == holiday
            for slot in OPEN if not closed else ():
                ins, outs = (max(0, round(chance.gauss(12, 4))) for _ in range(2))
                if change is not None and day == TODAY:
                    ins, outs = change(gate, slot, ins, outs)
                found = tally.day(gate, day)
                found.ins[slot], found.outs[slot] = ins, outs
    return tally


def findings(tally: Tally, slot: int) -> dict[str, Finding]:
    return implausible(tally, past(tally, ROSTER, TODAY), ROSTER, slot)


def stories(change: Change, slot: int = 52) -> dict[str, Story]:
    found = findings(counted(change), slot)
    return {gate: finding.story for gate, finding in found.items()}


def test_a_usual_day_has_no_story() -> None:
    tally = counted()
    assert [findings(tally, slot) for slot in range(SLOTS + 1)] == [{}] * (SLOTS + 1)


def test_a_gate_that_counts_nobody_is_silent_within_two_hours() -> None:
    found = stories(lambda gate, slot, *n: (0, 0) if gate == "g3" and slot >= 44 else n)
    assert found == {"g3": Story.SILENT}


def test_half_of_the_people_missing_is_found_within_two_hours() -> None:
    found = stories(
        lambda gate, slot, *n: (n[0] // 2, n[1] // 2) if gate == "g3" and slot >= 44 else n
    )
    assert found == {"g3": Story.FEW}


def test_exits_that_fall_silent_are_told_as_such() -> None:
    found = stories(lambda gate, slot, *n: (n[0], 0) if gate == "g3" and slot >= 44 else n)
    assert found == {"g3": Story.EXITS}
    found = stories(lambda gate, slot, *n: (0, n[1]) if gate == "g3" and slot >= 44 else n)
    assert found == {"g3": Story.ENTRIES}


def test_people_at_hours_without_any_are_told() -> None:
    tally = counted()
    day = tally.day("g3", TODAY)
    for slot in range(76, 80):
        day.ins[slot] = 15
    assert {each.story for each in findings(tally, 80).values()} == {Story.MANY}


def test_a_day_that_is_quiet_for_all_is_nobodys_fault() -> None:
    quiet = stories(lambda _, __, *n: (n[0] // 8, n[1] // 8))
    assert quiet == {}


def test_a_holiday_that_is_one_for_a_single_place_is_told() -> None:
    assert stories(lambda gate, _, *n: (0, 0) if gate == "g5" else n, 36) == {"g5": Story.SILENT}


def test_a_holiday_in_the_past_does_not_make_less_usual() -> None:
    with_one = past(counted(holiday=TODAY - 7), ROSTER, TODAY).gates["g0"]
    without = past(counted(), ROSTER, TODAY).gates["g0"]
    assert sum(with_one.ins) == pytest.approx(sum(without.ins), rel=0.03)


def test_a_gate_without_a_past_has_no_story() -> None:
    tally = Tally()
    tally.day("g0", TODAY - 1).ins[40] = 50
    assert findings(tally, 60) == {}
    assert usual({}, TODAY, {}) is None


def test_after_a_restart_less_is_enough_to_ask_whether_it_was_carried_away() -> None:
    def change(gate: str, slot: int, ins: int, outs: int) -> tuple[int, int]:
        moved = gate == "g3" and slot >= 44
        return (round(ins * 1.5), round(outs * 1.5)) if moved else (ins, outs)

    tally = counted(change)
    assert findings(tally, 52) == {}
    tally.starts["g3"] = {midnight(TODAY) // SLOT_MS + 44}
    assert {gate: each.story for gate, each in findings(tally, 52).items()} == {"g3": Story.MOVED}


def test_a_gate_that_is_known_not_to_work_is_not_looked_at() -> None:
    tally = counted(lambda gate, slot, *n: (0, 0) if gate == "g3" and slot >= 44 else n)
    known = past(tally, ROSTER, TODAY)
    assert implausible(tally, known, ROSTER, 52, frozenset({"g1", "g2"})) == {}


END = midnight(TODAY) // SLOT_MS + 40


@pytest.mark.parametrize(
    ("lag", "is_off"),
    [
        (Lag(10, 2_400_000, 2_403_000), True),
        (Lag(10, -120_000, -110_000), True),
        (Lag(10, 20, 3_000), False),
        (Lag(10, 20, 2_400_000), False),
        (Lag(3, 2_400_000, 2_403_000), False),
        (Lag(0, 0, 0, 10), True),
    ],
)
def test_a_clock_is_off_when_all_live_records_agree_that_it_is(lag: Lag, is_off: bool) -> None:  # noqa: FBT001
    assert off({END - 1: lag}, TODAY, 40) is is_off
    assert not off({END - 7: lag}, TODAY, 40)


@given(st.integers(0, 60), st.floats(0.1, 400), st.floats(0.01, 0.5))
def test_chances_are_chances_and_grow_with_the_count(
    count: int, mean: float, spread: float
) -> None:
    one, more = at_most(count, mean, spread), at_most(count + 1, mean, spread)
    assert 0 <= one <= more <= 1
    assert at_least(count + 1, mean, spread) == pytest.approx(1 - one, abs=1e-9)


def test_chances_agree_where_one_way_of_computing_passes_into_the_other() -> None:
    assert at_most(420, 500.0, 0.1) == pytest.approx(at_most(420, 500.1, 0.1), rel=0.25)
    assert at_most(5, 5.0, 1e-6) == pytest.approx(0.616, abs=0.002)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_share_learnt_from_very_many_is_a_share_that_is_known(count: int, of: int) -> None:
    learnt = learnt_at_most(count, of, 3e8, 7e8)
    assert learnt == pytest.approx(share_at_most(count, of, 0.3), rel=1e-4, abs=1e-9)


def test_of_a_share_learnt_from_nobody_every_count_is_as_likely() -> None:
    # Half of one and half of the other are put to what was seen; half more make the law uniform.
    assert [learnt_at_most(count, 9, 0.5, 0.5) for count in range(10)] == pytest.approx(
        [(count + 1) / 10 for count in range(10)]
    )


def test_what_was_learnt_from_few_days_makes_a_missing_way_less_strange() -> None:
    few, many = learnt_at_most(0, 12, 40, 24), learnt_at_most(0, 12, 4000, 2400)
    assert few > 2 * many
    assert learnt_at_most(-1, 12, 40, 24) == 0.0
