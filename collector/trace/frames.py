"""From the stays of those who are asked about to where others are looked for beside them. Pure.

A frame is a stay with all that a meeting with it is measured by. The rows in which others may be
found are bounded by how far stays reach at that place on each day.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from collector.trace.entries import Question, Stay, midnight
from collector.trace.meetings import NEVER, Absence, Break, absence

COLUMNS = (
    *("day", "place", "lo", "hi", "begins", "ends", "sure_from", "sure_to"),
    *("doubts", "calm", "before", "first", "last", "after"),
)
CHUNK = 2_000
"""Rows in one statement: SQLite takes 32,766 values."""
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
    found: list[Row] = []
    for each in asked:
        measures = _measures(each.stay, question, breaks.get(each.stay.place, ()))
        begins, ends = measures[:2]
        for day, far in reach.get(each.stay.place, ()):
            if midnight(day) - far < ends and midnight(day + 1) + far > begins:
                found.append((day, each.stay.place, begins - far, ends, *measures))
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


def chunks(found: Sequence[Row]) -> Iterable[Sequence[Row]]:
    """Yield the rows in parts that a statement takes, each day whole in one part."""
    begin = 0
    while begin < len(found):
        end = min(begin + CHUNK, len(found))
        if end < len(found):
            whole = end
            while whole > begin and found[whole - 1][0] == found[end][0]:
                whole -= 1
            end = whole if whole > begin else end
        yield found[begin:end]
        begin = end
