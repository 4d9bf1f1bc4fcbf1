"""All of one commit: what of each arrival is stored, and what is noted beside it.

Knows the tables and the one decision (`order`), and no file and no server. Records are inserted
together at the end; what an earlier arrival of the same post brought is known to the later ones.
"""

from collector.database.ports import Session
from collector.ledger.bins import bin_for
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
from collector.ledger.reports import heard, seen, supersedes
from collector.ledger.times import Slot, joined
from wire.record import Missing, Scan

_COLUMNS = (
    *("id", "mark", "seq", "t", "boot", "up", "wall", "clock", "dir", "kind", "signature"),
    *("identity", "outcome", "reason", "marks", "chain", "raw", "received_ms"),
)
_FORK = (
    "INSERT INTO fork (mark, seq, chain, raw, received_ms)"
    " SELECT ?, ?, ?, ?, ? WHERE (SELECT COUNT(*) FROM fork WHERE mark = ?) < ?"
    " ON CONFLICT DO NOTHING"
)
_COMPLAINT = (
    "INSERT INTO refusal (gate, why, journal, seq, times, last_ms) VALUES (?, ?, ?, ?, 1, ?)"
    " ON CONFLICT (gate, why) DO UPDATE SET journal = excluded.journal, seq = excluded.seq,"
    " times = refusal.times + 1, last_ms = excluded.last_ms"
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
    " said = CASE excluded.said WHEN '' THEN gate.said ELSE excluded.said END,"
    " high = excluded.high"
)
_LOST = (
    "INSERT INTO lost (mark, first, last, cause, chain, raw, received_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_GAP = (
    "INSERT INTO gap (mark, last, since_ms) VALUES (?, ?, ?) ON CONFLICT (mark) DO UPDATE SET"
    " since_ms = CASE WHEN gap.last > ? THEN gap.since_ms ELSE excluded.since_ms END,"
    " last = excluded.last"
)
_HEAD = (
    "INSERT INTO head (mark, seq, chain, kid, sig, received_ms) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (mark) DO UPDATE SET seq = excluded.seq, chain = excluded.chain,"
    " kid = excluded.kid, sig = excluded.sig, received_ms = excluded.received_ms"
    " WHERE excluded.seq > head.seq"
)
_SLOT = (
    "INSERT INTO slot (mark, boot, slot, first, last_up, lo, hi) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (mark, boot, slot) DO UPDATE SET"
    " first = CASE WHEN excluded.first < slot.first THEN excluded.first ELSE slot.first END,"
    " last_up = CASE WHEN excluded.last_up > slot.last_up THEN excluded.last_up"
    " ELSE slot.last_up END,"
    " hi = CASE WHEN excluded.hi < slot.hi THEN excluded.hi ELSE slot.hi END,"
    " lo = CASE WHEN slot.lo IS NULL OR excluded.lo > slot.lo THEN COALESCE(excluded.lo, slot.lo)"
    " ELSE slot.lo END"
)
_KEPT = (
    ("SELECT chain FROM lost WHERE mark = ? AND last = ?", True),
    ("SELECT chain FROM deletion WHERE mark = ? AND last = ?", False),
    ("SELECT chain FROM record WHERE mark = ? AND seq = ?", False),
)
_SAID = (
    "UPDATE mark SET said_ms = CASE WHEN said > high THEN said_ms ELSE ? END, said = ? WHERE id = ?"
)
_MARKED = "SELECT id, high, chain, gone FROM mark WHERE gate = ? AND journal = ?"
_BEGUN = "SELECT COUNT(*) FROM mark WHERE gate = ?"
_NEW_MARK = (
    "INSERT INTO mark (gate, journal, high, chain, moved_ms) VALUES (?, ?, ?, ?, ?) RETURNING id"
)
_MOVED = "UPDATE mark SET high = ?, chain = ?, moved_ms = ? WHERE id = ?"
_ROWS = "UPDATE turn SET last_row = last_row + ? RETURNING last_row"
_TURN = "UPDATE turn SET retimed = retimed + 1 RETURNING retimed"
_RETIMED = "UPDATE mark SET retimed = ? WHERE id = ?"

SlotKey = tuple[int, str, int]


class _Place:
    """A journal as it stands in this commit."""

    def __init__(self, key: int, mark: Mark, gone: int) -> None:
        self.key, self.mark, self.gone = key, mark, gone


