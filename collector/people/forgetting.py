"""Forgetting: what the ledger has deleted goes here too, and epochs that nothing uses.

No key is needed, so it goes on while the vault is locked. What is deleted is overwritten in the
file, and the caller scrubs the write-ahead log (`Database.scrub`).
"""

from collections.abc import Iterable, Sequence

import msgspec

from collector.database.ports import Session
from collector.localday import midnight
from collector.people import persons, sightings
from collector.trace import watching
from collector.trace.entries import How

CHUNK = 5_000
"""Sightings looked at in one transaction."""
TABLES = (
    *("sighting", "stay", "reach", "alias", "fields", "person", "merge", "origin", "team"),
    *("unpaired", "timed", "held_fields", "held_stay", "hold", "registered"),
)
"""Where something is deleted."""
_GOING = (
    "SELECT s.person, s.at, s.mark, s.seq, s.epoch,"
    " CASE WHEN EXISTS (SELECT 1 FROM going g WHERE g.mark = s.mark"
    " AND s.seq BETWEEN g.first AND g.last) THEN 1 ELSE 0 END"
    " FROM sighting s WHERE s.day = ? AND (s.person, s.at, s.mark, s.seq) > (?, ?, ?, ?)"
    " ORDER BY s.person, s.at, s.mark, s.seq LIMIT ?"
)
_DELETE = "DELETE FROM sighting WHERE day = ? AND person = ? AND at = ? AND mark = ? AND seq = ?"
_STAYING = (
    "SELECT 1 FROM sighting s WHERE s.day = ? AND NOT EXISTS (SELECT 1 FROM going g"
    " WHERE g.mark = s.mark AND s.seq BETWEEN g.first AND g.last) LIMIT 1"
)
_MERGED = (
    "SELECT s.mark, s.seq FROM sighting s JOIN origin o ON o.mark = s.mark AND o.seq = s.seq"
    " WHERE s.day = ? AND s.person > ? AND s.person <= ?"
)
_SOME = " FROM sighting s WHERE s.day = ? AND s.person > ? AND s.person <= ?"
Place = tuple[int, int, int, int]
START: Place = (-1, 0, 0, 0)


class Step(msgspec.Struct, frozen=True):
    """What one step over a day has deleted, and where the next one begins."""

    deleted: int
    next: Place | None
    """None at the day's end."""


def expect(session: Session, mark: int, range_: tuple[int, int], day: int) -> None:
    """Note that the ledger has deleted a range of a journal, mostly of that day."""
    session.run(
        "INSERT INTO going (mark, first, last, day) VALUES (?, ?, ?, ?) ON CONFLICT (mark, first)"
        " DO UPDATE SET last = excluded.last, day = excluded.day WHERE excluded.last > going.last",
        (mark, *range_, day),
    )


def days(session: Session) -> tuple[int, ...]:
    """Return the days that must be walked for what is going.

    A record's time may be known otherwise here than where it was deleted: every day up to the last
    of them is walked, and the one after it.
    """
    ((last,),) = session.rows("SELECT MAX(day) FROM going")
    if last is None:
        return ()
    return tuple(day for day in sightings.days(session) if day <= last + 1)


def step(session: Session, day: int, after: Place = START) -> Step:
    """Delete what is going of a day, a few thousand sightings at most."""
    rows = session.rows(_GOING, (day, *after, CHUNK))
    gone = [row for row in rows if row[5]]
    session.many(_DELETE, [(day, *row[:4]) for row in gone])
    session.many(
        "DELETE FROM origin WHERE mark = ? AND seq = ?", [(row[2], row[3]) for row in gone]
    )
    uses: dict[int, int] = {}
    for row in gone:
        uses[row[4]] = uses.get(row[4], 0) + 1
    for epoch, count in uses.items():
        session.run("UPDATE epoch SET uses = uses - ? WHERE id = ?", (count, epoch))
    touched = tuple(dict.fromkeys(int(row[0]) for row in gone))
    lost = set(_unseen(session, touched, day))
    for person in lost:
        forget(session, person)
    _unpair(session, (each for each in touched if each not in lost))
    return Step(len(gone), rows[-1][:4] if len(rows) == CHUNK else None)


def is_whole(session: Session, day: int) -> bool:
    """Say whether every sighting of a day is going."""
    return not session.rows(_STAYING, (day,))


def chunk(session: Session, day: int, after: int) -> int | None:
    """Delete a few thousand sightings of a day that is going as a whole, of persons after one.

    Returns the last person of them, None at the day's end.
    """
    asked = "SELECT person FROM sighting WHERE day = ? AND person > ? ORDER BY person"
    last = session.rows(f"{asked} LIMIT 1 OFFSET ?", (day, after, CHUNK))
    part = (day, after, int(last[0][0]) if last else 2**62)
    uses = session.rows(f"SELECT s.epoch, COUNT(*){_SOME} GROUP BY s.epoch", part)
    later = "SELECT 1 FROM stay t WHERE t.person = s.person AND t.day > ?"
    doubtful = session.rows(
        f"SELECT DISTINCT s.person{_SOME} AND NOT EXISTS ({later})", (*part, day)
    )
    merged = session.rows(_MERGED, part)
    session.many("DELETE FROM origin WHERE mark = ? AND seq = ?", merged)
    session.run(
        f"INSERT INTO unpaired (person) SELECT DISTINCT s.person{_SOME} ON CONFLICT DO NOTHING",
        part,
    )
    session.run("DELETE FROM sighting WHERE day = ? AND person > ? AND person <= ?", part)
    for epoch, count in uses:
        session.run("UPDATE epoch SET uses = uses - ? WHERE id = ?", (count, epoch))
    for person in _gone(session, [each for (each,) in doubtful]):
        forget(session, person)
    return part[2] if last else None


