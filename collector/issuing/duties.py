"""What commune officers are to look after: declarations that named symptoms or a contact.

A task tells when, where and why, and a reference by which a case finds who it is about; who that
is takes the vault. Whoever changes a task says how they saw it, so that two do not take one task
without knowing of each other. Areas bound every question, in the query.
"""

import enum

import msgspec

from collector.database.ports import Database, Session
from collector.declaration.sealed import reference
from collector.errors import TaskChanged, TaskUnknown

AREAS = 2_000
MOST = 500
"""Tasks of one answer."""


class State(enum.StrEnum):
    """How far a task is. Stored, so never renamed."""

    NEW = "new"
    TAKEN = "taken"
    DONE = "done"


class Act(enum.StrEnum):
    """What can be done with a task."""

    TAKE = "take"
    """Also one that somebody else has taken, who is seen to have it."""
    LEAVE = "leave"
    FINISH = "finish"
    REOPEN = "reopen"


TURNS = {
    (State.NEW, Act.TAKE): State.TAKEN,
    (State.TAKEN, Act.TAKE): State.TAKEN,
    (State.TAKEN, Act.LEAVE): State.NEW,
    (State.TAKEN, Act.FINISH): State.DONE,
    (State.DONE, Act.REOPEN): State.TAKEN,
}
OWN = frozenset({Act.LEAVE, Act.FINISH})
"""Only whoever has the task does these."""


class Task(msgspec.Struct, frozen=True):
    """One task, as officers see it."""

    row: int
    at_ms: int
    area: str
    kind: str
    """`symptoms` or `contact`."""
    state: State
    assignee: str
    changed_ms: int
    reference: str
    """Sixteen hex digits, to be looked for in a case; the number of the pass where there is one."""


class Change(msgspec.Struct, frozen=True):
    """What is to be done with a task, and how it stood for who wants it."""

    row: int
    act: Act
    officer: str
    state: State
    assignee: str


class Duties:
    """All tasks of the declarations that have not been forgotten."""

    def __init__(self, database: Database) -> None:
        """Take the database of passes, its tables made."""
        self._database = database

    def tasks(self, areas: tuple[str, ...] | None, *, done: bool) -> tuple[Task, ...]:
        """Return the tasks of some areas, of all for None: open ones, or those that are done."""
        where, values = _within(areas)
        sql = (
            f"{_TASKS} AND COALESCE(state, 'new') {'=' if done else '<>'} 'done'{where}"
            " ORDER BY declaration.id DESC LIMIT ?"
        )
        with self._database.reading() as session:
            return tuple(_task(row) for row in session.rows(sql, (*values, MOST)))

    def change(self, areas: tuple[str, ...] | None, wanted: Change, now_ms: int) -> Task:
        """Change one task as the table says; raise TaskUnknown, TaskChanged."""
        with self._database.writing() as session:
            task = _found(session, areas, wanted.row)
            state = TURNS.get((task.state, wanted.act))
            is_seen = (task.state, task.assignee) == (wanted.state, wanted.assignee)
            is_own = task.assignee == wanted.officer or wanted.act not in OWN
            if state is None or not is_seen or not is_own:
                raise TaskChanged
            officer = "" if state is State.NEW else wanted.officer
            session.run(_PUT, (wanted.row, state.value, officer, now_ms))
            return _found(session, areas, wanted.row)


_TASKS = (
    "SELECT declaration.id, at_ms, area, task, COALESCE(state, 'new'), COALESCE(officer, ''),"
    " COALESCE(changed_ms, at_ms), form, number"
    " FROM declaration LEFT JOIN duty ON duty.declaration = declaration.id WHERE task <> ''"
)
_PUT = (
    "INSERT INTO duty (declaration, state, officer, changed_ms) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (declaration) DO UPDATE SET state = excluded.state, officer = excluded.officer,"
    " changed_ms = excluded.changed_ms"
)


def _within(areas: tuple[str, ...] | None) -> tuple[str, tuple[str, ...]]:
    if areas is None:
        return "", ()
    some = areas[:AREAS]
    return f" AND area IN ({', '.join('?' * len(some)) or 'NULL'})", some


def _found(session: Session, areas: tuple[str, ...] | None, row: int) -> Task:
    where, values = _within(areas)
    rows = session.rows(f"{_TASKS} AND declaration.id = ?{where}", (row, *values))
    if not rows:
        raise TaskUnknown
    return _task(rows[0])


def _task(row: tuple[object, ...]) -> Task:
    number, at_ms, area, kind, state, officer, changed_ms, form, pass_number = row
    return Task(
        row=int(str(number)),
        at_ms=int(str(at_ms)),
        area=str(area),
        kind=str(kind),
        state=State(str(state)),
        assignee=str(officer),
        changed_ms=int(str(changed_ms)),
        reference=reference(bytes(form), bytes(pass_number)).hex(),  # type: ignore[call-overload]
    )
