"""From the stays of those who are asked about to where others are looked for beside them. Pure.

A frame is a stay with all that a meeting with it is measured by. The rows in which others may be
found are bounded by how far stays reach at that place on each day.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from collector.localday import day_of, midnight
from collector.trace.entries import Question, Stay
from collector.trace.meetings import NEVER, Absence, Break, absence

COLUMNS = (
    *("day", "place", "lo", "hi", "begins", "ends", "sure_from", "sure_to"),
    *("doubts", "calm", "before", "first", "last", "after"),
)
Row = tuple[int, ...]


class Asked(msgspec.Struct, frozen=True):
    """A stay beside which others are looked for."""

    person: int
    """0 where a place is asked about for itself."""
    stay: Stay


def rows(
    asked: Iterable[Asked],
    question: Question,
    reach: Mapping[int, Sequence[tuple[int, int]]],
    breaks: Mapping[int, Sequence[Break]],
) -> list[Row]:
    """Return a row for each day on which others may be found beside each of the stays.

    `reach` has the days of a place on which there are stays, and how far these reach, ms; `breaks`
    the times in which a gate of it did not work.
    """
    days = {place: dict(each) for place, each in reach.items()}
    far = {place: max(each.values(), default=0) for place, each in days.items()}
    found: list[Row] = []
    for each in asked:
        place = each.stay.place
        if place not in days:
            continue
        measures = _measures(each.stay, question, breaks.get(place, ()))
        begins, ends = measures[:2]
        for day in range(day_of(begins - far[place]), day_of(ends) + 1):
            ms = days[place].get(day)
            if ms is not None and midnight(day + 1) + ms > begins:
                found.append((day, place, begins - ms, ends, *measures))
    return sorted(found)


def _measures(stay: Stay, question: Question, breaks: Sequence[Break]) -> Row:
    """Return the bounds of the stay in the window, and when it may have been interrupted."""
    margin = question.rule.margin_ms
    away = absence(stay, breaks) if breaks else Absence()
    calm = away == Absence(0, 0, 0, NEVER)
    return (
        max(stay.in_lo, question.from_ms),
        min(stay.out_hi + margin, question.until_ms),
        max(stay.in_hi, question.from_ms),
        min(stay.out_lo + margin, question.until_ms),
        *(int(stay.doubts), int(calm), away.before, away.first, away.last, away.after),
    )
