"""From when to when a pass is good: a day, some days, or a period, as people say it.

Dates are meant in the authority's own time. A day ends at its midnight; a period given by two
dates includes both. Knows no clock.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from provisioning.certificates import SINCE
from provisioning.errors import MOMENT, NUMBER, ValueInvalid
from provisioning.i18n import marked

VIETNAM = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh; without summer time, so a fixed offset is exact."""
MAX_DAYS = 366
"""A copy of a code is as good as the code; what helps is that it ends."""
LASTS = marked("let it end after it begins, and within {most} days of that")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")


@dataclass(frozen=True)
class Term:
    """The time in which a pass is good: from `begins`, up to but not including `ends`."""

    begins: datetime
    ends: datetime


def days(count: int, begins: datetime) -> Term:
    """Return `count` times 24 hours; raise ValueInvalid for more than MAX_DAYS, or none."""
    if not 0 < count <= MAX_DAYS:
        raise ValueInvalid(name="days", value=count, takes=NUMBER, least=1, most=MAX_DAYS)
    return Term(begins, begins + timedelta(days=count))


def hours(count: int, begins: datetime) -> Term:
    """Return `count` hours."""
    return Term(begins, begins + timedelta(hours=count))


def day(text: str) -> Term:
    """Return one day, from midnight to midnight; raise ValueInvalid if `text` is no date."""
    if not _DATE.fullmatch(text):
        raise ValueInvalid(name="day", value=text, takes=marked("write a date such as 2027-02-06"))
    begins = moment(text, "day")
    return Term(begins, begins + timedelta(days=1))


def until(begins: datetime, text: str) -> Term:
    """Return the time up to the end of a date, or up to a moment.

    Raises ValueInvalid if that is none, not after `begins`, or more than MAX_DAYS after it.
    """
    ends = moment(text, "until")
    if _DATE.fullmatch(text):
        ends += timedelta(days=1)
    # One more, because "from the first to the same date next year" includes both.
    if not begins < ends <= begins + timedelta(days=MAX_DAYS + 1):
        raise ValueInvalid(name="until", value=text, takes=LASTS, most=MAX_DAYS)
    return Term(begins, ends)


def printed(at: int) -> str:
    """Return a time in seconds since 1970 as it is written on paper."""
    return f"{datetime.fromtimestamp(at, VIETNAM):%d/%m/%Y %H:%M}"


def moment(text: str, name: str = "from") -> datetime:
    """Read an ISO date or time, in Vietnam's time if it names no other; raise ValueInvalid.

    `2026-12-01`, `2026-12-01T07:00` and `2026-12-01T00:00:00Z` are such. `name` is what the error
    calls it.
    """
    try:
        # Older Pythons of those we serve read more forms than they should, such as week dates.
        if not _MOMENT.fullmatch(text):
            raise ValueInvalid(name=name, value=text, takes=MOMENT)
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueInvalid(name=name, value=text, takes=MOMENT) from error
    at = at if at.tzinfo else at.replace(tzinfo=VIETNAM)
    if at < SINCE or at.year > 9000:  # later days cannot be added to
        raise ValueInvalid(name=name, value=text, takes=MOMENT)
    return at
