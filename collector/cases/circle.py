"""Who belongs to a case: nobody else is opened, traced or decided about for it.

These are its index persons, the contacts on its list, and whom the same officer has found for the
same case within the hour. Knowing the number of a person row opens nobody.
"""

from collections.abc import Iterable
from typing import NoReturn

from collector.cases.audit import Audit
from collector.cases.entries import Act, Case
from collector.cases.register import Register
from collector.cases.roles import Actor, Right
from collector.database.ports import Database
from collector.errors import NotOfCase

FRESH_MS = 3_600_000
"""So long somebody who was found may be opened, before they are on the list or an index person."""

_LISTED = "SELECT person FROM contact WHERE case_number = ?"


class Circle:
    """Who belongs to each case."""

    def __init__(self, database: Database, audit: Audit, register: Register) -> None:
        """Take the database of casework, its tables made, and who else is asked."""
        self._database, self._audit, self._register = database, audit, register

    def require(
        self,
        actor: Actor,
        case: int,
        right: Right,
        persons: Iterable[int],
        now_ms: int,
        *,
        also: Iterable[int] = (),
    ) -> Case:
        """Return an open case in which the actor has that right, and to which `persons` belong.

        `also` belong to it for a reason of the caller's. Raises NotOfCase for anybody else, whose
        rows are then in the audit as refused, and what Register.require does.
        """
        found = self._register.require(actor, case, right, now_ms)
        strangers = self._strangers(actor, found, persons, now_ms).difference(also)
        if strangers:
            self._refuse(actor, case, strangers, now_ms)
        return found

    def require_one(
        self, actor: Actor, case: int, right: Right, persons: Iterable[int], now_ms: int
    ) -> Case:
        """Return an open case to which at least one of the persons belongs; raise as `require`."""
        found, wanted = self._register.require(actor, case, right, now_ms), frozenset(persons)
        if self._strangers(actor, found, wanted, now_ms) == wanted:
            self._refuse(actor, case, wanted, now_ms)
        return found

    def listed(self, case: int) -> frozenset[int]:
        """Return who is on the list of a case."""
        with self._database.reading() as session:
            return frozenset(person for (person,) in session.rows(_LISTED, (case,)))

    def _strangers(
        self, actor: Actor, case: Case, persons: Iterable[int], now_ms: int
    ) -> frozenset[int]:
        strangers = frozenset(persons).difference(case.index)
        if strangers:
            strangers -= self.listed(case.number)
        if strangers:
            strangers -= self._audit.found(case.number, actor.officer, now_ms - FRESH_MS)
        return strangers

    def _refuse(self, actor: Actor, case: int, strangers: frozenset[int], now_ms: int) -> NoReturn:
        self._audit.commit(actor, Act.REFUSED, now_ms, case=case, persons=strangers)
        raise NotOfCase(case)
