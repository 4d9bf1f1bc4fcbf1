"""Person rows, and which of them are one.

A row is an arbitrary number. Merges make a forest: of each row one knows the *whole*, the row at
its root. Aliases and fields stay at the row they came to, which is a *part* of the whole; sightings
and stays stand at the whole, so that a trace need not ask. Undoing a merge cuts one edge, and
every row goes back to where the rest of the forest puts it.
"""

import secrets
from collections.abc import Iterable, Sequence

from collector.database.ports import Session
from collector.errors import MergeRefused, PersonUnknown
from collector.people import sightings
from collector.people.entries import Merge

BITS = 40
MAX_PARTS = 100
"""Rows that can be one. Who needs more shows codes of other people."""

_MERGE = (
    "SELECT id, kept, joined, officer, case_number, reason, at_ms, undone_ms, undone_by FROM merge"
)


def made(session: Session) -> int:
    """Make a person row and return its number."""
    while True:
        person = secrets.randbelow(2**BITS - 1) + 1
        asked = "INSERT INTO person (id, whole) VALUES (?, ?) ON CONFLICT DO NOTHING"
        if session.run(asked, (person, person)):
            return person


def whole(session: Session, part: int) -> int:
    """Return the person that a row is part of; raise PersonUnknown for a row that is not there."""
    found = session.rows("SELECT whole FROM person WHERE id = ?", (part,))
    if not found:
        msg = str(part)
        raise PersonUnknown(msg)
    return int(found[0][0])


def parts(session: Session, person: int) -> tuple[int, ...]:
    """Return the rows that are one with the whole `person`, itself first."""
    asked = "SELECT id FROM person WHERE whole = ? AND whole <> id ORDER BY id"
    return (person, *(int(row[0]) for row in session.rows(asked, (person,))))


def wholes(session: Session, rows: Sequence[int]) -> tuple[int, ...]:
    """Return of each row the person that it is part of; raise PersonUnknown for one not there."""
    marks = ", ".join("?" * len(rows))
    asked = f"SELECT id, whole FROM person WHERE id IN ({marks})"  # noqa: S608
    found: dict[int, int] = dict(session.rows(asked, rows))
    for row in rows:
        if row not in found:
            raise PersonUnknown(str(row))
    return tuple(found[row] for row in rows)


def all_parts(session: Session, people: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the rows that are one with each of the wholes, itself first."""
    marks = ", ".join("?" * len(people))
    asked = (
        f"SELECT whole, id FROM person WHERE whole IN ({marks}) AND whole <> id"  # noqa: S608
        " ORDER BY whole, id"
    )
    found: dict[int, list[int]] = {person: [person] for person in people}
    for person, row in session.rows(asked, people):
        found[person].append(row)
    return {person: tuple(rows) for person, rows in found.items()}


def merges(session: Session, persons: Sequence[int]) -> tuple[Merge, ...]:
    """Return every merge that touches one of these rows, undone ones too, in their order."""
    marks = ", ".join("?" * len(persons))
    asked = f"{_MERGE} WHERE kept IN ({marks}) OR joined IN ({marks}) ORDER BY id"
    return tuple(Merge(*row) for row in session.rows(asked, (*persons, *persons)))


def merge(session: Session, number: int) -> Merge:
    """Return one merge; raise MergeRefused if there is none of that number."""
    found = session.rows(f"{_MERGE} WHERE id = ?", (number,))
    if not found:
        msg = str(number)
        raise MergeRefused(msg)
    return Merge(*found[0])


def kept_apart(session: Session, one: int, other: int) -> bool:
    """Say whether an officer has taken these two wholes apart."""
    ours, theirs = set(parts(session, one)), set(parts(session, other))
    return any(
        each.undone_ms is not None
        and (
            (each.kept in ours and each.joined in theirs)
            or (each.kept in theirs and each.joined in ours)
        )
        for each in merges(session, sorted(ours))
    )


def join(
    session: Session, kept: int, joined: int, officer: str, why: tuple[int, bytes], at_ms: int
) -> int:
    """Make two wholes one; `why` is (case, reason). Return the number of the merge.

    Raises MergeRefused if either is no whole, or both are the same.
    """
    if kept == joined or whole(session, kept) != kept or whole(session, joined) != joined:
        msg = f"{kept}, {joined}"
        raise MergeRefused(msg)
    if len(parts(session, kept)) + len(parts(session, joined)) > MAX_PARTS:
        msg = f"{kept}, {joined}"
        raise MergeRefused(msg)
    asked = (
        "INSERT INTO merge (kept, joined, officer, case_number, reason, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
    )
    number = int(session.rows(asked, (kept, joined, officer, *why, at_ms))[0][0])
    _settle(session, {kept, joined})
    return number


def part(session: Session, number: int, officer: str, at_ms: int) -> tuple[int, ...]:
    """Undo a merge; return the wholes that there are now of those it had joined."""
    undone = merge(session, number)
    asked = "UPDATE merge SET undone_ms = ?, undone_by = ? WHERE id = ? AND undone_ms IS NULL"
    before = whole(session, undone.kept)
    if not session.run(asked, (at_ms, officer, number)):
        msg = str(number)
        raise MergeRefused(msg)
    return _settle(session, {before})


def _settle(session: Session, wholes: Iterable[int]) -> tuple[int, ...]:
    """Put every row of these wholes, and its sightings, where the forest says."""
    of = {each: parts(session, each) for each in wholes}
    rows = [row for each in of.values() for row in each]
    above = {each.joined: each.kept for each in merges(session, rows) if each.undone_ms is None}
    found = {row: _root(row, above) for row in rows}
    for row, root in found.items():
        session.run("UPDATE person SET whole = ? WHERE id = ?", (root, row))
        session.run(
            "INSERT INTO team (team, person) SELECT team, ? FROM team WHERE person = ?"
            " ON CONFLICT DO NOTHING",
            (root, row),
        )
    for person, its in of.items():
        if any(found[row] != person for row in its):
            _move(session, person, found)
    return tuple(dict.fromkeys(found.values()))


def _move(session: Session, person: int, wholes: dict[int, int]) -> None:
    """Move the sightings at `person` to the whole of the part that was seen."""
    for each in sightings.of_person(session, person, sightings.days(session)):
        key = (each.seen.mark, each.seen.seq)
        found = session.rows("SELECT part FROM origin WHERE mark = ? AND seq = ?", key)
        row = int(found[0][0]) if found else person
        root = wholes[row]
        if root != person:
            sightings.move(session, each, root)
        if root == row:
            session.run("DELETE FROM origin WHERE mark = ? AND seq = ?", key)
        else:
            remember(session, *key, row)


def remember(session: Session, mark: int, seq: int, row: int) -> None:
    """Note which part of a whole a record has seen."""
    session.run(
        "INSERT INTO origin (mark, seq, part) VALUES (?, ?, ?)"
        " ON CONFLICT (mark, seq) DO UPDATE SET part = excluded.part",
        (mark, seq, row),
    )


def _root(row: int, above: dict[int, int]) -> int:
    while row in above:
        row = above[row]
    return row
