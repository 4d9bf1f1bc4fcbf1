"""The list of a case's contacts, and how far it is with each.

Several officers work on one list at once: whoever changes a contact says which version they saw,
and whoever calls a person is shown to everybody else, whichever case the call is for.
"""

import json
from collections.abc import Iterable

import msgspec

from collector.cases import typed
from collector.cases.audit import Audit, Look
from collector.cases.entries import Act, Contact, Handover, State
from collector.cases.register import Register
from collector.cases.roles import Actor, Right
from collector.cases.typed import Cover
from collector.database.ports import Database, Session
from collector.errors import (
    ContactBusy,
    ContactChanged,
    ContactUnknown,
    HandoverUnknown,
    NotAllowed,
)

CALL_MS = 15 * 60_000
"""A call that nobody ended is over by then."""

_COLUMNS = (
    "case_number, person, state, version, ring, least_ms, most_ms, last_ms, tries, assignee, note,"
    " handed_to, changed_by, changed_ms"
)
_ENLIST = (
    "INSERT INTO contact (case_number, person, state, version, ring, least_ms, most_ms, last_ms,"
    " changed_by, changed_ms) VALUES (?, ?, 'to-call', 1, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (case_number, person) DO UPDATE SET least_ms = excluded.least_ms,"
    " most_ms = excluded.most_ms, last_ms = excluded.last_ms,"
    " ring = CASE WHEN excluded.ring < contact.ring THEN excluded.ring ELSE contact.ring END"
)
_CHANGE = (
    "UPDATE contact SET state = ?, version = version + 1, tries = ?, assignee = ?, note = ?,"
    " changed_by = ?, changed_ms = ? WHERE case_number = ? AND person = ? AND version = ?"
)
_CLAIM = (
    "INSERT INTO calling (person, officer, case_number, until_ms) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (person) DO UPDATE SET officer = excluded.officer,"
    " case_number = excluded.case_number, until_ms = excluded.until_ms"
    " WHERE calling.officer = excluded.officer OR calling.until_ms <= ?"
)
_HAND = (
    "UPDATE contact SET state = 'handed-over', version = version + 1, handed_to = ?,"
    " changed_by = ?, changed_ms = ? WHERE case_number = ? AND person = ?"
)
_HANDOVER = (
    "number, case_number, receiver, persons, digest, made_by, at_ms, received_ms, received_by"
)


class Met(msgspec.Struct, frozen=True):
    """What the trace says of a contact, as far as the list needs it."""

    person: int
    ring: int
    least_ms: int
    most_ms: int
    last_ms: int


class Change(msgspec.Struct, frozen=True):
    """What an officer changes about a contact."""

    person: int
    version: int
    """The one they saw."""
    state: State
    assignee: str = ""
    note: str = ""


