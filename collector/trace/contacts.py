"""Who may have been near, found and measured inside the database.

The measure is that of meetings.py, in SQL; a test holds the two together. What an officer may not
see is left out by a join, and counted.
"""

from collections.abc import Iterable, Sequence

from collector.database.ports import Session
from collector.trace.entries import MINUTE_MS, Contact, Doubt, Question
from collector.trace.frames import COLUMNS, Row, chunks

_NEAR = """
WITH asked ({columns}) AS (VALUES {rows}),
near AS (
  SELECT o.person, o.day, o.in_lo + o.in_span AS came, o.in_lo + o.stayed AS left_at,
    asked.doubts | o.doubts AS doubts, sure_from, sure_to, calm, before, first, last, after,
    CASE WHEN begins > o.in_lo THEN begins ELSE o.in_lo END AS begins,
    CASE WHEN ends < o.in_lo + o.stayed + o.out_span THEN ends
      ELSE o.in_lo + o.stayed + o.out_span END AS ends,
    CASE WHEN sure_from > o.in_lo + o.in_span THEN sure_from ELSE o.in_lo + o.in_span END AS sure_b,
    CASE WHEN sure_to < o.in_lo + o.stayed THEN sure_to ELSE o.in_lo + o.stayed END AS sure_e
  FROM asked CROSS JOIN stay o
  WHERE o.day = asked.day AND o.place = asked.place AND o.in_lo > asked.lo AND o.in_lo < asked.hi
    AND o.in_lo + o.stayed + o.out_span > begins
    AND {scope} EXISTS (SELECT 1 FROM grant_scope g WHERE g.officer = ? AND g.place = asked.place)
    {others}
),
met AS MATERIALIZED (
  SELECT person, day, begins, ends, doubts,
    CASE
      WHEN (doubts & 3) > 0 OR sure_e <= sure_b THEN 0
      WHEN calm = 1 THEN sure_e - sure_b
      WHEN came < before AND left_at > after THEN 0
      WHEN came < before THEN
        CASE WHEN last > sure_b THEN sure_e - last ELSE sure_e - sure_b END
      WHEN left_at > after AND last > 0 THEN
        (CASE WHEN after < sure_e AND after < first THEN after
          WHEN first < sure_e THEN first ELSE sure_e END) - sure_b
      WHEN left_at > after THEN (CASE WHEN after < sure_e THEN after ELSE sure_e END) - sure_b
      WHEN last = 0 THEN sure_e - sure_b
      ELSE
        (CASE WHEN first <= sure_b THEN 0 WHEN first < sure_e THEN first - sure_b
          ELSE sure_e - sure_b END)
        + (CASE WHEN last >= sure_e THEN 0 WHEN last > sure_b THEN sure_e - last
          ELSE sure_e - sure_b END)
    END AS least
  FROM near
),
daily AS (
  SELECT person, CAST(SUM(CASE WHEN least > 0 THEN least ELSE 0 END) AS BIGINT) AS least,
    CAST(SUM(ends - begins) AS BIGINT) AS most, MIN(begins) AS begins, MAX(ends) AS ends,
    COUNT(*) AS meetings, MAX(doubts & 1) AS copied, MAX(doubts & 2) AS unsure,
    MAX(doubts & 4) AS paper
  FROM met GROUP BY person, day HAVING SUM(ends - begins) >= ?
)
"""
_RANKED = """
SELECT person, SUM(least), SUM(most), MIN(begins), MAX(ends), SUM(meetings), COUNT(*),
  MAX(copied), MAX(unsure), MAX(paper)
FROM daily GROUP BY person
"""
_COUNTED = "SELECT DISTINCT person FROM daily"


def ranked(
    session: Session, rows: Sequence[Row], question: Question, officer: str
) -> tuple[Contact, ...]:
    """Return the contacts within the officer's scope, the surest and longest first."""
    found: dict[int, Contact] = {}
    for part in chunks(rows):
        for row in session.rows(*_asked(_RANKED, part, question, officer)):
            person, least, most, first, last, meetings, days, *doubts = row
            each = Contact(
                *(person, least, most, first, last, meetings, days),
                Doubt(sum(doubts)),
                question.ring,
            )
            found[person] = _joined(found[person], each) if person in found else each
    for person in question.but:
        found.pop(person, None)
    return tuple(sorted(found.values(), key=_rank))


def beyond(session: Session, rows: Sequence[Row], question: Question, officer: str) -> int:
    """Return how many people may have been near at the places outside the officer's scope."""
    found: set[int] = set()
    for part in chunks(rows):
        asked = _asked(_COUNTED, part, question, officer, outside=True)
        found.update(person for (person,) in session.rows(*asked))
    return len(found)


def crowds(session: Session, rows: Sequence[Row], question: Question, officer: str) -> int:
    """Return how many people any of the rows may have been near, whatever the rule says."""
    found: set[int] = set()
    for part in chunks(rows):
        found.update(
            person
            for (person,) in session.rows(*_asked(_COUNTED, part, question, officer, least=0))
        )
    return len(found)


def _asked(
    select: str,
    rows: Sequence[Row],
    question: Question,
    officer: str,
    *,
    outside: bool = False,
    least: int | None = None,
) -> tuple[str, list[object]]:
    """Return a statement and its values."""
    others, values = _others(question)
    row = f"({', '.join('?' * len(COLUMNS))})"
    statement = _NEAR.format(
        columns=", ".join(COLUMNS),
        rows=", ".join([row] * len(rows)),
        scope="NOT" if outside else "",
        others=others,
    )
    floor = question.rule.min_minutes * MINUTE_MS if least is None else least
    flat = [value for each in rows for value in each]
    return statement + select, [*flat, officer, *values, floor]


def _others(question: Question) -> tuple[str, list[object]]:
    """Return what keeps the index persons out, and all but the teams that are asked for."""
    condition = f"AND o.person NOT IN ({_marks(question.index)})" if question.index else ""
    if not question.teams:
        return condition, list(question.index)
    teams = f" AND o.person IN (SELECT person FROM team WHERE team IN ({_marks(question.teams)}))"  # noqa: S608
    return condition + teams, [*question.index, *question.teams]


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _joined(one: Contact, other: Contact) -> Contact:
    return Contact(
        one.person,
        one.least_ms + other.least_ms,
        one.most_ms + other.most_ms,
        min(one.first_ms, other.first_ms),
        max(one.last_ms, other.last_ms),
        one.meetings + other.meetings,
        one.days + other.days,
        one.doubts | other.doubts,
        one.ring,
    )


def _rank(each: Contact) -> tuple[int, int, int]:
    return -each.least_ms, -each.most_ms, each.person
