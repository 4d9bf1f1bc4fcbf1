"""Opening hours on one line, as they stand in a spreadsheet's cell. Pure.

`mon-sat 07:00-11:30; mon-fri 13:00-17:00; closed 2027-02-06`, or in Vietnamese
`T2-T7 07:00-11:30; T2-T6 13:00-17:00; nghỉ 06/02/2027`. Several days stand apart by commas. An hour
may be written `7h` and `7h30` too, as it mostly is, and a day that is closed in either way.
"""

import re

from collector.localday import year_first
from wire.openinghours import WEEK, Hours, Opening

_VIETNAMESE = dict(zip(("t2", "t3", "t4", "t5", "t6", "t7", "cn"), WEEK, strict=True))
_TIME = r"(\d{1,2})(?::(?=\d)|h)(\d\d)?"
_TIMES = re.compile(rf"{_TIME}\s*[-\u2013]\s*{_TIME}")
_CLOSED = ("closed", "nghỉ")


def read(text: str) -> Hours | None:
    """Read hours; None for an empty text. Raises ValueError for what says none."""
    openings: list[Opening] = []
    closed: list[str] = []
    for part in (each.strip() for each in text.split(";")):
        days, _, rest = part.partition(" ")
        if days.casefold() in _CLOSED:
            closed += map(year_first, rest.replace(",", " ").split())
        elif part:
            openings.append(_opening(days, rest.strip()))
    return Hours(tuple(openings), tuple(closed)) if openings or closed else None


def spell(hours: Hours | None) -> str:
    """Spell hours so that `read` gives them back."""
    if hours is None:
        return ""
    parts = [f"{','.join(each.days)} {each.opens}-{each.closes}" for each in hours.openings]
    return "; ".join([*parts, *(["closed " + " ".join(hours.closed)] if hours.closed else [])])


def _opening(days: str, times: str) -> Opening:
    found = _TIMES.fullmatch(times)
    if not found:
        msg = "no times"
        raise ValueError(msg)
    hour, minute, last_hour, last_minute = (each or "00" for each in found.groups())
    opens, closes = f"{hour.zfill(2)}:{minute}", f"{last_hour.zfill(2)}:{last_minute}"
    return Opening(tuple(_days(each) for each in days.split(",") if each), opens, closes)


def _days(text: str) -> str:
    """Return a day or a range of days in the words of the wire."""
    parts = re.split(r"[-\u2013]", text.casefold())
    return "-".join(_VIETNAMESE.get(part, part) for part in parts)
