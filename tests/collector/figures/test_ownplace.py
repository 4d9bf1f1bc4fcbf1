"""A keeper's own count: exact, of today, and of their gates alone."""

from collector.figures.ownplace import Hour, counted
from collector.figures.tally import Tally
from collector.localday import ZONE_MS
from wire.record import Direction

DAY = 20_000
NOON_MS = DAY * 86_400_000 + 12 * 3_600_000 - ZONE_MS
IN, OUT = (Direction.IN,), (Direction.OUT,)


def test_few_are_told_exactly_and_only_of_the_places_own_gates_today() -> None:
    tally = Tally()
    tally.day("in", DAY).ins[8 * 4 + 1] = 3
    tally.day("in", DAY).ins[9 * 4] = 1
    tally.day("out", DAY).outs[11 * 4 + 3] = 2
    tally.day("in", DAY - 1).ins[40] = 50
    tally.day("other", DAY).ins[40] = 70
    found = counted({"in": IN, "out": OUT, "never": IN}, tally, NOON_MS, 60)
    assert (found.inside, found.ins, found.outs) == (2, 4, 2)
    assert found.hours == (Hour(8, 3, 0), Hour(9, 1, 0), Hour(11, 0, 2))


def test_who_left_without_an_entry_is_nobody_inside() -> None:
    tally = Tally()
    tally.day("out", DAY).outs[4] = 2
    assert counted({"out": OUT}, tally, NOON_MS, 60).inside == 0


def test_who_is_inside_is_not_told_where_no_gate_sees_who_leaves() -> None:
    tally = Tally()
    tally.day("in", DAY).ins[40] = 9
    assert counted({"in": IN}, tally, NOON_MS, 600).inside is None
    tally.day("in", DAY).outs[41] = 1  # a gate whose way is turned
    assert counted({"in": IN}, tally, NOON_MS, 600).inside == 8