class Batch:
    """The rows of one commit."""

    def __init__(self, session: Session, at_ms: int, *, in_bins: bool) -> None:
        """Take the transaction and the time of arrival; `in_bins`: records lie apart by day."""
        self._session, self._at_ms, self._in_bins = session, at_ms, in_bins
        self._places: dict[tuple[str, str], _Place] = {}
        self._fresh: list[tuple[int, Entry]] = []
        self._pending: dict[tuple[int, int], Kept] = {}
        self.slots: dict[SlotKey, Slot] = {}
        """What the records say about the time of their boots."""

    def take(self, post: Post) -> tuple[Taking, ...]:
        """Store a post; return what became of each arrival."""
        takings = tuple(self._take(arrival) for arrival in post.arrivals)
        self._insert()
        for each in (*(c for taking in takings for c in taking.complaints), *post.complaints):
            self._session.run(
                _COMPLAINT, (each.gate, each.why.value, each.journal, each.seq, self._at_ms)
            )
        for report in post.reports:
            self._note(report)
        self._session.many(
            _HEARD,
            [
                (gate, self._at_ms, last.wall, last.clock, last.said, last.high)
                for gate, last in heard(takings).items()
            ],
        )
        return takings

    def retime(self, news: dict[SlotKey, Slot]) -> None:
        """Write down what is newly known of times, and that it changed."""
        if not news:
            return
        self._session.many(
            _SLOT,
            [
                (key[0], slot.boot, slot.slot, slot.first, slot.last_up, slot.lo, slot.hi)
                for key, slot in news.items()
            ],
        )
        turn = self._session.rows(_TURN)[0][0]
        self._session.many(_RETIMED, [(turn, key) for key in {key[0] for key in news}])

    def _take(self, arrival: Arrival) -> Taking:
        """Store what is next of one arrival, and keep what is odd about it."""
        place = self._marked(arrival.gate, arrival.journal)
        if place is None:
            full = Complaint(arrival.gate, arrival.journal, arrival.first, Why.JOURNALS)
            return Taking(unmarked(arrival.gate, arrival.journal), complaints=(full,))
        before = place.mark
        taking = weigh(before, arrival, lambda seq: self._kept(place, seq))
        if taking.fresh:
            self._store(place, taking)
        if taking.want is not None:
            self._session.run(_GAP, (place.key, taking.want[1], self._at_ms, before.high))
        if arrival.head is not None and arrival.head.seq <= taking.mark.high and not taking.forked:
            head = arrival.head
            row = (place.key, head.seq, head.hash, head.kid, head.sig, self._at_ms)
            self._session.run(_HEAD, row)
        for entry in taking.forked:
            kept = (place.key, entry.seq, entry.chain, entry.raw, self._at_ms)
            self._session.run(_FORK, (*kept, place.key, FORKS_KEPT))
        return taking

    def _store(self, place: _Place, taking: Taking) -> None:
        """Lay aside what is fresh, and move the mark."""
        for entry in taking.fresh:
            declared = isinstance(entry.record, Missing)
            self._pending[place.key, entry.last] = Kept(entry.chain, declared)
            if isinstance(entry.record, Missing):
                first, cause = max(entry.seq, place.mark.high + 1), entry.record.cause
                row = (place.key, first, entry.last, cause, entry.chain, entry.raw, self._at_ms)
                self._session.run(_LOST, row)
            else:
                self._fresh.append((place.key, entry))
        for (boot, number), slot in seen(taking.fresh, self._at_ms).items():
            key = (place.key, boot, number)
            old = self.slots.get(key, slot)
            self.slots[key] = joined(old, slot.first, slot.last_up, (slot.lo, slot.hi))
        place.mark = taking.mark

    def _insert(self) -> None:
        """Insert the records and move the marks, all at once."""
        if self._fresh:
            count = len(self._fresh)
            first = self._session.rows(_ROWS, (count,))[0][0] - count + 1
            rows = (
                _row(number, key, entry, self._at_ms)
                for number, (key, entry) in enumerate(self._fresh, first)
            )
            columns: tuple[str, ...] = _COLUMNS
            if self._in_bins:
                columns = (*_COLUMNS, "bin")
                bins = (bin_for(entry.record, self._at_ms) for _, entry in self._fresh)
                rows = ((*row, number) for row, number in zip(rows, bins, strict=True))
            self._session.load("record", columns, rows)
        moved = {key for key, _ in self._pending}
        self._session.many(
            _MOVED,
            [
                (place.mark.high, place.mark.chain, self._at_ms, place.key)
                for place in self._places.values()
                if place.key in moved
            ],
        )

    def _kept(self, place: _Place, seq: int) -> Kept | None:
        """Return what is here at a seq; a declaration mends the chain of what it follows."""
        pending = self._pending.get((place.key, seq))
        if pending is not None:
            return pending
        for question, declared in _KEPT:
            found = self._session.rows(question, (place.key, seq))
            if found:
                return Kept(found[0][0], declared)
        return Kept(None) if 0 < seq <= place.gone else None

    def _marked(self, gate: str, journal: str) -> _Place | None:
        """Return a journal, making a mark for a new one.

        None if the gate has begun as many journals as may be.
        """
        name = (gate, journal)
        if name in self._places:
            return self._places[name]
        found = self._session.rows(_MARKED, name)
        if found:
            key, high, chain, gone = found[0]
            self._places[name] = _Place(key, Mark(*name, high, chain), gone)
            return self._places[name]
        if self._session.rows(_BEGUN, (gate,))[0][0] >= JOURNALS_KEPT:
            return None
        mark = unmarked(*name)
        row = (*name, mark.high, mark.chain, self._at_ms)
        self._places[name] = _Place(self._session.rows(_NEW_MARK, row)[0][0], mark, 0)
        return self._places[name]

    def _note(self, report: Report) -> None:
        found = self._session.rows(_REPORTED[report.topic], (report.gate,))
        if not supersedes(report, found[0][0] if found else b""):
            return
        self._session.run(_REPORT[report.topic], (report.gate, report.raw, self._at_ms))
        if report.journal and report.last:
            place = self._marked(report.gate, report.journal)
            if place is not None:
                self._session.run(_SAID, (self._at_ms, report.last, place.key))


def _row(number: int, key: int, entry: Entry, at_ms: int) -> tuple[object, ...]:
    """Spell a record as the values of its columns."""
    record = entry.record
    tail = (entry.chain, entry.raw, at_ms)
    if record is None:
        return (number, key, entry.seq, "odd", *[None] * 11, *tail)
    head = (number, key, entry.seq, type(record).__name__.lower())
    stamp = (record.boot, record.up, record.wall, record.clock)
    if not isinstance(record, Scan):
        return (*head, *stamp, *[None] * 7, *tail)
    said = (record.dir, record.kind, record.signature, record.identity)
    answer = (record.outcome, record.reason, " ".join(record.marks))
    return (*head, *stamp, *said, *answer, *tail)
