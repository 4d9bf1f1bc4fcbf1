"""Aliases: from the MAC of an identifier to a person row.

A MAC is under the key of one epoch. Somebody who is seen again after an epoch has turned is found
under the old key and gets an alias under the new one beside it, so that the old one may go.
"""

import functools
import operator
from collections.abc import Sequence

from collector.database.ports import Session
from collector.people import persons
from collector.people.entries import Found, Kind, Mac, Strength

CHUNK = 100
"""MACs in one question."""


def found(session: Session, macs: Sequence[Mac]) -> tuple[Found, ...]:
    """Return every person row that one of the MACs leads to, none twice for one kind."""
    rows = []
    for at in range(0, len(macs), CHUNK):
        some = macs[at : at + CHUNK]
        marks = ", ".join(["(?, ?, ?)"] * len(some))
        asked = (
            "SELECT person.whole, person.id, kind, MIN(strength)"  # noqa: S608  # marks only
            " FROM alias JOIN person ON person.id = alias.person"
            f" WHERE (kind, epoch, mac) IN (VALUES {marks})"
            " GROUP BY person.whole, person.id, kind"
        )
        rows += session.rows(
            asked, [part for each in some for part in (each.kind, each.epoch, each.mac)]
        )
    best: dict[tuple[int, int, Kind], Strength] = {}
    for person, row, kind, strength in rows:
        key = (int(person), int(row), Kind(kind))
        best[key] = min(best.get(key, Strength.POSSIBLE), Strength(strength))
    return tuple(Found(*key, strength) for key, strength in sorted(best.items()))


def add(session: Session, person: int, macs: Sequence[Mac]) -> None:
    """Enter MACs for the row `person`; what was known better stays so."""
    session.many(
        "INSERT INTO alias (kind, epoch, mac, person, strength) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, epoch, mac, person) DO UPDATE SET strength = excluded.strength"
        " WHERE excluded.strength < alias.strength",
        [(int(each.kind), each.epoch, each.mac, person, int(each.strength)) for each in macs],
    )
    kinds = functools.reduce(operator.or_, (1 << each.kind for each in macs), 0)
    session.run("UPDATE person SET kinds = kinds | ? WHERE id = ?", (kinds, person))


def holder(session: Session, macs: Sequence[Mac], epoch: int, at_ms: int) -> tuple[int, Kind]:
    """Return the row that these identifiers are of, and which led to it; make it if need be.

    `macs` holds each identifier under every epoch that lives, the strongest first. Where one code
    names two persons, they are one from now on, and that is a merge that can be undone; two that an
    officer took apart stay apart. The aliases under `epoch` are entered.
    """
    joining = [each for each in macs if each.strength.joins]
    fresh = [each for each in macs if each.epoch == epoch]
    ranked = sorted(
        (each for each in found(session, joining) if each.strength.joins),
        key=lambda each: each.kind,
    )
    if not ranked:
        person = persons.made(session)
        add(session, person, fresh)
        return person, fresh[0].kind if fresh else Kind.NONE
    first = ranked[0]
    for other in ranked[1:]:
        _joined(session, first, other, at_ms)
    add(session, first.part, fresh)
    return first.part, first.kind


def _joined(session: Session, first: Found, other: Found, at_ms: int) -> None:
    """Make the two one where one code may say so."""
    kept, joined = persons.whole(session, first.part), persons.whole(session, other.part)
    if kept == joined or persons.kept_apart(session, kept, joined):
        return
    if other.kind is Kind.FORMER and _numbered(session, joined):
        return  # nine digits were given out twice: two who have a card each are two
    if len(persons.parts(session, kept)) + len(persons.parts(session, joined)) > persons.MAX_PARTS:
        return
    persons.join(session, kept, joined, "", (0, b""), at_ms)


def _numbered(session: Session, person: int) -> bool:
    """Say whether a citizen's card was seen of the whole."""
    asked = (
        "SELECT kinds FROM person WHERE id = ?"
        " UNION ALL SELECT kinds FROM person WHERE whole = ? AND whole <> id"
    )
    found = session.rows(asked, (person, person))
    return any(int(row[0]) & 1 << Kind.NUMBER for row in found)
