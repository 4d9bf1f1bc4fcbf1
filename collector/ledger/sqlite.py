"""The ledger in one SQLite file: nothing to install, enough for a district.

WAL with synchronous FULL: a commit that returned survives a power cut. Any number of views read
beside the one writer.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from collector.ledger import schema
from collector.ledger.entries import (
    Arrival,
    Complaint,
    Entry,
    Mark,
    Post,
    Report,
    Taking,
    Topic,
    Why,
    unmarked,
)
from collector.ledger.order import Kept, weigh
from collector.ledger.ports import FORKS_KEPT, JOURNALS_KEPT
from collector.ledger.reports import heard, is_news, seen, supersedes
from collector.ledger.times import Slot, joined
from wire.canonical import parse
from wire.errors import WireError
from wire.record import MAX_SEQ, ClockState, Direction, Missing, Outcome, Scan

_INSERT = (
    "INSERT INTO record (mark, seq, t, boot, up, wall, clock, dir, kind, signature, identity,"
    " outcome, reason, marks, chain, raw, received_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FORK = (
    "INSERT OR IGNORE INTO fork (mark, seq, chain, raw, received_ms)"
    " SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT COUNT(*) FROM fork WHERE mark = ?1) < ?6"
)
_COMPLAINT = (
    "INSERT INTO refusal (gate, why, journal, seq, times, last_ms) VALUES (?, ?, ?, ?, 1, ?)"
    " ON CONFLICT (gate, why) DO UPDATE SET journal = excluded.journal, seq = excluded.seq,"
    " times = times + 1, last_ms = excluded.last_ms"
)
_REPORT = {
    topic: f"INSERT INTO gate (gate, {topic}, {topic}_ms) VALUES (?, ?, ?)"  # noqa: S608  # closed enum
    f" ON CONFLICT (gate) DO UPDATE SET {topic} = excluded.{topic},"
    f" {topic}_ms = excluded.{topic}_ms"
    for topic in Topic
}
_REPORTED = {
    topic: f"SELECT {topic} FROM gate WHERE gate = ?"  # noqa: S608  # closed enum
    for topic in Topic
}
_HEARD = (
    "INSERT INTO gate (gate, record_ms, record_wall, record_clock, said, high)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (gate) DO UPDATE SET record_ms = excluded.record_ms,"
    " record_wall = excluded.record_wall, record_clock = excluded.record_clock,"
    " said = CASE excluded.said WHEN '' THEN said ELSE excluded.said END, high = excluded.high"
)
_LOST = (
    "INSERT INTO lost (mark, first, last, cause, chain, raw, received_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_GAP = (
    "INSERT INTO gap (mark, last, since_ms) VALUES (?1, ?2, ?3) ON CONFLICT (mark) DO UPDATE SET"
    " since_ms = CASE WHEN last > ?4 THEN since_ms ELSE excluded.since_ms END,"
    " last = excluded.last"
)
_HEAD = (
    "INSERT INTO head (mark, seq, chain, kid, sig, received_ms) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (mark) DO UPDATE SET seq = excluded.seq, chain = excluded.chain,"
    " kid = excluded.kid, sig = excluded.sig, received_ms = excluded.received_ms"
    " WHERE excluded.seq > seq"
)
_SLOT = (
    "INSERT INTO slot (mark, boot, slot, first, last_up, lo, hi) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (mark, boot, slot) DO UPDATE SET first = MIN(first, excluded.first),"
    " last_up = MAX(last_up, excluded.last_up), hi = MIN(hi, excluded.hi),"
    " lo = COALESCE(MAX(lo, excluded.lo), lo, excluded.lo)"
)
_KEPT = (
    ("SELECT chain FROM lost WHERE mark = ? AND last = ?", True),
    ("SELECT chain FROM record WHERE mark = ? AND seq = ?", False),
)
_SAID = (
    "UPDATE mark SET said_ms = CASE WHEN said > high THEN said_ms ELSE ?2 END, said = ?1"
    " WHERE id = ?3"
)
_RECEIVED = "SELECT received_ms FROM record WHERE id >= ? ORDER BY id LIMIT 1"
_PASSED = (
    "SELECT record.id, mark, gate, t, dir, outcome, wall, clock, received_ms,"
    " CASE t WHEN 'note' THEN raw END FROM record JOIN mark ON mark.id = record.mark"
    " WHERE record.id > ? ORDER BY record.id LIMIT ?"
)
_SCAN = "SELECT dir, outcome FROM record WHERE mark = ? AND seq = ? AND t = 'scan'"
SLOTS_KNOWN = 50_000
"""Remembered, so that an hour's slot is written when it says something new, not every time."""


