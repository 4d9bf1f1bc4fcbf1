"""Rows that are gone leave the SQLite file, overwritten with zeros, while others write.

A step takes the writer's lock for some tens of milliseconds and then leaves it for as long as a
waiting writer may sleep between two tries: none waits for more than a step.
"""

from collections.abc import Callable
from functools import partial

from collector import clock
from collector.database.ports import Session
from collector.database.sqlite import SqliteDatabase
from collector.errors import LedgerBusy
from collector.ledger.counted import Counted

_COUNT = (
    "SELECT MAX(seq), COUNT(*), COUNT(*) FILTER (WHERE t = 'scan') FROM record"
    " WHERE mark = ? AND seq > ? AND seq <= ?"
)
_CHAIN = (
    "SELECT chain FROM lost WHERE mark = ? AND last = ?",
    "SELECT chain FROM record WHERE mark = ? AND seq = ?",
)
_GONE = (
    "SELECT record.id FROM mark JOIN record ON record.mark = mark.id AND record.seq <= mark.gone"
    " WHERE mark.gone > 0"
)
_DELETE = "DELETE FROM record WHERE id = ?"
_DELETE_RUN = "DELETE FROM record WHERE id BETWEEN ? AND ?"
_FORKS = (
    "DELETE FROM fork WHERE id IN (SELECT fork.id FROM fork JOIN mark ON mark.id = fork.mark"
    " WHERE fork.seq <= mark.gone)"
)
FIRST = 1_000
STEP_S = 0.06
REST_S = 0.026
"""SQLite's own waiting sleeps up to 25 ms between its tries in the first 130 ms."""
LOG_STEPS = 8
"""Steps between two write-backs of the log, so that it is never a commit of others that must."""
TRIES = 40
"""A reader that holds on to the past for longer than these is not waited for."""


def counted(session: Session, ends: list[tuple[int, int, int]]) -> list[Counted]:
    """Count what goes of each journal (key, gone, end); one of which nothing does is left out."""
    found = []
    for key, gone, end in ends:
        last, records, scans = session.rows(_COUNT, (key, gone, end))[0]
        if last is not None:
            chains = (session.rows(question, (key, last)) for question in _CHAIN)
            chain = next(rows[0][0] for rows in chains if rows)
            found.append(Counted(key, last, records, scans, chain))
    return found


def sweep(database: SqliteDatabase, pause: Callable[[float], None]) -> int:
    """Delete the rows in the order in which they lie, a page with all its rows at a time."""
    with database.reading() as session:
        ids = sorted(session.rows(_GONE))
    with database.unhurried():
        _delete(database, ids, pause)
        _write(database, lambda session: session.run(_FORKS), pause)
    return 0 if _scrub(database, pause) else 1


def _delete(
    database: SqliteDatabase, ids: list[tuple[int]], pause: Callable[[float], None]
) -> None:
    size, begin, steps = FIRST, 0, 0
    while begin < len(ids):
        took_s = _write(database, partial(_deleted, ids[begin : begin + size]), pause)
        begin, steps = begin + size, steps + 1
        size = max(50, min(size * 3 // 2, int(size * STEP_S / took_s)))
        if steps % LOG_STEPS == 0:
            database.checkpoint()
        pause(REST_S)


def _deleted(ids: list[tuple[int]], session: Session) -> None:
    first, last = ids[0][0], ids[-1][0]
    if last - first == len(ids) - 1:
        session.run(_DELETE_RUN, (first, last))
    else:
        session.many(_DELETE, ids)


def _write(
    database: SqliteDatabase, work: Callable[[Session], object], pause: Callable[[float], None]
) -> float:
    """Do one step; others go first, as long as it takes. Return for how long we kept the lock."""
    for left in reversed(range(TRIES)):
        try:
            with database.writing() as session:
                began_s = clock.steady_s()
                work(session)
        except LedgerBusy:
            if not left:
                raise
            pause(REST_S)
        else:
            return max(clock.steady_s() - began_s, 0.001)
    return 0.0


def _scrub(database: SqliteDatabase, pause: Callable[[float], None]) -> bool:
    """Empty the log as soon as nobody reads what is older; say whether that was so."""
    for _ in range(TRIES):
        try:
            database.scrub()
        except LedgerBusy:
            pause(REST_S)
        else:
            return True
    return False
