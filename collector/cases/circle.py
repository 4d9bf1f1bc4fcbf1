"""Who belongs to a case: nobody else is opened, traced or decided about for it.

These are its index persons, the contacts on its list, and whom the same officer has found for the
same case within the hour. Knowing the number of a person row opens nobody.
"""

from collections.abc import Iterable

from collector.cases.audit import Audit
from collector.cases.entries import Act, Case
from collector.cases.register import Register
from collector.cases.roles import Actor, Right
from collector.database.ports import Database
from collector.errors import NotAllowed

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

        `also` belong to it for a reason of the caller's. Raises NotAllowed for anybody else, whose
        rows are then in the audit as refused, and what Register.require does.
        """
        found = self._register.require(actor, case, right, now_ms)
        strangers = frozenset(persons).difference(found.index, also)
        if strangers:
            strangers -= self._listed(case)
        if strangers:
            strangers -= self._audit.found(case, actor.officer, now_ms - FRESH_MS)
        if strangers:
            self._audit.commit(actor, Act.REFUSED, now_ms, case=case, persons=strangers)
            raise NotAllowed(case)
        return found

    def _listed(self, case: int) -> frozenset[int]:
        with self._database.reading() as session:
            return frozenset(person for (person,) in session.rows(_LISTED, (case,)))