class SqliteLedger:
    """A ledger to write to; the promises are those of the port."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file; `with` opens it."""
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._slots: dict[tuple[int, str, int], Slot] = {}

    def __enter__(self) -> Self:
        """Open the file, making it if there is none."""
        self._db = schema.open_to_write(self._path)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def mark(self, gate: str, journal: str) -> Mark:
        """Return how far a journal is."""
        with schema.translated(self._path):
            found = self._open.execute(
                "SELECT high, chain FROM mark WHERE gate = ? AND journal = ?", (gate, journal)
            ).fetchone()
        return Mark(gate, journal, *found) if found else unmarked(gate, journal)

    def commit(self, post: Post, at_ms: int) -> tuple[Taking, ...]:
        """Store the post in one transaction."""
        slots: dict[tuple[int, str, int], Slot] = {}
        with schema.translated(self._path), self._transaction() as db:
            takings = tuple(_take(db, arrival, at_ms, slots) for arrival in post.arrivals)
            for taking in takings:
                _complain(db, taking.complaints, at_ms)
            _complain(db, post.complaints, at_ms)
            for report in post.reports:
                _note(db, report, at_ms)
            _hear(db, takings, at_ms)
            news = {key: slot for key, slot in slots.items() if is_news(self._slots.get(key), slot)}
            db.executemany(_SLOT, (_slot(key, slot) for key, slot in news.items()))
        # Another process may know more: the table takes the narrower of both.
        if len(self._slots) > SLOTS_KNOWN:
            self._slots.clear()
        self._slots.update(news)
        return takings

    def row_before(self, since_ms: int) -> int:
        """Return the last row received before a moment: rows are in the order of arrival."""
        with schema.translated(self._path):
            low, high = (
                0,
                self._open.execute("SELECT COALESCE(MAX(id), 0) FROM record").fetchone()[0],
            )
            while low < high:
                middle = (low + high + 1) // 2
                found = self._open.execute(_RECEIVED, (middle,)).fetchone()
                low, high = (middle, high) if found[0] < since_ms else (low, middle - 1)
        return int(low)

    def passages(self, after: int, since_ms: int, limit: int) -> tuple[int, dict[str, int]]:
        """Count who passed."""
        passed: dict[str, int] = {}
        with schema.translated(self._path):
            for row in self._open.execute(_PASSED, (after, limit)).fetchall():
                after, key, gate, t, way, outcome, wall, clock, received_ms, raw = row
                change = _change(way, outcome)
                if t == "note":
                    change = -self._cancelled(key, raw)
                made_ms = received_ms if clock == ClockState.UNSYNCED else wall
                if change and made_ms >= since_ms:
                    passed[gate] = passed.get(gate, 0) + change
        return after, {gate: count for gate, count in passed.items() if count}

    def _cancelled(self, key: int, raw: bytes) -> int:
        """Return the change that a note takes back; 0 for any other note."""
        if b'"cancelled"' not in raw:
            return 0
        try:
            seq = parse(raw)["data"]["seq"]
        except (WireError, KeyError, TypeError):
            return 0
        if not isinstance(seq, int) or not 0 < seq <= MAX_SEQ:
            return 0
        found = self._open.execute(_SCAN, (key, seq)).fetchone()
        return _change(*found) if found else 0

    @property
    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            msg = "the ledger is not open"
            raise RuntimeError(msg)
        return self._db

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = self._open
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            # On some errors (a full disk) SQLite has rolled back by itself.
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _take(
    db: sqlite3.Connection,
    arrival: Arrival,
    at_ms: int,
    slots: dict[tuple[int, str, int], Slot],
) -> Taking:
    """Store what is next of one arrival, and keep what is odd about it."""
    found = _marked(db, arrival.gate, arrival.journal, at_ms)
    if found is None:
        full = Complaint(arrival.gate, arrival.journal, arrival.first, Why.JOURNALS)
        return Taking(unmarked(arrival.gate, arrival.journal), complaints=(full,))
    key, mark = found
    taking = weigh(mark, arrival, lambda seq: _kept(db, key, seq))
    if taking.fresh:
        _store(db, key, mark.high, taking, at_ms)
        for (boot, number), slot in seen(taking.fresh, at_ms).items():
            old = slots.get((key, boot, number), slot)
            slots[key, boot, number] = joined(old, slot.first, slot.last_up, (slot.lo, slot.hi))
    if taking.want is not None:
        db.execute(_GAP, (key, taking.want[1], at_ms, mark.high))
    if arrival.head is not None and arrival.head.seq <= taking.mark.high and not taking.forked:
        head = arrival.head
        db.execute(_HEAD, (key, head.seq, head.hash, head.kid, head.sig, at_ms))
    for entry in taking.forked:
        row = (key, entry.seq, entry.chain, entry.raw, at_ms, FORKS_KEPT)
        db.execute(_FORK, row)
    return taking