class Worklist:
    """The contacts of all cases."""

    def __init__(self, database: Database, audit: Audit, register: Register, cover: Cover) -> None:
        """Take the database of casework, its tables made, and who else is asked."""
        self._database, self._audit = database, audit
        self._register, self._cover = register, cover

    def enlist(self, actor: Actor, case: int, met: Iterable[Met], now_ms: int) -> int:
        """Put contacts on the list, or bring their times up to date; return how many.

        What officers have done about one who is there already stays as it is.
        """
        self._register.require(actor, case, Right.CASE, now_ms)
        rows = tuple(met)
        persons, who = [each.person for each in rows], (actor.officer, now_ms)
        self._audit.commit(actor, Act.LISTED, now_ms, case=case, persons=persons)
        with self._database.writing() as session:
            session.many(_ENLIST, [(case, *_times(each), *who) for each in rows])
        return len(rows)

    def contacts(self, actor: Actor, case: int, now_ms: int) -> tuple[Contact, ...]:
        """Return the list, whom to call first on top. Raises CaseUnknown."""
        self._register.case(actor, case)
        sql = (
            f"SELECT {_COLUMNS} FROM contact WHERE case_number = ?"  # noqa: S608
            " ORDER BY ring, most_ms DESC, person"
        )
        calls = "SELECT person, officer, until_ms FROM calling WHERE until_ms > ?"
        with self._database.reading() as session:
            busy = {person: (who, until) for person, who, until in session.rows(calls, (now_ms,))}
            found = session.rows(sql, (case,))
        return tuple(self._read(row, busy.get(row[1], ("", 0))) for row in found)

    def change(self, actor: Actor, case: int, change: Change, now_ms: int) -> Contact:
        """Write down what became of a contact.

        Raises ContactChanged if somebody changed it since, ContactUnknown, and what
        Register.require does.
        """
        self._register.require(actor, case, Right.CALL, now_ms)
        old = self._one(case, change.person)
        self._audit.commit(actor, Act.CONTACT_CHANGED, now_ms, case=case, persons=(change.person,))
        place = typed.of_contact(case, change.person)
        note = self._cover.seal(typed.line(change.note).encode(), place) if change.note else b""
        tries = old.tries + (change.state is State.NOT_REACHED)
        values = (change.state.value, tries, change.assignee, note, actor.officer, now_ms)
        with self._database.writing() as session:
            if not session.run(_CHANGE, (*values, case, change.person, change.version)):
                raise ContactChanged(change.person)
            sql = "DELETE FROM calling WHERE person = ? AND officer = ?"
            session.run(sql, (change.person, actor.officer))
        return self._one(case, change.person)

    def call(self, actor: Actor, case: int, person: int, now_ms: int) -> None:
        """Say that a person is being called. Raises ContactBusy if another officer does so."""
        self._register.require(actor, case, Right.CALL, now_ms)
        self._one(case, person)
        values = (person, actor.officer, case, now_ms + CALL_MS, now_ms)
        with self._database.writing() as session:
            if not session.run(_CLAIM, values):
                sql = "SELECT officer FROM calling WHERE person = ?"
                raise ContactBusy(session.rows(sql, (person,))[0][0])

    def hand_over(self, look: Look, case: int, receiver: str, digest: str, now_ms: int) -> Handover:
        """Note that the persons of `look` were given to `receiver`, in a file of that digest."""
        if look.act is not Act.HANDED_OVER or look.case != case:
            raise NotAllowed(case)
        self._register.require(look.actor, case, Right.EXPORT, now_ms)
        persons = tuple(sorted(look.persons))
        officer = look.actor.officer
        with self._database.writing() as session:
            ((number,),) = session.rows("SELECT COALESCE(MAX(number), 0) + 1 FROM handover")
            sql = (
                "INSERT INTO handover (number, case_number, receiver, persons, digest, made_by,"
                " at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
            )
            values = (number, case, receiver, json.dumps(persons), digest, officer, now_ms)
            session.run(sql, values)
            session.many(_HAND, [(receiver, officer, now_ms, case, each) for each in persons])
        return Handover(number, case, receiver, persons, digest, officer, now_ms)

    def received(self, actor: Actor, number: int, digest: str, now_ms: int) -> Handover:
        """Note a receiver's receipt. Raises HandoverUnknown, also for another file's digest."""
        found = next((each for each in self._handovers() if each.number == number), None)
        if found is None or found.digest != digest:
            raise HandoverUnknown(number)
        self._register.case(actor, found.case)
        sql = (
            "UPDATE handover SET received_by = ?, received_ms = ?"
            " WHERE number = ? AND received_ms = 0"
        )
        with self._database.writing() as session:
            session.run(sql, (actor.officer, now_ms, number))
        return next(each for each in self._handovers() if each.number == number)

    def handovers(self, actor: Actor, case: int) -> tuple[Handover, ...]:
        """Return what was handed over for a case, in order."""
        self._register.case(actor, case)
        return tuple(each for each in self._handovers() if each.case == case)

    def _handovers(self) -> tuple[Handover, ...]:
        with self._database.reading() as session:
            found = session.rows(f"SELECT {_HANDOVER} FROM handover ORDER BY number")  # noqa: S608
        return tuple(
            Handover(row[0], row[1], row[2], tuple(json.loads(row[3])), *row[4:]) for row in found
        )

    def _one(self, case: int, person: int) -> Contact:
        sql = f"SELECT {_COLUMNS} FROM contact WHERE case_number = ? AND person = ?"  # noqa: S608
        with self._database.reading() as session:
            found = session.rows(sql, (case, person))
        if not found:
            raise ContactUnknown(person)
        return self._read(found[0], ("", 0))

    def _read(self, row: tuple[object, ...], calling: tuple[str, int]) -> Contact:
        names = [name.strip() for name in _COLUMNS.split(",")]
        said = dict(zip(names, row, strict=True))
        case, person = said.pop("case_number"), said["person"]
        note = said.pop("note")
        text = ""
        if note:
            place = typed.of_contact(int(str(case)), int(str(person)))
            text = self._cover.open(bytes(note), place).decode()  # type: ignore[call-overload]
        who = {"caller": calling[0], "calling_until_ms": calling[1]}
        return msgspec.convert({**said, "case": case, "note": text, **who}, Contact)


def _times(met: Met) -> tuple[int, ...]:
    return met.person, met.ring, met.least_ms, met.most_ms, met.last_ms


def forgotten(session: Session, persons: Iterable[int]) -> None:
    """Delete what lists hold of persons whose rows are gone."""
    rows = [(person,) for person in persons]
    for table in ("contact", "case_index", "calling"):
        session.many(f"DELETE FROM {table} WHERE person = ?", rows)  # noqa: S608
