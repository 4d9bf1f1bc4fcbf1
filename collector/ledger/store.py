"""The ledger in a database, whichever it is; the promises are those of the port.

One transaction a post, and writers one after another: rows are numbered in the order in which they
are committed, so that whoever follows them misses none.
"""

from typing import Self

from collector.database.ports import Database, Session
from collector.ledger import schema
from collector.ledger.batch import Batch
from collector.ledger.entries import Mark, Post, Taking, unmarked
from collector.ledger.reports import is_news
from collector.ledger.times import Slot
from wire.canonical import parse
from wire.errors import WireError
from wire.record import MAX_SEQ, ClockState, Direction, Outcome
from wire.record import Mark as Marked

_MARK = "SELECT high, chain FROM mark WHERE gate = ? AND journal = ?"
_RECEIVED = "SELECT received_ms FROM record WHERE id >= ? ORDER BY id LIMIT 1"
_PASSED = (
    "SELECT record.id, mark, gate, t, dir, outcome, wall, clock, received_ms, marks,"
    " CASE t WHEN 'note' THEN raw END FROM record JOIN mark ON mark.id = record.mark"
    " WHERE record.id > ? AND seq > gone ORDER BY record.id LIMIT ?"
)
_SCAN = "SELECT dir, outcome FROM record WHERE mark = ? AND seq = ? AND t = 'scan'"
SLOTS_KNOWN = 50_000
"""Remembered, so that an hour's slot is written when it says something new, not every time."""


class SqlLedger:
    """A ledger to write to."""

    def __init__(self, database: Database) -> None:
        """Take the database; `with` opens it."""
        self._database = database
        self._is_open = False
        self._slots: dict[tuple[int, str, int], Slot] = {}

    def __enter__(self) -> Self:
        """Open it, and make what is not there."""
        schema.make(self._database)
        self._is_open = True
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._is_open = False
        self._database.close()

    def mark(self, gate: str, journal: str) -> Mark:
        """Return how far a journal is."""
        with self._open.reading() as session:
            found = session.rows(_MARK, (gate, journal))
        return Mark(gate, journal, *found[0]) if found else unmarked(gate, journal)

    def commit(self, post: Post, at_ms: int) -> tuple[Taking, ...]:
        """Store the post in one transaction."""
        with self._open.writing() as session:
            batch = Batch(session, at_ms, in_bins=self._database.dialect == "postgres")
            takings = batch.take(post)
            known = self._slots
            news = {key: slot for key, slot in batch.slots.items() if is_news(known.get(key), slot)}
            batch.retime(news)
        # Another process may know more: the table takes the narrower of both.
        if len(self._slots) > SLOTS_KNOWN:
            self._slots.clear()
        self._slots.update(news)
        return takings

    def row_before(self, since_ms: int) -> int:
        """Return the last row received before a moment: rows are in the order of arrival."""
        with self._open.reading() as session:
            low = 0
            (high,) = session.rows("SELECT COALESCE(MAX(id), 0) FROM record")[0]
            while low < high:
                middle = (low + high + 1) // 2
                found = session.rows(_RECEIVED, (middle,))
                low, high = (middle, high) if found[0][0] < since_ms else (low, middle - 1)
        return int(low)

    def passages(self, after: int, since_ms: int, limit: int) -> tuple[int, dict[str, int]]:
        """Count who passed."""
        passed: dict[str, int] = {}
        with self._open.reading() as session:
            for row in session.rows(_PASSED, (after, limit)):
                after, key, gate, t, way, outcome, wall, clock, received_ms, marks, raw = row
                # What was on paper is over: nobody passes a door by it now.
                change = 0 if Marked.PAPER in (marks or "").split() else _change(way, outcome)
                if t == "note":
                    change = -_cancelled(session, key, raw)
                made_ms = received_ms if clock == ClockState.UNSYNCED else wall
                if change and made_ms >= since_ms:
                    passed[gate] = passed.get(gate, 0) + change
        return after, {gate: count for gate, count in passed.items() if count}

    @property
    def _open(self) -> Database:
        if not self._is_open:
            msg = "the ledger is not open"
            raise RuntimeError(msg)
        return self._database


def _cancelled(session: Session, key: int, raw: bytes) -> int:
    """Return the change that a note takes back; 0 for any other note."""
    if b'"cancelled"' not in raw:
        return 0
    try:
        seq = parse(raw)["data"]["seq"]
    except (WireError, KeyError, TypeError):
        return 0
    if not isinstance(seq, int) or not 0 < seq <= MAX_SEQ:
        return 0
    found = session.rows(_SCAN, (key, seq))
    return _change(*found[0]) if found else 0


def _change(way: str | None, outcome: str | None) -> int:
    """Return by how much a scan changes the number of people inside."""
    if outcome != Outcome.ACCEPTED:
        return 0
    return 1 if way == Direction.IN else -1
