"""No small number of people leaves, and none can be computed from what does."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.figures.discretion import Figure, Shown, inside, listed, parts

FEW, WITHHELD = Shown.FEW, Shown.WITHHELD
MOST = 24
"""More than any count here, and than the sum of a row."""


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, FEW), (4, FEW), (5, 5), (123, 123)])
def test_a_figure_of_one_to_four_is_few(count: int, shown: Figure) -> None:
    assert listed({0: count}).figures[0] == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(-7, 0), (0, 0), (1, FEW), (4, FEW), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15)],
)
def test_people_inside_are_told_to_the_next_five(count: int, shown: Figure) -> None:
    assert inside(count) == shown


def test_a_few_among_many_takes_one_neighbour_with_it_and_the_sum_stays() -> None:
    found = listed({"a": 3, "b": 40, "c": 9})
    assert found.figures == {"a": FEW, "b": WITHHELD, "c": 9}
    assert found.total == 52


def test_where_the_sum_would_tell_the_neighbour_it_is_withheld_too() -> None:
    found = listed({"a": 1, "b": 8, "c": 40})
    assert found.figures == {"a": FEW, "b": WITHHELD, "c": 40}
    assert found.total == WITHHELD, "9 less at least 8 were 1"


def test_where_no_neighbour_is_large_enough_the_sum_is_withheld() -> None:
    found = listed({"a": 3, "b": 5, "c": 0})
    assert found.figures == {"a": FEW, "b": 5, "c": 0}
    assert found.total == WITHHELD


def test_as_a_day_goes_on_its_hours_tell_no_few_to_who_has_both_answers() -> None:
    """A smaller hour than the one that is withheld must not take its place."""
    before = listed({4: 3, 5: 12, 6: 30, 7: 6})
    after = listed({4: 3, 5: 12, 6: 30, 7: 9})
    assert before.figures[5] == after.figures[5] == WITHHELD
    assert after.figures[7] == 9


def test_without_a_few_all_is_exact() -> None:
    found = listed({"a": 5, "b": 0})
    assert (found.figures, found.total) == ({"a": 5, "b": 0}, 5)


def values(figure: Figure) -> Iterator[int]:
    """Yield what a figure may stand for, as far as it says itself."""
    if figure is FEW:
        yield from range(1, 5)
    elif figure is WITHHELD:
        yield from range(MOST)
    else:
        assert isinstance(figure, int)
        yield figure


def fits(figure: Figure, count: int) -> bool:
    return figure is WITHHELD or (1 <= count <= 4 if figure is FEW else figure == count)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=4))
@example([1, 1, 1, 1])
@example([4, 4])
@example([1, 8])
def test_no_sum_gives_a_few_away(counts: list[int]) -> None:
    found = listed(dict(enumerate(counts)))
    figures = list(found.figures.values())
    possible: list[set[int]] = [set() for _ in counts]
    for guess in product(*(values(figure) for figure in figures)):
        if fits(found.total, sum(guess)):
            for seen, value in zip(possible, guess, strict=True):
                seen.add(value)
    for figure, seen, count in zip(figures, possible, counts, strict=True):
        assert count in seen
        assert figure is not FEW or seen == {1, 2, 3, 4}


BEYOND = 28
"""More than any count at which the rules still turn."""
Told = Callable[[dict[int, int]], tuple[Figure, ...]]


def of_list(counts: dict[int, int]) -> tuple[Figure, ...]:
    found = listed(counts)
    return (*found.figures.values(), found.total)


def of_parts(counts: dict[int, int]) -> tuple[Figure, ...]:
    total = listed({0: sum(counts.values())}).figures[0]
    return (*parts(counts, total).values(), total)


@pytest.mark.parametrize("told", [of_list, of_parts])
def test_who_knows_these_rules_too_learns_no_few(told: Told) -> None:
    """Go through all days, and see of which ones these rules give the same answer."""
    answers: dict[tuple[Figure, ...], list[tuple[int, ...]]] = {}
    for counts in product(range(BEYOND), repeat=3):
        answers.setdefault(told(dict(enumerate(counts))), []).append(counts)
    for said, days in answers.items():
        if any(BEYOND - 1 in counts for counts in days):
            continue  # others like it were not asked for
        for figure, seen in zip(said[:-1], zip(*days, strict=True), strict=True):
            assert figure is not FEW or {*seen} == {1, 2, 3, 4}, said
