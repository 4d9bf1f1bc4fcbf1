"""A keeper's own count: exact, of today, and of their gates alone."""

from collector.figures.ownplace import Hour, counted
from collector.figures.tally import Tally
from collector.localday import ZONE_MS

DAY = 20_000
NOON_MS = DAY * 86_400_000 + 12 * 3_600_000 - ZONE_MS


def test_few_are_told_exactly_and_only_of_the_places_own_gates_today() -> None:
    tally = Tally()
    tally.day("in", DAY).ins[8 * 4 + 1] = 3
    tally.day("in", DAY).ins[9 * 4] = 1
    tally.day("out", DAY).outs[11 * 4 + 3] = 2
    tally.day("in", DAY - 1).ins[40] = 50
    tally.day("other", DAY).ins[40] = 70
    found = counted(("in", "out", "never"), tally, NOON_MS, 60)
    assert (found.inside, found.ins, found.outs) == (2, 4, 2)
    assert found.hours == (Hour(8, 3, 0), Hour(9, 1, 0), Hour(11, 0, 2))


def test_who_left_without_an_entry_is_nobody_inside() -> None:
    tally = Tally()
    tally.day("out", DAY).outs[4] = 2
    assert counted(("out",), tally, NOON_MS, 60).inside == 0
