"""Coverage as it is kept: read on from each journal as it arrives, and asked for a window."""

from collections.abc import Iterable, Sequence
from typing import Any

from collector.database.ports import Session
from collector.trace.coverage import Sign, Watch, began, covered, followed
from collector.trace.entries import Coverage, Piece, State
from collector.trace.visits import marks

_WATCH = "SELECT from_ms, until_ms, state, boot, stopped FROM watch WHERE mark = ?"
_KEEP = (
    "INSERT INTO watch (mark, gate, from_ms, until_ms, state, boot, stopped)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mark) DO UPDATE SET from_ms = excluded.from_ms,"
    " until_ms = excluded.until_ms, state = excluded.state, boot = excluded.boot,"
    " stopped = excluded.stopped"
)
_COVER = (
    "INSERT INTO cover (gate, from_ms, mark, until_ms, state) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (gate, from_ms, mark) DO UPDATE SET until_ms = excluded.until_ms,"
    " state = excluded.state"
)
_GATES = "SELECT id, gate, place FROM gate_key WHERE place IN ({places}) ORDER BY place, gate"
_PIECES = (
    "SELECT gate, from_ms, until_ms, state FROM cover WHERE gate IN ({gates})"
    " AND from_ms < ? AND until_ms > ?"
    " UNION ALL SELECT gate, from_ms, until_ms, state FROM watch WHERE gate IN ({gates})"
)


def follow(session: Session, gate: int, mark: int, signs: Iterable[Sign]) -> None:
    """Read on in a journal: its next records, in order, each handed over once."""
    found = session.rows(_WATCH, (mark,))
    watch = _watch(found[0]) if found else None
    over: list[Piece] = []
    for each in signs:
        if watch is None:
            watch = began(each)
            continue
        watch, ended = followed(watch, each)
        over += ended
    if watch is None:
        return
    session.many(_COVER, [(gate, x.from_ms, mark, x.until_ms, int(x.state)) for x in over])
    now = watch.open
    row = (mark, gate, now.from_ms, now.until_ms, int(now.state), watch.boot, int(watch.stopped))
    session.run(_KEEP, row)


def forget(session: Session, mark: int) -> None:
    """Forget what a journal said of its gate: it is read again, by better clocks."""
    session.run("DELETE FROM cover WHERE mark = ?", (mark,))
    session.run("DELETE FROM watch WHERE mark = ?", (mark,))


def coverage(
    session: Session, places: Iterable[int], window: tuple[int, int]
) -> tuple[Coverage, ...]:
    """Return what every gate of the places saw of the window, by place and gate."""
    wanted = sorted(set(places))
    if not wanted:
        return ()
    gates = session.rows(_GATES.format(places=marks(wanted)), wanted)
    keys = [key for key, _, _ in gates]
    known: dict[int, list[Piece]] = {key: [] for key in keys}
    for gate, since, until, state in _pieces(session, keys, window):
        known[gate].append(Piece(since, until, State(state)))
    return tuple(covered(name, place, known[key], window) for key, name, place in gates)


def _pieces(
    session: Session, gates: Sequence[int], window: tuple[int, int]
) -> list[tuple[int, int, int, int]]:
    if not gates:
        return []
    statement = _PIECES.format(gates=marks(gates))
    return session.rows(statement, [*gates, window[1], window[0], *gates])


def _watch(row: Sequence[Any]) -> Watch:
    since, until, state, boot, stopped = row
    return Watch(Piece(since, until, State(state)), boot, bool(stopped))
