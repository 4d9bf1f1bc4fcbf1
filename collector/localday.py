"""Local days: which one a moment is in, when one begins, and how people write one. Pure."""

import re

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
ZONE_MS = 7 * HOUR_MS
"""Of Asia/Ho_Chi_Minh, ahead of UTC: the same all year, and since 1975 always."""


_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def day_of(at_ms: int) -> int:
    """Return the local day of a time: days since 1 January 1970."""
    return (at_ms + ZONE_MS) // DAY_MS


def midnight(day: int) -> int:
    """Return when a local day begins."""
    return day * DAY_MS - ZONE_MS


def year_first(text: str) -> str:
    """Return a day that is written as `6/2/2027` as `2027-02-06`; any other text as it is."""
    found = _DAY_FIRST.fullmatch(text)
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else text


def day_first(text: str) -> str:
    """Return a day that is written as `2027-02-06` as `06/02/2027`; a year alone stays one."""
    return "/".join(reversed(text.split("-")))
