"""Forgetting: what the ledger has deleted goes here too, and epochs that nothing uses.

No key is needed, so it goes on while the vault is locked. What is deleted is overwritten in the
file (secure_delete), and the caller truncates the write-ahead log.
"""

from collections.abc import Sequence

import msgspec

from collector.database.ports import Session
from collector.people import persons, sightings

CHUNK = 2_000
"""Sightings in one transaction."""


class Forgotten(msgspec.Struct, frozen=True):
    """What one step has deleted."""

    sightings: int
    persons: int
    crossed: tuple[int, ...]
    """Whose stay had one end in the range: to be paired again."""


def step(session: Session, mark: int, first: int, last: int) -> Forgotten:
    """Delete the sightings of a range of a journal, with their stays and whoever is left unseen."""
    touched = sightings.persons_of(session, mark, first, last)
    range_ = (mark, first, last)
    counts = session.rows(
        "SELECT epoch, COUNT(*) FROM sighting WHERE mark = ? AND seq BETWEEN ? AND ? GROUP BY epoch",
        range_,
    )
    crossed = _stays(session, range_)
    deleted = session.run("DELETE FROM sighting WHERE mark = ? AND seq BETWEEN ? AND ?", range_)
    for epoch, count in counts:
        session.run("UPDATE epoch SET uses = uses - ? WHERE id = ?", (int(count), int(epoch)))
    gone = sightings.unseen(session, touched)
    for person in gone:
        forget(session, person)
    return Forgotten(deleted, len(gone), tuple(each for each in crossed if each not in gone))


def _stays(session: Session, range_: tuple[int, int, int]) -> tuple[int, ...]:
    """Delete the stays that begin or end with a sighting of the range; return whose had two ends."""
    asked = (
        "DELETE FROM stay WHERE person IN"
        " (SELECT person FROM sighting WHERE mark = ? AND seq BETWEEN ? AND ?)"
        " AND ((in_mark = ? AND in_seq BETWEEN ? AND ?) OR (out_mark = ? AND out_seq BETWEEN ? AND ?))"
        " RETURNING person"
    )
    return tuple(dict.fromkeys(int(row[0]) for row in session.rows(asked, range_ * 3)))


def forget(session: Session, person: int) -> None:
    """Delete all that is left of a whole: its parts, aliases, fields and merges."""
    for part in persons.parts(session, person):
        session.run("DELETE FROM alias WHERE person = ?", (part,))
        session.run("DELETE FROM fields WHERE person = ?", (part,))
        session.run("DELETE FROM merge WHERE kept = ? OR joined = ?", (part, part))
        session.run("DELETE FROM person WHERE id = ?", (part,))
    session.run("DELETE FROM stay WHERE person = ?", (person,))


def spent(session: Session, current: int) -> tuple[int, ...]:
    """Return the epochs before `current` that no sighting uses and that are not destroyed."""
    asked = "SELECT id FROM epoch WHERE id < ? AND uses = 0 AND destroyed_ms IS NULL ORDER BY id"
    return tuple(int(row[0]) for row in session.rows(asked, (current,)))


def destroy(session: Session, epochs: Sequence[int], at_ms: int) -> None:
    """Delete what was keyed under these epochs; the caller destroys their keys."""
    for epoch in epochs:
        session.run("DELETE FROM alias WHERE epoch = ?", (epoch,))
        session.run("DELETE FROM fields WHERE epoch = ?", (epoch,))
        session.run("UPDATE epoch SET destroyed_ms = ? WHERE id = ?", (at_ms, epoch))
