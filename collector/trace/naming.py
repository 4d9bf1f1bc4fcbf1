"""By which gates, and by which of a person's codes, a visit is known."""

from collections.abc import Iterable, Sequence

import msgspec

from collector.database.ports import Session
from collector.localday import day_of
from collector.trace.entries import Flag, How, Visit

NUDGE_MS = 10
"""Stays that would begin alike begin some ms apart; see stays.py."""


class Passage(msgspec.Struct, frozen=True):
    """A sighting, as far as a visit is named after it."""

    at: int
    until: int
    link: int
    gate: str


def named(session: Session, visits: Sequence[Visit]) -> tuple[Visit, ...]:
    """Return the visits with the gates that saw entry and exit, and what led to the person."""
    seen = _passages(session, [each for each in visits if each.person])
    return tuple(_named(each, seen.get((each.person, each.where.key), ())) for each in visits)


def _passages(session: Session, visits: Sequence[Visit]) -> dict[tuple[int, int], list[Passage]]:
    if not visits:
        return {}
    persons = sorted({each.person for each in visits})
    days = sorted({day for each in visits for day in _days(each)})
    question = (
        "SELECT s.person, k.place, s.at, s.at + s.span, s.link, k.gate"  # noqa: S608
        " FROM sighting s JOIN gate_key k ON k.id = s.gate"
        f" WHERE s.day IN ({', '.join('?' * len(days))})"
        f" AND s.person IN ({', '.join('?' * len(persons))}) AND s.flags & ? = 0"
        " ORDER BY s.at, s.mark, s.seq"
    )
    found: dict[tuple[int, int], list[Passage]] = {}
    values = (*days, *persons, int(Flag.CANCELLED))
    for person, place, at, until, link, gate in session.rows(question, values):
        found.setdefault((person, place), []).append(Passage(at, until, link, gate))
    return found


def _days(visit: Visit) -> Iterable[int]:
    """Return the days on which entry and exit can have been seen."""
    yield from {day_of(each) for each in (visit.in_lo, visit.in_hi)}
    if visit.how in (How.SEEN, How.UNENTERED):
        yield from {day_of(each) for each in (visit.out_lo, visit.out_hi)}


def _named(visit: Visit, passages: Iterable[Passage]) -> Visit:
    entry = leaving = None
    for each in passages:
        if visit.how is not How.UNENTERED and 0 <= each.at - visit.in_lo <= NUDGE_MS:
            entry = entry or each
        elif visit.how in (How.SEEN, How.UNENTERED) and each.until == visit.out_hi:
            leaving = leaving or each
    known = [each for each in (entry, leaving) if each is not None]
    return msgspec.structs.replace(
        visit,
        links=tuple(dict.fromkeys(each.link for each in known)),
        gates=tuple(dict.fromkeys(each.gate for each in known)),
    )
