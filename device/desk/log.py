"""The lines of a paper log, as they are typed in later. Pure.

Each line says who, and when they came and went by the clock on the wall; how well that clock was
read is asked once for the sheet. A line becomes one record for each time that stands in it.
"""

import datetime as dt
import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from device.desk import entry
from device.desk.entry import Typed, Why
from device.flow import Credential
from wire.record import Direction, Identity, Told

ROWS = 12
"""Lines on one page, as on a printed sheet (provisioning/logsheet.py)."""
WITHIN_MIN = (5, 15, 30, 60)
"""How far the times on a sheet may be off, in minutes: what can be chosen."""
KEPT_DAYS = 21
"""What is older is not kept anywhere any more."""
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_TIME = re.compile(r"([0-9]{1,2})\s*[:hH.g]\s*([0-9]{2})?")
FIELDS = ("in", "out", "name", "born", "number", "phone")


class Line(msgspec.Struct, frozen=True):
    """Who passed one way, and when the paper says it was."""

    credential: Credential
    identity: Identity
    way: Direction
    told: Told
    number: int
    """Of the line on the page, from 0."""

    def __repr__(self) -> str:
        """Say nothing, so that no log or traceback says who it was."""
        return "<Line>"


def read(typed: Typed, now: dt.datetime) -> tuple[Line, ...]:
    """Return what stands on a sheet, in the order of its lines; raise entry.Wrongs.

    `typed` has `day`, `within`, `looked` (papers were looked at at the door), and each line's
    fields behind its number, such as `name.0`.
    A line in which nothing was typed is passed over.
    """
    wrong: dict[str, Why] = {}
    within = _within(typed, wrong)
    day = _day(typed, now, wrong)
    identity = Identity.SEEN if typed.get("looked") else Identity.DECLARED
    found: list[Line] = []
    for number in range(ROWS):
        row = {field: typed.get(f"{field}.{number}", "") for field in FIELDS}
        if any(value.strip() for value in row.values()):
            found += _lines(row, number, (day, within, identity), now, wrong)
    if not found and not wrong:
        wrong["name.0"] = Why.MISSING
    if wrong:
        raise entry.Wrongs(wrong)
    return tuple(found)


def _lines(
    row: Mapping[str, str],
    number: int,
    sheet: tuple[dt.date, int, Identity],
    now: dt.datetime,
    wrong: dict[str, Why],
) -> list[Line]:
    day, within, identity = sheet
    came = _moment(row, "in", number, day, now, wrong)
    left = _moment(row, "out", number, day, now, wrong)
    if came is None and left is None:
        wrong.setdefault(f"in.{number}", Why.MISSING)
    if came is not None and left is not None and left < came:
        wrong[f"out.{number}"] = Why.BEFORE_ENTRY
    try:
        who = entry.line(row, now.astimezone(ZONE).date())
    except entry.Wrongs as wrongs:
        wrong.update({f"{field}.{number}": why for field, why in wrongs.found.items()})
        return []
    return [
        Line(who, identity, way, Told(at, within * 60_000), number)
        for way, at in ((Direction.IN, came), (Direction.OUT, left))
        if at is not None
    ]


def _moment(
    row: Mapping[str, str],
    field: str,
    number: int,
    day: dt.date,
    now: dt.datetime,
    wrong: dict[str, Why],
) -> int | None:
    """Return the time in a field, ms since 1970; None if there is none, or it cannot be taken."""
    text = row[field].strip()
    if not text:
        return None
    found = _TIME.fullmatch(text)
    try:
        at = dt.time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        at = None
    if at is None:
        wrong[f"{field}.{number}"] = Why.NO_TIME
        return None
    moment = dt.datetime.combine(day, at, ZONE)
    if moment > now and "day" not in wrong:
        wrong[f"{field}.{number}"] = Why.NOT_YET
        return None
    return int(moment.timestamp() * 1000)


def _within(typed: Typed, wrong: dict[str, Why]) -> int:
    text = typed.get("within", "")
    if text in map(str, WITHIN_MIN):
        return int(text)
    wrong["within"] = Why.NO_CHOICE
    return max(WITHIN_MIN)


def _day(typed: Typed, now: dt.datetime, wrong: dict[str, Why]) -> dt.date:
    """Return the day of a sheet, as a browser's field for days or a person spells it."""
    today, text = now.astimezone(ZONE).date(), typed.get("day", "").strip()
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            day = dt.datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
        if day > today:
            wrong["day"] = Why.NOT_YET
        elif day < today - dt.timedelta(days=KEPT_DAYS):
            wrong["day"] = Why.TOO_OLD
        return day
    wrong["day"] = Why.NO_DATE if text else Why.MISSING
    return today