def _store(db: sqlite3.Connection, key: int, high: int, taking: Taking, at_ms: int) -> None:
    """Insert what is fresh and move the mark, which stood at `high`."""
    rows = []
    for entry in taking.fresh:
        if isinstance(entry.record, Missing):
            first, cause = max(entry.seq, high + 1), entry.record.cause
            row = (key, first, entry.last, cause, entry.chain, entry.raw, at_ms)
            db.execute(_LOST, row)
        else:
            rows.append(_row(key, entry, at_ms))
    db.executemany(_INSERT, rows)
    db.execute(
        "UPDATE mark SET high = ?, chain = ?, moved_ms = ? WHERE id = ?",
        (taking.mark.high, taking.mark.chain, at_ms, key),
    )


def _kept(db: sqlite3.Connection, key: int, seq: int) -> Kept | None:
    """Return what is in the ledger at a seq; a declaration mends the chain of what it follows."""
    for question, declared in _KEPT:
        found = db.execute(question, (key, seq)).fetchone()
        if found:
            return Kept(found[0], declared)
    return None


def _marked(db: sqlite3.Connection, gate: str, journal: str, at_ms: int) -> tuple[int, Mark] | None:
    """Return the key and the mark of a journal, making a mark for a new one.

    None if the gate has begun as many journals as may be.
    """
    name = (gate, journal)
    found = db.execute(
        "SELECT id, high, chain FROM mark WHERE gate = ? AND journal = ?", name
    ).fetchone()
    if found:
        return found[0], Mark(*name, found[1], found[2])
    count = db.execute("SELECT COUNT(*) FROM mark WHERE gate = ?", (gate,)).fetchone()[0]
    if count >= JOURNALS_KEPT:
        return None
    mark = unmarked(*name)
    made = db.execute(
        "INSERT INTO mark (gate, journal, high, chain, moved_ms) VALUES (?, ?, ?, ?, ?)",
        (*name, mark.high, mark.chain, at_ms),
    )
    return made.lastrowid or 0, mark


def _change(way: str | None, outcome: str | None) -> int:
    """Return by how much a scan changes the number of people inside."""
    if outcome != Outcome.ACCEPTED:
        return 0
    return 1 if way == Direction.IN else -1


def _slot(key: tuple[int, str, int], slot: Slot) -> tuple[object, ...]:
    return (key[0], slot.boot, slot.slot, slot.first, slot.last_up, slot.lo, slot.hi)


def _row(key: int, entry: Entry, at_ms: int) -> tuple[object, ...]:
    """Spell a record as the values of its columns."""
    record = entry.record
    tail = (entry.chain, entry.raw, at_ms)
    if record is None:
        return (key, entry.seq, "odd", *[None] * 11, *tail)
    head = (key, entry.seq, type(record).__name__.lower())
    stamp = (record.boot, record.up, record.wall, record.clock)
    if not isinstance(record, Scan):
        return (*head, *stamp, *[None] * 7, *tail)
    said = (record.dir, record.kind, record.signature, record.identity)
    answer = (record.outcome, record.reason, " ".join(record.marks))
    return (*head, *stamp, *said, *answer, *tail)


def _complain(db: sqlite3.Connection, complaints: tuple[Complaint, ...], at_ms: int) -> None:
    for each in complaints:
        db.execute(_COMPLAINT, (each.gate, each.why, each.journal, each.seq, at_ms))


def _note(db: sqlite3.Connection, report: Report, at_ms: int) -> None:
    found = db.execute(_REPORTED[report.topic], (report.gate,)).fetchone()
    if not supersedes(report, found[0] if found else b""):
        return
    db.execute(_REPORT[report.topic], (report.gate, report.raw, at_ms))
    if report.journal and report.last:
        journal = _marked(db, report.gate, report.journal, at_ms)
        if journal is not None:
            db.execute(_SAID, (report.last, at_ms, journal[0]))


def _hear(db: sqlite3.Connection, takings: tuple[Taking, ...], at_ms: int) -> None:
    for gate, last in heard(takings).items():
        db.execute(_HEARD, (gate, at_ms, last.wall, last.clock, last.said, last.high))
