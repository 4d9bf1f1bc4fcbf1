"""The SQLite ledger to look at: opened read-only, shared by the threads of one process."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from heapq import merge
from pathlib import Path
from typing import Any, Self

import msgspec

from collector.ledger import schema
from collector.ledger.chain import walked
from collector.ledger.entries import (
    Gap,
    Glance,
    Lack,
    Mark,
    Noted,
    Row,
    SignedHead,
    Standing,
    Stored,
    Tally,
)
from collector.ledger.glances import noted, undone
from collector.ledger.reports import writes
from collector.ledger.times import Slot, Times
from wire.record import ClockState, Direction, Identity, Outcome, Reason, Signature

_LATEST = (
    "SELECT mark.gate, wall, clock, dir, kind, signature, identity, outcome, reason, marks,"
    " received_ms, record.mark, boot, up FROM record JOIN mark ON mark.id = record.mark"
    " WHERE t = 'scan' ORDER BY record.id DESC LIMIT ?"
)
_STANDINGS = (
    "SELECT gate, state, state_ms, health, health_ms, said, record_ms, record_wall, record_clock,"
    " high FROM gate"
)
_GLANCES = (
    "SELECT record.id, mark, gate, t, dir, outcome, wall, clock, received_ms,"
    " CASE t WHEN 'note' THEN raw END FROM record JOIN mark ON mark.id = record.mark"
    " WHERE record.id > ? ORDER BY record.id LIMIT ?"
)
_SCAN = "SELECT dir, outcome, wall, clock FROM record WHERE mark = ? AND seq = ? AND t = 'scan'"
_NOTES = (
    "SELECT raw, received_ms FROM (SELECT record.id, t, raw, received_ms FROM record"
    " WHERE mark = ? ORDER BY seq DESC LIMIT ?) WHERE t = 'note' AND received_ms >= ? ORDER BY id"
)
_MARKS = "SELECT id FROM mark WHERE gate = ? ORDER BY id"
_FORKS = "SELECT gate, COUNT(*) FROM fork JOIN mark ON mark.id = fork.mark GROUP BY gate"
_REFUSALS = "SELECT gate, SUM(times) FROM refusal GROUP BY gate"
_TALLIES = (
    "SELECT gate, journal, high, lower(hex(mark.chain)),"
    " COUNT(record.id), COUNT(record.id) - COUNT(DISTINCT seq),"
    " high - COUNT(DISTINCT seq) - COALESCE(gone.count, 0),"
    " COALESCE(SUM(t = 'scan'), 0), COALESCE(SUM(outcome = 'accepted'), 0),"
    " COALESCE(SUM(t = 'odd'), 0),"
    " (SELECT COUNT(*) FROM fork WHERE fork.mark = mark.id), COALESCE(gone.count, 0)"
    " FROM mark LEFT JOIN record ON record.mark = mark.id"
    " LEFT JOIN (SELECT mark, SUM(last - first + 1) AS count FROM lost GROUP BY mark) AS gone"
    " ON gone.mark = mark.id GROUP BY mark.id ORDER BY gate, journal"
)
_GAPS = (
    (
        "SELECT gate, journal, 'declared', lost.first, lost.last, received_ms, cause"
        " FROM lost JOIN mark ON mark.id = lost.mark WHERE lost.first <= lost.last"
    ),
    (
        "SELECT gate, journal, 'gap', high + 1, gap.last, since_ms, ''"
        " FROM gap JOIN mark ON mark.id = gap.mark WHERE gap.last > high"
    ),
    ("SELECT gate, journal, 'unsent', high + 1, said, said_ms, '' FROM mark WHERE said > high"),
)
_WALK = (
    "SELECT seq, seq, t, chain, raw, received_ms, boot, up FROM record WHERE mark = ?"
    " ORDER BY seq, id"
)
_LOST = (
    "SELECT first, last, 'missing', chain, raw, received_ms FROM lost WHERE mark = ? ORDER BY last"
)
_KEY = "SELECT id FROM mark WHERE gate = ? AND journal = ?"
_SLOTS = (
    "SELECT boot, slot, first, last_up, lo, hi FROM slot WHERE mark = ? ORDER BY first DESC LIMIT ?"
)
RECENT, EVERY = 2_000, 1_000_000
"""Hours of a journal that are looked at for the board, and for a proof. A gate that makes up an
hour for each record slows neither."""
FETCHED = 2_000
"""Rows at a time: a walk over a long journal holds no more in memory."""


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
        found = self._ask(_LATEST, (limit,))
        times = {key: Times(self._slots(key, RECENT)) for key in {row[11] for row in found}}
        return tuple(_row(row[:11], times[row[11]], row[12], row[13]) for row in found)

    def glances(self, after: int, limit: int) -> tuple[int, tuple[Glance, ...]]:
        """Return the passages among the next rows."""
        found: list[Glance] = []
        for row in self._ask(_GLANCES, (after, limit)):
            after, key, gate, t, way, outcome, wall, clock, received, raw = row
            if t == "scan":
                found.append(Glance(gate, wall, clock, way, outcome, received))
            elif t == "note" and (seq := undone(raw)):
                scans = self._ask(_SCAN, (key, seq))
                found += [
                    Glance(gate, *(scan[2], scan[3], scan[0], scan[1]), received, undone=True)
                    for scan in scans
                ]
        return after, tuple(found)

    def notes(self, gate: str, since_ms: int, limit: int) -> tuple[Noted, ...]:
        """Return the gate's notes."""
        rows = [
            row
            for (key,) in self._ask(_MARKS, (gate,))
            for row in self._ask(_NOTES, (key, limit, since_ms))
        ]
        return tuple(each for raw, received in rows if (each := noted(raw, received)))

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
                journal=writes(gates[name][1]) if name in gates else "",
            )
            for name in gates.keys() | forks.keys() | refusals.keys()
        }

    def tallies(self) -> tuple[Tally, ...]:
        """Count every journal from its rows."""
        return tuple(Tally(*row) for row in self._ask(_TALLIES))

    def broken(self) -> tuple[tuple[str, str, int], ...]:
        """Walk every chain over the stored bytes."""
        found = []
        for mark in self.journals():
            name = (mark.gate, mark.journal)
            for stored, fits in walked(*name, self.walk(*name)):
                if not fits:
                    found.append((*name, stored.last))
                    break
        return tuple(found)

    def journals(self) -> tuple[Mark, ...]:
        """Return how far every journal is."""
        question = "SELECT gate, journal, high, chain FROM mark ORDER BY gate, journal"
        return tuple(Mark(*row) for row in self._ask(question))

    def gaps(self) -> tuple[Gap, ...]:
        """Return every range that is not here."""
        states = {name: standing.journal for name, standing in self.standings().items()}
        return tuple(
            Gap(
                *(gate, journal, Lack(lack), first, last, since_ms),
                retired=states.get(gate, "") not in ("", journal),
                cause=cause,
            )
            for gate, journal, lack, first, last, since_ms, cause in sorted(
                row for question in _GAPS for row in self._ask(question)
            )
        )

    def times(self, gate: str, journal: str) -> Times:
        """Return what is known about when its records were made."""
        found = self._ask(_KEY, (gate, journal))
        return Times(self._slots(found[0][0], EVERY) if found else ())

    def walk(self, gate: str, journal: str) -> Iterator[Stored]:
        """Yield what is stored, a few thousand at a time."""
        found = self._ask(_KEY, (gate, journal))
        if not found:
            return
        lost = [Stored(*row) for row in self._ask(_LOST, found[0])]
        yield from merge(self._rows(found[0][0]), lost, key=lambda each: each.last)

    def _rows(self, key: int) -> Iterator[Stored]:
        with self._lock, schema.translated(self._path):
            cursor = self._connect().execute(_WALK, (key,))
        while True:
            with self._lock, schema.translated(self._path):
                rows = cursor.fetchmany(FETCHED)
            if not rows:
                return
            yield from (Stored(*row) for row in rows)

    def forked(self, gate: str, journal: str) -> tuple[int, ...]:
        """Return where forks are kept."""
        question = f"SELECT DISTINCT seq FROM fork WHERE mark = ({_KEY}) ORDER BY seq"  # noqa: S608
        return tuple(seq for (seq,) in self._ask(question, (gate, journal)))

    def head(self, gate: str, journal: str) -> SignedHead | None:
        """Return the latest signed head."""
        question = f"SELECT seq, chain, kid, sig FROM head WHERE mark = ({_KEY})"  # noqa: S608
        found = self._ask(question, (gate, journal))
        return SignedHead(*found[0]) if found else None

    def _slots(self, key: int, limit: int) -> list[Slot]:
        return [Slot(*row) for row in self._ask(_SLOTS, (key, limit))]

    def _ask(self, question: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock, schema.translated(self._path):
            return self._connect().execute(question, values).fetchall()

    def _connect(self) -> sqlite3.Connection:
        """Return the connection, opening it if need be; the caller holds the lock."""
        if self._db is None:
            self._db = schema.open_to_read(self._path)
        return self._db


def _row(found: tuple[Any, ...], times: Times, boot: str, up: int) -> Row:
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
        moment=times.moment(boot, up, received),
    )