def _unseen(session: Session, persons: Sequence[int], day: int) -> tuple[int, ...]:
    """Return those of whom no sighting is left; who has a later stay was seen, which is quick."""
    later = "SELECT 1 FROM stay WHERE person = ? AND day > ? LIMIT 1"
    doubtful = [person for person in persons if not session.rows(later, (person, day))]
    return _gone(session, doubtful)


def _gone(session: Session, persons: Sequence[int]) -> tuple[int, ...]:
    """Return those of whom nothing is left: no sighting, and no registration."""
    registered = (
        "SELECT 1 FROM registered JOIN person ON person.id = registered.person"
        " WHERE person.id = ? OR (person.whole = ? AND person.whole <> person.id) LIMIT 1"
    )
    return tuple(
        each
        for each in sightings.unseen(session, persons)
        if not session.rows(registered, (each, each))
    )


def clear(session: Session, day: int) -> None:
    """Delete the stays of a day of which no sighting is left, all at once.

    Only those who were there at its end, or left unseen on the next, are paired again.
    """
    if session.rows("SELECT 1 FROM sighting WHERE day <= ? LIMIT 1", (day,)):
        return
    asked = (
        "SELECT DISTINCT person FROM stay WHERE day <= ? AND in_lo + stayed + out_span > ?"
        " UNION SELECT person FROM stay WHERE day = ? AND how = ?"
    )
    values = (day, midnight(day + 1), day + 1, int(How.UNENTERED))
    found = [int(row[0]) for row in session.rows(asked, values)]
    session.run("DELETE FROM unpaired")
    session.run("DELETE FROM stay WHERE day <= ?", (day,))
    _unpair(session, found)


def unpaired(session: Session, limit: int) -> tuple[int, ...]:
    """Return persons whose stays must be made again."""
    asked = "SELECT person FROM unpaired ORDER BY person LIMIT ?"
    return tuple(int(row[0]) for row in session.rows(asked, (limit,)))


def paired(session: Session, persons: Iterable[int]) -> None:
    """Note that their stays were made again."""
    session.many("DELETE FROM unpaired WHERE person = ?", [(each,) for each in persons])


def _unpair(session: Session, persons: Iterable[int]) -> None:
    session.many(
        "INSERT INTO unpaired (person) VALUES (?) ON CONFLICT DO NOTHING",
        [(each,) for each in persons],
    )


def done(session: Session) -> None:
    """Note that all that was going is gone, and sweep what hung on it."""
    session.run("DELETE FROM going")
    sweep(session)
    session.run("DELETE FROM timed WHERE NOT EXISTS (SELECT 1 FROM sighting)")
    first = sightings.days(session)
    session.run("DELETE FROM reach WHERE day < ?", (first.start if first else 2**31,))
    if first:
        watching.forget_before(session, midnight(first.start))


def sweep(session: Session) -> None:
    """Delete the aliases of whoever was forgotten: no index leads to them."""
    session.run(
        "DELETE FROM alias WHERE NOT EXISTS (SELECT 1 FROM person WHERE person.id = alias.person)"
    )


def forget(session: Session, person: int) -> None:
    """Delete all that is left of a whole; its aliases go when all is done."""
    for part in persons.parts(session, person):
        session.run("DELETE FROM fields WHERE person = ?", (part,))
        session.run("DELETE FROM merge WHERE kept = ? OR joined = ?", (part, part))
        session.run("DELETE FROM person WHERE id = ?", (part,))
    for table in ("stay", "team", "unpaired"):
        session.run(f"DELETE FROM {table} WHERE person = ?", (person,))  # noqa: S608


def spent(session: Session, current: int) -> tuple[int, ...]:
    """Return the epochs before `current` that no sighting uses and that are not destroyed."""
    asked = "SELECT id FROM epoch WHERE id < ? AND uses = 0 AND destroyed_ms IS NULL ORDER BY id"
    return tuple(int(row[0]) for row in session.rows(asked, (current,)))


def destroy(session: Session, epochs: Sequence[int], kinds: Iterable[int], at_ms: int) -> None:
    """Delete what was keyed under these epochs; the caller destroys their keys."""
    each_kind = tuple(kinds)
    for epoch in epochs:
        for kind in each_kind:
            session.run("DELETE FROM alias WHERE kind = ? AND epoch = ?", (kind, epoch))
        session.run("DELETE FROM fields WHERE epoch = ?", (epoch,))
        session.run("UPDATE epoch SET destroyed_ms = ? WHERE id = ?", (at_ms, epoch))
