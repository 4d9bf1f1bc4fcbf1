"""The SQLite ledger to look at: opened read-only, shared by the threads of one process."""

import hashlib
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import msgspec

from collector.ledger import schema
from collector.ledger.entries import Row, Standing, Tally
from wire.record import ClockState, Direction, Identity, Outcome, Reason, Signature, genesis

_LATEST = (
    "SELECT mark.gate, wall, clock, dir, kind, signature, identity, outcome, reason, marks,"
    " received_ms FROM record JOIN mark ON mark.id = record.mark"
    " WHERE t = 'scan' ORDER BY record.id DESC LIMIT ?"
)
_STANDINGS = (
    "SELECT gate, state, state_ms, health, health_ms, said, record_ms, record_wall, record_clock,"
    " high FROM gate"
)
_FORKS = "SELECT gate, COUNT(*) FROM fork JOIN mark ON mark.id = fork.mark GROUP BY gate"
_REFUSALS = "SELECT gate, SUM(times) FROM refusal GROUP BY gate"
_TALLIES = (
    "SELECT gate, journal, high, lower(hex(mark.chain)),"
    " COUNT(record.id), COUNT(record.id) - COUNT(DISTINCT seq), high - COUNT(DISTINCT seq),"
    " COALESCE(SUM(t = 'scan'), 0), COALESCE(SUM(outcome = 'accepted'), 0),"
    " COALESCE(SUM(t = 'odd'), 0),"
    " (SELECT COUNT(*) FROM fork WHERE fork.mark = mark.id)"
    " FROM mark LEFT JOIN record ON record.mark = mark.id GROUP BY mark.id ORDER BY gate, journal"
)


class SqliteView:
    """A ledger to look at; the promises are those of the port."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file; it is opened at the first question."""
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Open the file."""
        with self._lock:
            self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def change(self) -> int:
        """Return SQLite's own count of other connections' commits."""
        return int(self._ask("PRAGMA data_version")[0][0])

    def latest(self, limit: int) -> tuple[Row, ...]:
        """Return the scans received last."""
        return tuple(_row(found) for found in self._ask(_LATEST, (limit,)))

    def standings(self) -> dict[str, Standing]:
        """Return the last that is known of every gate."""
        with self._lock, schema.translated(self._path):
            db = self._connect()
            db.execute("BEGIN")
            try:
                gates = {row[0]: row for row in db.execute(_STANDINGS)}
                forks = dict(db.execute(_FORKS).fetchall())
                refusals = dict(db.execute(_REFUSALS).fetchall())
            finally:
                db.execute("ROLLBACK")
        return {
            name: msgspec.structs.replace(
                Standing(*gates.get(name, (name,))),
                forks=forks.get(name, 0),
                complaints=refusals.get(name, 0),
            )
            for name in gates.keys() | forks.keys() | refusals.keys()
        }

    def tallies(self) -> tuple[Tally, ...]:
        """Count every journal from its rows."""
        return tuple(Tally(*row) for row in self._ask(_TALLIES))

    def broken(self) -> tuple[tuple[str, str, int], ...]:
        """Walk every chain over the stored bytes."""
        found: list[tuple[str, str, int]] = []
        with self._lock, schema.translated(self._path):
            db = self._connect()
            for key, gate, journal in db.execute("SELECT id, gate, journal FROM mark").fetchall():
                chain = genesis(gate, journal)
                for seq, ours, raw in db.execute(
                    "SELECT seq, chain, raw FROM record WHERE mark = ? ORDER BY seq, id", (key,)
                ):
                    chain = hashlib.sha256(chain + raw).digest()
                    if chain != ours:
                        found.append((gate, journal, seq))
                        break
        return tuple(sorted(found))

    def _ask(self, question: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock, schema.translated(self._path):
            return self._connect().execute(question, values).fetchall()

    def _connect(self) -> sqlite3.Connection:
        """Return the connection, opening it if need be; the caller holds the lock."""
        if self._db is None:
            self._db = schema.open_to_read(self._path)
        return self._db


def _row(found: tuple[Any, ...]) -> Row:
    """Read one scan from its columns."""
    gate, wall, clock, way, kind, signature, identity, outcome, reason, marks, received = found
    return Row(
        gate=gate,
        wall=wall,
        clock=ClockState(clock),
        dir=Direction(way),
        kind=kind,
        signature=Signature(signature),
        identity=Identity(identity),
        outcome=Outcome(outcome),
        reason=Reason(reason),
        marks=tuple(marks.split()),
        received=received,
    )
