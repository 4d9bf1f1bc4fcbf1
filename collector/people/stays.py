"""Stays are made again where a person's sightings have changed.

What a stay is, the trace says (collector/trace/stays.py). It is asked for all that is left of the
person, which is a few weeks, so the stays are always those of the sightings and of nothing else;
only what is different is written.
"""

import json
import zlib
from collections.abc import Mapping

import msgspec

from collector.database.ports import Session
from collector.people import sightings
from collector.trace.entries import Setting, Stay
from collector.trace.stays import stays
from wire.openinghours import Hours

_COLUMNS = "day, place, in_lo, person, in_span, stayed, out_span, how, doubts"
_INSERT = f"INSERT INTO stay ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_OLD = f"SELECT {_COLUMNS} FROM stay WHERE person = ?"  # noqa: S608
_DELETE = "DELETE FROM stay WHERE day = ? AND place = ? AND in_lo = ? AND person = ?"
_REACH = (
    "INSERT INTO reach (day, place, ms) VALUES (?, ?, ?) ON CONFLICT (day, place)"
    " DO UPDATE SET ms = excluded.ms WHERE excluded.ms > reach.ms"
)


def settings(session: Session) -> Mapping[int, Setting]:
    """Return what pairing goes by at each place."""
    asked = "SELECT id, area, longest_ms, hours FROM place_key"
    return {
        place: Setting(place, area_number(area), longest, _hours(hours))
        for place, area, longest, hours in session.rows(asked)
    }


def area_number(area: str) -> int:
    """Return a number for an area, 0 for none."""
    return zlib.crc32(area.encode()) | 1 if area else 0


def pair(session: Session, person: int, rules: Mapping[int, Setting]) -> None:
    """Make the stays of a whole again."""
    kept = sightings.of_person(session, person, sightings.days(session))
    fresh = {_row(person, each) for each in stays([each.seen for each in kept], rules)}
    old = set(session.rows(_OLD, (person,)))
    session.many(_DELETE, [row[:4] for row in sorted(old - fresh)])
    session.many(_INSERT, sorted(fresh - old))
    session.many(_REACH, [(row[0], row[1], row[5] + row[6]) for row in sorted(fresh - old)])


def _row(person: int, stay: Stay) -> tuple[int, ...]:
    return (
        *(stay.day, stay.place, stay.in_lo, person, stay.in_hi - stay.in_lo),
        *(stay.out_lo - stay.in_lo, stay.out_hi - stay.out_lo, int(stay.how), int(stay.doubts)),
    )


def _hours(text: str) -> Hours:
    return msgspec.convert(json.loads(text), Hours) if text else Hours()
