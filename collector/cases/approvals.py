"""The second officer: opening more than a few hundred people at once takes two.

Counted over a day, so that many small openings do not pass for none. What the second officer
agrees to is a set of persons, by its digest, and no other: either those who are opened, or the list
of the case as it stands, which is then opened a page at a time.
"""

import hashlib
from collections.abc import Iterable

from collector.cases.audit import Audit, Look
from collector.cases.circle import Circle
from collector.cases.entries import Act, Request
from collector.cases.register import Register
from collector.cases.roles import Actor, Right
from collector.database.ports import Database
from collector.errors import ApprovalNeeded, ApprovalRefused
from collector.localday import DAY_MS

ALONE = 200
"""Persons whom one officer opens for a case within a day without asking."""

_COLUMNS = "number, case_number, persons, digest, asked_by, asked_ms, approved_by, approved_ms"
_NEXT = "SELECT COALESCE(MAX(number), 0) + 1 FROM approval"
_ASK = (
    "INSERT INTO approval (number, case_number, persons, digest, asked_by, asked_ms)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_APPROVE = (
    "UPDATE approval SET approved_by = ?, approved_ms = ? WHERE number = ? AND approved_ms = 0"
)
_GIVEN = (
    "SELECT digest FROM approval WHERE case_number = ? AND asked_by = ?"
    " AND approved_ms >= ? AND approved_by <> asked_by"
)


class Approvals:
    """What second officers were asked, and what they said."""

    def __init__(self, database: Database, audit: Audit, register: Register) -> None:
        """Take the database of casework, its tables made, and who else is asked."""
        self._database, self._audit, self._register = database, audit, register
        self._circle = Circle(database, audit, register)

    def look(
        self,
        actor: Actor,
        case: int,
        persons: Iterable[int],
        now_ms: int,
        *,
        held: Iterable[int] = (),
    ) -> Look:
        """Return leave to open `persons` for a case, who belong to it or are held for it.

        Raises ApprovalNeeded if these are too many for one officer, and what Circle.require does.
        """
        wanted = frozenset(persons)
        self._circle.require(actor, case, Right.LOOK, wanted, now_ms, also=held)
        already = self._audit.opened(case, actor.officer, now_ms - DAY_MS)
        if len(wanted | already) > ALONE and not wanted <= already:
            self._require(actor, case, wanted, now_ms)
        counts = {"persons": len(wanted)}
        return self._audit.commit(
            actor, Act.OPENED, now_ms, case=case, persons=wanted, counts=counts
        )

    def ask(self, actor: Actor, case: int, persons: Iterable[int], now_ms: int) -> Request:
        """Ask for a second officer's word on opening `persons`."""
        wanted = frozenset(persons)
        self._register.require(actor, case, Right.LOOK, now_ms)
        self._audit.commit(actor, Act.ASKED, now_ms, case=case, counts={"persons": len(wanted)})
        with self._database.writing() as session:
            ((number,),) = session.rows(_NEXT)
            values = (number, case, len(wanted), digest(wanted), actor.officer, now_ms)
            session.run(_ASK, values)
        return Request(*values)

    def approve(self, actor: Actor, number: int, now_ms: int) -> Request:
        """Agree, as somebody else than who asked. Raises ApprovalRefused."""
        found = self._request(number)
        if found is None:
            raise ApprovalRefused(number)
        self._register.require(actor, found.case, Right.APPROVE, now_ms)
        if actor.officer == found.asked_by:
            self._audit.commit(actor, Act.REFUSED, now_ms, case=found.case)
            raise ApprovalRefused(number)
        counts = {"persons": found.persons, "request": number}
        self._audit.commit(actor, Act.APPROVED, now_ms, case=found.case, counts=counts)
        with self._database.writing() as session:
            session.run(_APPROVE, (actor.officer, now_ms, number))
        return self._request(number) or found

    def standing(self, actor: Actor, case: int, now_ms: int) -> tuple[Request, ...]:
        """Return what is asked for a case: what waits for a word, and what one is good for now."""
        self._register.case(actor, case)
        sql = (
            f"SELECT {_COLUMNS} FROM approval WHERE case_number = ?"  # noqa: S608
            " AND (approved_ms = 0 OR approved_ms >= ?) ORDER BY number"
        )
        with self._database.reading() as session:
            return tuple(Request(*row) for row in session.rows(sql, (case, now_ms - DAY_MS)))

    def _request(self, number: int) -> Request | None:
        with self._database.reading() as session:
            sql = f"SELECT {_COLUMNS} FROM approval WHERE number = ?"  # noqa: S608
            found = session.rows(sql, (number,))
        return Request(*found[0]) if found else None

    def _require(self, actor: Actor, case: int, wanted: frozenset[int], now_ms: int) -> None:
        listed = self._circle.listed(case)
        agreed = {digest(each) for each in (wanted, listed) if wanted <= each}
        with self._database.reading() as session:
            given = session.rows(_GIVEN, (case, actor.officer, now_ms - DAY_MS))
        if agreed.isdisjoint(each for (each,) in given):
            raise ApprovalNeeded(len(wanted))


def digest(persons: Iterable[int]) -> str:
    """Return hex SHA-256 over person rows, whatever their order."""
    return hashlib.sha256(",".join(map(str, sorted(set(persons)))).encode()).hexdigest()
