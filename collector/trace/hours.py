"""When a place closes, as a time. Pure."""

import datetime as dt

from collector.localday import HOUR_MS, MINUTE_MS, day_of, midnight
from wire.openinghours import Hours

EARLY_MS = 3 * HOUR_MS
"""Staff may be there so long before a place opens."""
EPOCH = dt.date(1970, 1, 1)


def closing(hours: Hours, entry_ms: int) -> int | None:
    """Return when the place closes after an entry; None if it does not, or was closed already.

    A break at noon is no closing: people stay. What crosses midnight belongs to the day before.
    """
    today = day_of(entry_ms)
    ends = []
    for day in (today - 1, today):
        opened = _opened(hours, day)
        if opened is not None and opened[0] - EARLY_MS <= entry_ms < opened[1]:
            ends.append(opened[1])
    return max(ends, default=None)


def _opened(hours: Hours, day: int) -> tuple[int, int] | None:
    """Return from when until when the place is open on a local day, breaks included."""
    date = EPOCH + dt.timedelta(days=day)
    if date.isoformat() in hours.closed:
        return None
    minutes = [each.minutes for each in hours.openings if date.weekday() in each.weekdays]
    if not minutes:
        return None
    first, last = min(begin for begin, _ in minutes), max(end for _, end in minutes)
    return midnight(day) + first * MINUTE_MS, midnight(day) + last * MINUTE_MS
