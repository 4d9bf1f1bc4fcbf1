"""Days and times as officers type and read them: local, day first. Pure."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
EPOCH = date(1970, 1, 1)
DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")


def day(text: str) -> int | None:
    """Return a day, counted from 1970, of `22/11/2026` or `2026-11-22`; None if it is none."""
    local = DAY.fullmatch(text.strip())
    try:
        found = date(*map(int, local.groups()[::-1])) if local else date.fromisoformat(text.strip())
    except ValueError:
        return None
    return (found - EPOCH).days


def moment(text: str) -> int | None:
    """Return a local day and time, as `2026-11-22T07:30`, in ms since 1970; None if it is none."""
    try:
        local = datetime.fromisoformat(text)
        return int(local.replace(tzinfo=LOCAL).timestamp() * 1000) if len(text) == 16 else None
    except (ValueError, OverflowError):
        return None


def minute(ms: int) -> str:
    """Return a moment as `moment` reads it."""
    return f"{at(ms):%Y-%m-%dT%H:%M}"


def field(number: int) -> str:
    """Return a day as a form's date field has it."""
    return (EPOCH + timedelta(days=number)).isoformat()


def shown(number: int) -> str:
    """Return a day as it is read."""
    return f"{EPOCH + timedelta(days=number):%d/%m/%Y}"


def begins(number: int) -> int:
    """Return when a day begins, ms since 1970."""
    at = EPOCH + timedelta(days=number)
    return int(datetime(at.year, at.month, at.day, tzinfo=LOCAL).timestamp() * 1000)


def of(ms: int) -> int:
    """Return the local day of a moment."""
    return (at(ms).date() - EPOCH).days


def at(ms: int) -> datetime:
    """Return a moment by the district's clocks."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(LOCAL)


def stamp(ms: int) -> str:
    """Return a moment as it is printed."""
    return f"{at(ms):%H:%M %d/%m/%Y}"
