"""The cases: opened on a ground, for an area, until a day; everything else asks for one.

Each change is written to the audit first. An officer sees the cases of their own areas; one they
may not see does not exist for them.
"""

from collections.abc import Iterable

import msgspec

from collector.cases import typed
from collector.cases.audit import Audit, Look
from collector.cases.entries import Act, Case
from collector.cases.roles import Actor, Right
from collector.cases.scope import Above, reaches
from collector.cases.typed import Cover, Typed
from collector.database.ports import Database, Session
from collector.errors import CaseClosed, CaseInvalid, CaseUnknown, NotAllowed

LONGEST_MS = 60 * 86_400_000
"""A case that needs longer is opened again, on a ground of that day."""
INDEX_KEPT = 50

_COLUMNS = (
    "number, area, opened_by, opened_ms, expires_ms, closed_by, closed_ms, onset_day,"
    " isolation_day, rule, typed"
)
_NEXT = "SELECT COALESCE(MAX(number), 0) + 1 FROM case_file"
_INSERT = (
    "INSERT INTO case_file (number, area, opened_by, opened_ms, expires_ms, onset_day,"
    " isolation_day, rule, typed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CHANGE = "UPDATE case_file SET expires_ms = ?, onset_day = ?, isolation_day = ?, rule = ?"
_INDEX = "SELECT person FROM case_index WHERE case_number = ? ORDER BY person"
_ADD = "INSERT INTO case_index (case_number, person) VALUES (?, ?) ON CONFLICT DO NOTHING"


class Opening(msgspec.Struct, frozen=True):
    """What an officer says when opening a case."""

    ref: str
    ground: str
    area: str
    expires_ms: int
    onset_day: int = 0
    isolation_day: int = 0
    rule: dict[str, int | bool] = {}


class Register:
    """All cases."""

    def __init__(self, database: Database, audit: Audit, cover: Cover, above: Above) -> None:
        """Take the database of casework, its tables made, and who else is asked."""
        self._database, self._audit = database, audit
        self._cover, self._above = cover, above

    def open(self, actor: Actor, said: Opening, now_ms: int) -> Case:
        """Open a case. Raises NotAllowed, CaseInvalid, VaultLocked."""
        self._permit(actor, Right.CASE, said.area, now_ms)
        words = Typed(typed.line(said.ref), typed.line(said.ground))
        if not words.ref or not words.ground:
            raise CaseInvalid(CaseInvalid.EMPTY)
        _check_days(said, now_ms)
        with self._database.reading() as session:
            ((number,),) = session.rows(_NEXT)
        sealed = self._cover.seal(msgspec.json.encode(words), typed.of_case(number))
        self._audit.commit(actor, Act.CASE_OPENED, now_ms, case=number)
        values = (number, said.area, actor.officer, now_ms, said.expires_ms)
        rule = msgspec.json.encode(said.rule).decode()
        with self._database.writing() as session:
            session.run(_INSERT, (*values, said.onset_day, said.isolation_day, rule, sealed))
        return self.case(actor, number)

    def change(self, actor: Actor, number: int, said: Opening, now_ms: int) -> Case:
        """Change days, end or rule of an open case; reference and ground stay what they were.

        Nor does it stay open longer than a case can that is opened.
        """
        case = self.require(actor, number, Right.CASE, now_ms)
        _check_days(said, now_ms)
        if said.expires_ms > case.opened_ms + LONGEST_MS:
            raise CaseInvalid(CaseInvalid.EXPIRY)
        self._audit.commit(actor, Act.CASE_CHANGED, now_ms, case=number)
        rule = msgspec.json.encode(said.rule).decode()
        values = (said.expires_ms, said.onset_day, said.isolation_day, rule, number)
        with self._database.writing() as session:
            session.run(f"{_CHANGE} WHERE number = ?", values)
        return self.case(actor, number)

    def close(self, actor: Actor, number: int, now_ms: int) -> Case:
        """Close a case: nothing is looked at for it any more."""
        self.require(actor, number, Right.CASE, now_ms)
        self._audit.commit(actor, Act.CASE_CLOSED, now_ms, case=number)
        sql = "UPDATE case_file SET closed_by = ?, closed_ms = ? WHERE number = ? AND closed_ms = 0"
        with self._database.writing() as session:
            session.run(sql, (actor.officer, now_ms, number))
        return self.case(actor, number)

    def add_index(self, look: Look, number: int, persons: Iterable[int], now_ms: int) -> None:
        """Enter index persons who were found with `look`. Raises CaseInvalid, CaseClosed."""
        wanted = tuple(persons)
        case = self.require(look.actor, number, Right.CASE, now_ms)
        if look.case != number or look.act is not Act.INDEX_ADDED or not look.persons >= {*wanted}:
            raise NotAllowed(number)
        if len({*case.index, *wanted}) > INDEX_KEPT:
            raise CaseInvalid(CaseInvalid.INDEX)
        with self._database.writing() as session:
            session.many(_ADD, [(number, person) for person in wanted])

    def remove_index(self, actor: Actor, number: int, person: int, now_ms: int) -> None:
        """Take an index person out of a case."""
        self.require(actor, number, Right.CASE, now_ms)
        self._audit.commit(actor, Act.INDEX_REMOVED, now_ms, case=number, persons=(person,))
        with self._database.writing() as session:
            sql = "DELETE FROM case_index WHERE case_number = ? AND person = ?"
            session.run(sql, (number, person))

    def case(self, actor: Actor, number: int) -> Case:
        """Return a case, open or not. Raises CaseUnknown, also for one that is not theirs."""
        with self._database.reading() as session:
            found = session.rows(f"SELECT {_COLUMNS} FROM case_file WHERE number = ?", (number,))  # noqa: S608
            case = self._read(session, found[0]) if found else None
        if case is None or not (actor.may(Right.CASE) or actor.may(Right.CALL)):
            raise CaseUnknown(number)
        if not reaches(actor, case.area, self._above):
            raise CaseUnknown(number)
        return case

    def cases(self, actor: Actor) -> tuple[Case, ...]:
        """Return every case of theirs, the newest first."""
        if not (actor.may(Right.CASE) or actor.may(Right.CALL)):
            return ()
        with self._database.reading() as session:
            found = session.rows(f"SELECT {_COLUMNS} FROM case_file ORDER BY number DESC")  # noqa: S608
            mine = [row for row in found if reaches(actor, row[1], self._above)]
            return tuple(self._read(session, row) for row in mine)

    def require(self, actor: Actor, number: int, right: Right, now_ms: int) -> Case:
        """Return an open case in which the actor has that right.

        Raises CaseUnknown, CaseClosed, NotAllowed; what was refused is in the audit.
        """
        try:
            case = self.case(actor, number)
        except CaseUnknown:
            self._audit.commit(actor, Act.REFUSED, now_ms, case=number)
            raise
        if not actor.may(right):
            self._audit.commit(actor, Act.REFUSED, now_ms, case=number)
            raise NotAllowed(number)
        if not case.is_open(now_ms):
            raise CaseClosed(number)
        return case

    def _permit(self, actor: Actor, right: Right, area: str, now_ms: int) -> None:
        known = bool(self._above(area))
        if actor.may(right) and known and reaches(actor, area, self._above):
            return
        self._audit.commit(actor, Act.REFUSED, now_ms)
        raise NotAllowed

    def _read(self, session: Session, row: tuple[object, ...]) -> Case:
        number = int(str(row[0]))
        sealed = self._cover.open(bytes(row[10]), typed.of_case(number))  # type: ignore[call-overload]
        words = msgspec.json.decode(sealed, type=Typed)
        names = ("area", "opened_by", "opened_ms", "expires_ms", "closed_by", "closed_ms")
        days = {"onset_day": row[7], "isolation_day": row[8]}
        return msgspec.convert(
            {
                "number": number,
                "ref": words.ref,
                "ground": words.ground,
                **dict(zip(names, row[1:7], strict=True)),
                **days,
                "rule": msgspec.json.decode(str(row[9])),
                "index": [person for (person,) in session.rows(_INDEX, (number,))],
            },
            Case,
        )


def _check_days(said: Opening, now_ms: int) -> None:
    if not now_ms < said.expires_ms <= now_ms + LONGEST_MS:
        raise CaseInvalid(CaseInvalid.EXPIRY)
    if said.onset_day and said.isolation_day and said.isolation_day < said.onset_day:
        raise CaseInvalid(CaseInvalid.DAYS)
