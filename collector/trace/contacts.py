"""Who may have been near: others' stays out of the database, measured in memory.

What an officer may not see is left out by a join inside the database, and counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np

from collector.database.numbers import Ints
from collector.database.ports import Session
from collector.errors import QuestionTooWide
from collector.localday import MINUTE_MS
from collector.trace import measure
from collector.trace.entries import Contact, Doubt, Question
from collector.trace.frames import Row
from collector.trace.measure import Near, Others

SPANS = 200
"""Places on days in one statement, whose stays are in memory together."""
WIDTH = 5
PERSONS = 1 << 40
"""More than there will be persons: a spot and a person travel as one number, since what a long
answer costs is its columns."""
FLAGS = 1 << 8
"""More than there are combinations of doubts, which travel with the time stayed."""
MOST = 1_000_000
"""Stays that one answer looks at: more than a few hundred index persons of a fortnight take."""
_OTHERS = (
    "WITH asked (spot, day, place, lo, hi, since) AS (VALUES {spans})"
    " SELECT asked.spot * {persons} + o.person, o.in_lo, o.in_span,"
    " o.stayed * {flags} + o.doubts, o.out_span"
    " FROM asked CROSS JOIN stay o"
    " WHERE o.day = asked.day AND o.place = asked.place"
    " AND o.in_lo > asked.lo AND o.in_lo < asked.hi"
    " AND o.in_lo + o.stayed + o.out_span > asked.since"
    " AND {scope} EXISTS"
    " (SELECT 1 FROM grant_scope g WHERE g.officer = ? AND g.place = asked.place) {others}"
)
Spot = tuple[int, int]
"""A day and a place."""


def ranked(
    session: Session, rows: Sequence[Row], question: Question, officer: str
) -> tuple[Contact, ...]:
    """Return the contacts within the officer's scope, the surest and longest first."""
    parts = list(_near(session, rows, question, officer))
    found = measure.joined(parts, question.rule.min_minutes * MINUTE_MS)
    strangers = ~np.isin(found.person, question.but)
    order = np.lexsort((found.person, -found.most, -found.least))
    columns = (column[order[strangers[order]]].tolist() for column in found)
    known = {each: Doubt(each) for each in np.unique(found.doubts).tolist()}
    return tuple(
        Contact(person, least, most, first, last, meetings, days, known[doubts], question.ring)
        for person, days, least, most, first, last, meetings, doubts in zip(*columns, strict=True)
    )


def beyond(session: Session, rows: Sequence[Row], question: Question, officer: str) -> int:
    """Return how many people may have been near at the places outside the officer's scope."""
    parts = list(_near(session, rows, question, officer, outside=True))
    return len(measure.joined(parts, question.rule.min_minutes * MINUTE_MS).person)


def crowds(session: Session, rows: Sequence[Row], question: Question, officer: str) -> int:
    """Return how many people any of the rows may have been near, whatever the rule says."""
    return len(measure.joined(list(_near(session, rows, question, officer)), 0).person)


def _near(
    session: Session,
    rows: Sequence[Row],
    question: Question,
    officer: str,
    *,
    outside: bool = False,
) -> Iterator[Near]:
    """Yield what others have met, place by place and day by day; raise QuestionTooWide."""
    seen = 0
    asked = {spot: list(those) for spot, those in groupby(rows, key=lambda row: row[:2])}
    spots = list(asked)
    for begin in range(0, len(spots), SPANS):
        some = {spot: asked[spot] for spot in spots[begin : begin + SPANS]}
        statement, values = _asked(some, question, officer, outside=outside)
        there = session.numbers(statement, values, WIDTH)
        seen += len(there)
        if seen > MOST:
            raise QuestionTooWide
        for number, others in _by_spot(there):
            yield from measure.near(some[spots[begin + number]], others)


def _by_spot(table: Ints) -> Iterator[tuple[int, Others]]:
    """Yield the stays of each place on each day, by the number under which it was asked about."""
    table = table[np.argsort(table[:, 0], kind="stable")]
    turns = np.flatnonzero(np.diff(table[:, 0] // PERSONS)) + 1
    for stays in np.split(table, turns) if len(table) else ():
        who, in_lo, in_span, stayed, out_span = stays.T
        in_hi, out_lo = in_lo + in_span, in_lo + stayed // FLAGS
        doubts = stayed % FLAGS
        others = Others(who % PERSONS, in_lo, in_hi, out_lo, out_lo + out_span, doubts)
        yield int(who[0] // PERSONS), others


def _asked(
    asked: dict[Spot, list[Row]], question: Question, officer: str, *, outside: bool
) -> tuple[str, list[object]]:
    """Return the question for the others' stays, and its values."""
    spans: list[object] = []
    for number, (spot, rows) in enumerate(asked.items()):
        spans += [number, *spot, min(row[2] for row in rows), max(row[3] for row in rows)]
        spans.append(min(row[4] for row in rows))
    others, values = _others(question)
    statement = _OTHERS.format(
        spans=", ".join(["(?, ?, ?, ?, ?, ?)"] * len(asked)),
        persons=PERSONS,
        flags=FLAGS,
        scope="NOT" if outside else "",
        others=others,
    )
    return statement, [*spans, officer, *values]


def _others(question: Question) -> tuple[str, list[object]]:
    """Return what keeps the index persons out, and all but the teams that are asked for."""
    condition = f"AND o.person NOT IN ({_marks(question.index)})" if question.index else ""
    if not question.teams:
        return condition, list(question.index)
    teams = f" AND o.person IN (SELECT person FROM team WHERE team IN ({_marks(question.teams)}))"  # noqa: S608
    return condition + teams, [*question.index, *question.teams]


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)
