"""The district's hours and every gate's give no few away: an attack with all of them."""

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.figures.byhour import Entries, entries, of_gate, whole
from collector.figures.discretion import Figure, Shown
from collector.figures.tally import Tally
from collector.localday import ZONE_MS
from tests.collector.figures.test_discretion import fits, values

FEW, WITHHELD = Shown.FEW, Shown.WITHHELD
SMALL = frozenset(range(1, 5))


def table(*gates: tuple[int, ...]) -> Entries:
    found = {f"g{number}": dict(enumerate(counts)) for number, counts in enumerate(gates)}
    return Entries(len(gates[0]), found)


class Attack:
    """Whoever has the district's page and every gate's, and computes all that fits them."""

    def __init__(self, found: Entries) -> None:
        district = whole(found)
        self.hours: Mapping[int, Figure] = district.hours
        self.gates = {gate: of_gate(found, gate) for gate in found.gates}
        self.columns = {
            hour: [
                guess
                for guess in product(*(tuple(values(each[hour])) for each in self.gates.values()))
                if fits(figure, sum(guess))
            ]
            for hour, figure in self.hours.items()
        }
        self.total = district.total

    def guesses(self, hour: int) -> list[tuple[int, ...]]:
        """Return what an hour of all gates can have been, whatever the other hours were."""
        others = {0}
        for other, guesses in self.columns.items():
            if other != hour:
                sums = {sum(guess) for guess in guesses}
                others = {one + two for one, two in product(others, sums)}
        return [
            guess
            for guess in self.columns[hour]
            if any(fits(self.total, sum(guess) + rest) for rest in others)
        ]


COUNTS = st.sampled_from([0, 1, 3, 4, 5, 7, 8, 9, 12])


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=1, max_size=3))
@example([(20, 0, 0), (3, 0, 0)])
@example([(3, 5, 8), (4, 5, 8)])
@example([(3, 9, 20)])
@example([(3, 9, 0), (0, 9, 20)])
@example([(1, 0, 12), (1, 0, 0)])
@example([(4, 5, 5), (0, 5, 5), (0, 5, 5)])
def test_no_few_comes_out_of_all_pages_together(counts: list[tuple[int, ...]]) -> None:
    found = table(*counts)
    attack = Attack(found)
    for hour in attack.hours:
        guesses = attack.guesses(hour)
        assert tuple(each[hour] for each in found.gates.values()) in guesses
        for number, gate in enumerate(found.gates):
            if found.gates[gate][hour] in SMALL:
                assert {guess[number] for guess in guesses} >= SMALL
                assert not isinstance(attack.gates[gate][hour], int)
        if sum(each[hour] for each in found.gates.values()) in SMALL:
            assert {sum(guess) for guess in guesses} >= SMALL


def test_a_gate_beside_a_few_is_withheld_and_the_district_is_exact() -> None:
    found = table((3,), (20,), (9,), (0,))
    assert whole(found).hours == {0: 32}
    shown = [of_gate(found, gate)[0] for gate in found.gates]
    assert shown == [FEW, WITHHELD, 9, 0]


def test_without_a_few_every_gate_is_exact() -> None:
    found = table((5, 0), (9, 6))
    assert [of_gate(found, gate) for gate in found.gates] == [{0: 5, 1: 0}, {0: 9, 1: 6}]
    assert whole(found).total == 20


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (3, FEW), (20, 20)])
def test_a_gate_alone_is_the_district(count: int, shown: Figure) -> None:
    tally = Tally()
    tally.day("g0", 100).ins[5] = count
    found = entries(["g0"], tally, 100 * 86_400_000 - ZONE_MS + 7_000_000)
    assert of_gate(found, "g0") == {0: 0, 1: shown}
    assert whole(found).hours == of_gate(found, "g0")


def test_a_gate_that_has_counted_nothing_has_its_hours_all_the_same() -> None:
    found = entries(["g0", "g1"], Tally(), 100 * 86_400_000 - ZONE_MS)
    assert of_gate(found, "g1") == {0: 0}


def test_a_district_without_gates_has_its_hours_all_the_same() -> None:
    found = entries([], Tally(), 100 * 86_400_000 - ZONE_MS + 7_000_000)
    assert whole(found).hours == {0: 0, 1: 0}


def test_a_gate_that_leaves_the_list_stays_in_the_sums_of_that_day() -> None:
    """Else the sum of before less that of after would tell what the gate had."""
    tally, now_ms = Tally(), 100 * 86_400_000 - ZONE_MS + 7_000_000
    tally.day("g0", 100).ins[5], tally.day("g1", 100).ins[5] = 3, 9
    before, after = (entries(listed, tally, now_ms) for listed in (["g0", "g1"], ["g1"]))
    assert whole(before) == whole(after)
    for gate in ("g0", "g1"):
        assert of_gate(before, gate) == of_gate(after, gate)
    assert of_gate(entries(["g1"], tally, now_ms + 86_400_000), "g0") == {}
