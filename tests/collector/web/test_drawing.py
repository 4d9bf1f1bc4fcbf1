"""The pictures of a trace fit the screen that shows them, from a phone upwards."""

import itertools

import pytest

from collector.trace.entries import Doubt, How, Visit
from collector.web.casework import drawing
from tests.collector.web.conftest import NOW
from tests.collector.web.desk import DAY, HOUR, MARKET, SICK


def visit(at: int, hours: int) -> Visit:
    out = at + hours * HOUR
    return Visit(SICK, MARKET, at, at, out, out, How.SEEN, Doubt(0), 3, (1, 1))


@pytest.mark.parametrize("days", [1, 2, 7, 8, 14, 15, 16, 29, 60, 366])
def test_a_timeline_of_any_length_lies_within_its_width_and_its_days_can_be_read(days: int) -> None:
    drawn = drawing.timeline([visit(NOW, 1), visit(NOW + (days - 1) * DAY, 2)])
    labels = [tick.x for tick in drawn.ticks if tick.label]
    assert len(drawn.ticks) <= 2 * drawing.LABELS + 1
    assert 1 <= len(labels) <= drawing.LABELS + 1
    assert all(later - one >= 100 / 9 for one, later in itertools.pairwise(labels)), (
        "37 points, on a phone"
    )
    ends = [bar.x + bar.width for bar in drawn.bars]
    assert all(bar.x >= 0 and bar.width > 0 for bar in drawn.bars)
    assert max(*ends, *labels) <= 100
