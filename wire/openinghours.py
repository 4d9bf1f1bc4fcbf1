"""When a place is open, as a person writes it: days of the week, times of the day, days closed.

Times are the place's own local time. Which time that is, and what happens outside the hours, is
not known here.
"""

import datetime as dt
import enum
import re
from typing import Annotated

import msgspec

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
DAY_MIN = 24 * 60
MAX_OPENINGS = 32
MAX_CLOSED = 400
"""More than a year of single days."""


class Day(enum.StrEnum):
    """A day of the week. Written in policies, so never renamed."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEK = tuple(Day)


class Opening(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"opens": "from", "closes": "until"},
):
    """From one time of the day until another, on some days of the week."""

    days: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=7)]
    """Days, or ranges of them: `mon`, `mon-fri`, `sat-mon`."""
    opens: str
    """`07:00`."""
    closes: str
    """`17:30`, or `24:00`. Not later than `from`: on the next day, as at a night shift."""

    def __post_init__(self) -> None:
        """Refuse what is no day or no time, and what lasts no time at all."""
        if any(_days(each) is None for each in self.days):
            msg = "days are mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri"
            raise ValueError(msg)
        if not _TIME.fullmatch(self.opens) or not _TIME.fullmatch(self.closes):
            msg = "a time is written as 07:30, from 00:00 to 24:00"
            raise ValueError(msg)
        if self.opens == self.closes:
            msg = "from and until are the same; a whole day is from 00:00 until 24:00"
            raise ValueError(msg)
        if self.opens == "24:00":
            msg = "a day begins at 00:00; 24:00 is its end"
            raise ValueError(msg)

    @property
    def weekdays(self) -> frozenset[int]:
        """Return the days on which it begins; Monday is 0."""
        return frozenset().union(*(_days(each) or () for each in self.days))

    @property
    def minutes(self) -> tuple[int, int]:
        """Return begin and end in minutes after the midnight before it begins."""
        begin, end = _minutes(self.opens), _minutes(self.closes)
        return begin, end if end > begin else end + DAY_MIN


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hours of a place. Without any opening it is open always, but on the days closed."""

    openings: Annotated[tuple[Opening, ...], msgspec.Meta(max_length=MAX_OPENINGS)] = ()
    closed: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_CLOSED)] = ()
    """Single days, such as `2027-02-06`. What opened the evening before still ends as usual."""

    def __post_init__(self) -> None:
        """Refuse a day that is none."""
        if not all(_is_date(each) for each in self.closed):
            msg = "a closed day is written as 2027-02-06"
            raise ValueError(msg)


def _days(text: str) -> frozenset[int] | None:
    """Return the days that `text` names, Monday being 0, or None if it names none."""
    first, dash, last = text.partition("-")
    if first not in WEEK or (dash and last not in WEEK):
        return None
    begin = WEEK.index(Day(first))
    length = (WEEK.index(Day(last)) - begin) % 7 if dash else 0
    return frozenset((begin + each) % 7 for each in range(length + 1))


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
