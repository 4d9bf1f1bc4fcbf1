"""How many came in today by the hour: of the district, and of each gate. Pure.

Both are shown, on different pages, so they are told together: the hour of the district less the
hours of the other gates gives no few, and neither do the hours of all gates together.
"""

from collections.abc import Iterable, Mapping

import msgspec

from collector.figures import discretion
from collector.figures.discretion import Figure
from collector.figures.tally import Day, Tally, local_slot


class Whole(msgspec.Struct, frozen=True):
    """The district's hours, and their sum."""

    hours: Mapping[int, Figure]
    total: Figure


Entries = Mapping[str, Mapping[int, int]]
"""How many came in, by gate and hour."""


def entries(gates: Iterable[str], tally: Tally, now_ms: int) -> Entries:
    """Return how many came in today at each gate, as far as the day has gone; not to be shown."""
    today, slot = local_slot(now_ms)
    return {gate: _hours(tally.days.get(gate, {}).get(today), slot // 4) for gate in gates}


def whole(found: Entries) -> Whole:
    """Return what all gates come to."""
    hours = sorted({hour for counts in found.values() for hour in counts})
    (told,) = discretion.lists([{hour: _at(found, hour) for hour in hours}])
    return Whole({hour: told.figures[hour] for hour in hours}, told.total)


def of_gate(found: Entries, gate: str) -> Mapping[int, Figure]:
    """Return the hours of one of the gates, beside the district's and those of all others."""
    return {
        hour: discretion.parts({each: counts[hour] for each, counts in found.items()}, figure)[gate]
        for hour, figure in whole(found).hours.items()
    }


def _hours(day: Day | None, until: int) -> Mapping[int, int]:
    return {
        hour: sum(day.ins[hour * 4 : hour * 4 + 4]) if day is not None else 0
        for hour in range(until + 1)
    }


def _at(found: Entries, hour: int) -> int:
    return sum(counts[hour] for counts in found.values())
