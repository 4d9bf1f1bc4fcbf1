"""Sightings: an accepted scan of somebody, with the bounds of its time.

The table is the trace's (collector/trace/tables.py) and has no index but its key, which begins with
the day: a person's sightings are found by asking each day. There are few days, since all but the
last weeks are deleted.
"""

from collections.abc import Iterable, Sequence

import msgspec

from collector.database.ports import Session
from collector.trace.entries import Flag, Sighting, Way

_INSERT = (
    "INSERT INTO sighting (day, person, at, mark, seq, span, gate, way, flags, link, epoch)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_DAYS = "SELECT (SELECT MIN(day) FROM sighting), (SELECT MAX(day) FROM sighting)"
"""Two questions, each of which the key answers; one for both would read everything."""
_DELETE = "DELETE FROM sighting WHERE day = ? AND person = ? AND at = ? AND mark = ? AND seq = ?"
_OF = (
    "SELECT at, span, sighting.gate, place, way, mark, seq, flags, link, epoch"
    " FROM sighting JOIN gate_key ON gate_key.id = sighting.gate"
    " WHERE day = ? AND person = ? ORDER BY at, mark, seq"
)


class Kept(msgspec.Struct, frozen=True):
    """A sighting as it is in the table."""

    person: int
    epoch: int
    seen: Sighting


def add(session: Session, kept: Iterable[Kept]) -> None:
    """Enter sightings that are not there; the epochs they use count them."""
    uses: dict[int, int] = {}
    for each in kept:
        if session.run(_INSERT, _row(each)):
            uses[each.epoch] = uses.get(each.epoch, 0) + 1
    for epoch, count in uses.items():
        session.run("UPDATE epoch SET uses = uses + ? WHERE id = ?", (count, epoch))


def remove(session: Session, kept: Kept) -> bool:
    """Take one away; return whether it was there."""
    is_gone = bool(session.run(_DELETE, _row(kept)[:5]))
    if is_gone:
        session.run("UPDATE epoch SET uses = uses - 1 WHERE id = ?", (kept.epoch,))
    return is_gone


def days(session: Session) -> range:
    """Return from the first day to the last of which there are sightings."""
    ((first, last),) = session.rows(_DAYS)
    return range(0) if first is None else range(first, last + 1)


def of_person(session: Session, person: int, on: Iterable[int]) -> tuple[Kept, ...]:
    """Return the sightings of a whole on these days, in order of time."""
    return tuple(
        Kept(person, row[9], _sighting(row))
        for day in on
        for row in session.rows(_OF, (day, person))
    )


def _sighting(row: tuple[int, ...]) -> Sighting:
    at, span, gate, place, way, mark, seq, flags, link, _ = row
    return Sighting(at, span, gate, place, Way(way), mark, seq, Flag(flags), link)


def find(session: Session, person: int, mark: int, seq: int) -> Kept | None:
    """Return the sighting of a whole that is of this record."""
    for each in of_person(session, person, days(session)):
        if (each.seen.mark, each.seen.seq) == (mark, seq):
            return each
    return None


def flag(session: Session, kept: Kept, flags: Flag) -> None:
    """Give a sighting further flags."""
    session.run(
        "UPDATE sighting SET flags = ?"
        " WHERE day = ? AND person = ? AND at = ? AND mark = ? AND seq = ?",
        (int(kept.seen.flags | flags), *_row(kept)[:5]),
    )


def move(session: Session, kept: Kept, person: int) -> None:
    """Put a sighting under another whole."""
    session.run(
        "UPDATE sighting SET person = ?"
        " WHERE day = ? AND person = ? AND at = ? AND mark = ? AND seq = ?",
        (person, *_row(kept)[:5]),
    )


def unseen(session: Session, persons: Sequence[int]) -> tuple[int, ...]:
    """Return those of the wholes of whom no sighting is left."""
    on = days(session)
    asked = "SELECT 1 FROM sighting WHERE day = ? AND person = ? LIMIT 1"
    return tuple(
        person for person in persons if not any(session.rows(asked, (day, person)) for day in on)
    )


def _row(kept: Kept) -> tuple[int, ...]:
    seen = kept.seen
    return (
        *(seen.day, kept.person, seen.at, seen.mark, seen.seq, seen.span, seen.gate),
        *(int(seen.way), int(seen.flags), seen.link, kept.epoch),
    )
