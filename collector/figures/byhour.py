"""How many came in today by the hour: of the district, and of each gate. Pure.

Both are shown, on different pages, so they are told together: the hour of the district less the
hours of the other gates gives no few, and neither do the hours of all gates together.
"""

from collections.abc import Iterable, Mapping

import msgspec

from collector.figures import discretion
from collector.figures.discretion import Figure
from collector.figures.tally import SLOTS_AN_HOUR, Day, Tally, in_hour, local_slot


class Whole(msgspec.Struct, frozen=True):
    """The district's hours, and their sum."""

    hours: Mapping[int, Figure]
    total: Figure


class Entries(msgspec.Struct, frozen=True):
    """How many came in, by gate and hour; not to be shown."""

    hours: int
    """Of the day, as far as it has gone."""
    gates: Mapping[str, Mapping[int, int]]


def entries(listed: Iterable[str], tally: Tally, now_ms: int) -> Entries:
    """Return how many came in today at each gate that is listed, or has counted somebody today.

    A gate that leaves the list in the middle of a day stays in the sums of it: the sum of before
    less that of after would tell what this gate had.
    """
    today, slot = local_slot(now_ms)
    hours = slot // SLOTS_AN_HOUR + 1
    counted = (gate for gate, days in tally.days.items() if today in days)
    gates = sorted({*listed, *counted})
    return Entries(
        hours, {gate: _hours(tally.days.get(gate, {}).get(today), hours) for gate in gates}
    )


def whole(found: Entries) -> Whole:
    """Return what all gates come to."""
    counts = {hour: sum(each[hour] for each in found.gates.values()) for hour in range(found.hours)}
    told = discretion.listed(counts)
    return Whole({hour: told.figures[hour] for hour in counts}, told.total)


def of_gate(found: Entries, gate: str) -> Mapping[int, Figure]:
    """Return the hours of one of the gates, beside the district's and those of all others.

    Of a gate that is not listed and has counted nobody there are none.
    """
    if gate not in found.gates:
        return {}
    return {
        hour: discretion.parts(_at(found, hour), figure)[gate]
        for hour, figure in whole(found).hours.items()
    }


def _hours(day: Day | None, hours: int) -> Mapping[int, int]:
    return {hour: in_hour(day.ins, hour) if day is not None else 0 for hour in range(hours)}


def _at(found: Entries, hour: int) -> Mapping[str, int]:
    return {gate: counts[hour] for gate, counts in found.gates.items()}
