"""The measure over columns is that of two stays, for any stays, doubts and broken gates."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.localday import midnight
from collector.trace import frames, measure
from collector.trace.entries import Doubt, How, Question, Rule, Stay
from collector.trace.frames import Asked
from collector.trace.measure import Near, Others
from collector.trace.meetings import absence, bounds

DAY, PLACE = 20_000, 7
BEGIN = midnight(DAY)


def stay_of(bounds: tuple[int, int, int, int], doubts: int = 0) -> Stay:
    return Stay(PLACE, *bounds, How.SEEN, Doubt(doubts))


WINDOW = (BEGIN + 100, BEGIN + 900)
TIMES = st.lists(st.integers(BEGIN, BEGIN + 1_000), min_size=4, max_size=4).map(sorted)
DOUBTS = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 6])
STAYS = st.builds(
    lambda times, doubts: stay_of((times[0], times[1], times[2], times[3]), doubts), TIMES, DOUBTS
)
BREAKS = st.lists(
    st.lists(st.integers(BEGIN, BEGIN + 1_000), min_size=2, max_size=2, unique=True).map(
        lambda ends: (min(ends), max(ends))
    ),
    max_size=3,
)


def columns(stays: Sequence[tuple[int, Stay]]) -> Others:
    rows = [
        (who, each.in_lo, each.in_hi, each.out_lo, each.out_hi, int(each.doubts))
        for who, each in stays
    ]
    person, in_lo, in_hi, out_lo, out_hi, doubts = np.array(rows, np.int64).reshape(-1, 6).T
    return Others(person, in_lo, in_hi, out_lo, out_hi, doubts)


@given(
    st.lists(STAYS, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(1, 3), STAYS), max_size=6),
    BREAKS,
    st.integers(0, 200),
)
def test_columns_measure_what_two_stays_do(
    indexes: list[Stay], others: list[tuple[int, Stay]], breaks: list[tuple[int, int]], margin: int
) -> None:
    question = Question((9,), *WINDOW, rule=Rule(margin_ms=margin))
    asked = [Asked(9, each) for each in indexes]
    rows = frames.rows(asked, question, {PLACE: [(DAY, 1_000)]}, {PLACE: breaks})
    found = measure.joined(list(measure.near(rows, columns(others))), 0)
    expected: dict[int, list[tuple[int, int, int]]] = {}
    for index in indexes:
        for who, other in others:
            least, most = bounds(index, other, WINDOW, margin, absence(index, breaks))
            if most:
                doubt = int(index.doubts | other.doubts)
                expected.setdefault(who, []).append((least, most, doubt))
    assert found.person.tolist() == sorted(expected)
    for at, who in enumerate(sorted(expected)):
        met = expected[who]
        assert found.least[at] == sum(least for least, _, _ in met)
        assert found.most[at] == sum(most for _, most, _ in met)
        assert found.meetings[at] == len(met)
        assert found.doubts[at] == np.bitwise_or.reduce([doubt for _, _, doubt in met])


def test_pairs_are_measured_in_parts_that_fit_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stay = stay_of((BEGIN + 200, BEGIN + 200, BEGIN + 300, BEGIN + 300))
    rows = frames.rows([Asked(9, stay)] * 5, Question((9,), *WINDOW), {PLACE: [(DAY, 1_000)]}, {})
    others = columns([(1, stay), (2, stay)])
    whole = measure.joined(list(measure.near(rows, others)), 0)
    monkeypatch.setattr(measure, "PAIRS", 3)
    parts = list(measure.near(rows, others))
    assert len(parts) == 5
    assert same(measure.joined(parts, 0), whole)


def same(one: Near, other: Near) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
