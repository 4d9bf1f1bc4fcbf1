"""Whether a place is open, and which day it is there.

The clock is given, and believed: whether it may be is for the judge.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from wire.openinghours import DAY_MIN, Hours

LAST_MS = 253_402_000_000_000
"""A day before the calendar's end: a clock beyond it is one that can't be shown as a date."""


def local(wall_ms: int, zone: str) -> dt.datetime:
    """Return the local time of a wall clock in milliseconds since 1970, UTC."""
    return dt.datetime.fromtimestamp(min(wall_ms, LAST_MS) / 1000, ZoneInfo(zone))


def is_open(hours: Hours, at: dt.datetime) -> bool:
    """Say whether the place is open at its local time `at`.

    What crosses midnight belongs to the day on which it began, a closed day too.
    """
    minute = at.hour * 60 + at.minute
    today, yesterday = at.date(), at.date() - dt.timedelta(days=1)
    if not hours.openings:
        return today.isoformat() not in hours.closed
    return _covers(hours, today, minute) or _covers(hours, yesterday, minute + DAY_MIN)


def _covers(hours: Hours, day: dt.date, minute: int) -> bool:
    """Say whether an opening that begins on `day` covers the minute after its midnight."""
    if day.isoformat() in hours.closed:
        return False
    for opening in hours.openings:
        begin, end = opening.minutes
        if day.weekday() in opening.weekdays and begin <= minute < end:
            return True
    return False
