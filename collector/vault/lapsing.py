"""Whoever is not kept any more leaves the lists of cases; the answers of cases that are over go.

Somebody of whom a case holds records stays on its list until the hold ends. Needs no key. By which
time a case is over: collector/believed.py.
"""

from collections.abc import Iterable, Iterator

import structlog

from collector.cases.worklist import forgotten
from collector.database.ports import Database

EVERY_MS = 3_600_000
SOME = 500
_NAMED = "SELECT person FROM contact UNION SELECT person FROM case_index"
_KEPT = (
    "SELECT id FROM person WHERE id IN ({marks})"
    " UNION SELECT person FROM hold WHERE person IN ({marks})"
)
_OVER = (
    "DELETE FROM answer WHERE case_number IN"
    " (SELECT number FROM case_file WHERE closed_ms > 0 OR expires_ms <= ?)"
)

_log = structlog.get_logger()


class Lapsing:
    """Clears lists, at most once an hour."""

    def __init__(self, cases: Database, people: Database) -> None:
        """Take the tables of casework, and those of people."""
        self._cases, self._people = cases, people
        self._looked_ms: int | None = None

    def look(self, over_ms: int) -> None:
        """Take off the lists whoever has no row any more; drop what is over, by a believed time."""
        if self._looked_ms is not None and 0 <= over_ms - self._looked_ms < EVERY_MS:
            return
        self._looked_ms = over_ms
        with self._cases.reading() as session:
            named = [person for (person,) in session.rows(_NAMED)]
        gone = list(self._gone(named))
        with self._cases.writing() as session:
            forgotten(session, gone)
            session.run(_OVER, (over_ms,))
        if gone:
            _log.info("vault.lists_cleared", persons=len(gone))

    def _gone(self, named: list[int]) -> Iterator[int]:
        for begin in range(0, len(named), SOME):
            some = named[begin : begin + SOME]
            yield from sorted({*some} - self._kept(some))

    def _kept(self, some: Iterable[int]) -> frozenset[int]:
        persons = tuple(some)
        statement = _KEPT.format(marks=", ".join("?" * len(persons)))
        with self._people.reading() as session:
            return frozenset(each for (each,) in session.rows(statement, (*persons, *persons)))
