"""A ledger in memory, for trying the parts around it; it keeps every promise but the disk's.

Both ports in one object, so that what is committed can be looked at.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import Self

import msgspec

from collector.ledger.chain import walked
from collector.ledger.entries import (
    Arrival,
    Complaint,
    Deletion,
    Entry,
    Gap,
    Kept,
    Lack,
    Mark,
    NoteAt,
    Post,
    Raw,
    Report,
    Row,
    Run,
    SignedHead,
    Stamp,
    Standing,
    Stored,
    Taking,
    Tally,
    Topic,
    Why,
    Witness,
    unmarked,
)
from collector.ledger.order import Kept as Here
from collector.ledger.order import weigh
from collector.ledger.ports import FORKS_KEPT, JOURNALS_KEPT
from collector.ledger.reports import heard, is_news, seen, supersedes, writes
from collector.ledger.times import STATED_MS, Slot, Times, joined
from wire.record import ClockState, Direction, Missing, Note, Outcome, Record, Scan, What
from wire.record import Mark as Marked

Name = tuple[str, str]


class MemoryLedger:
    """A ledger to write to and to look at."""

    def __init__(self) -> None:
        """Begin empty."""
        self._marks: dict[Name, Mark] = {}
        self._records: dict[Name, list[tuple[Entry, int]]] = {}
        self._forks: dict[Name, dict[tuple[int, bytes], Entry]] = {}
        self._lost: dict[Name, list[Stored]] = {}
        self._causes: dict[tuple[Name, int], str] = {}
        self._ahead: dict[Name, tuple[int, int]] = {}
        self._said: dict[Name, tuple[int, int]] = {}
        self._heads: dict[Name, SignedHead] = {}
        self._slots: dict[Name, dict[tuple[str, int], Slot]] = {}
        self._log: list[tuple[str, str, Record | None, int]] = []
        self._rows: list[tuple[str, str, Scan, int]] = []
        self._standings: dict[str, Standing] = {}
        self._complaints: dict[str, int] = {}
        self._changes = 0
        self._arrived: list[tuple[Name, Entry, int]] = []
        self._retimed: dict[Name, int] = {}
        self._deletions: list[Deletion] = []
        self._runs: list[Run] = []

    def __enter__(self) -> Self:
        """Do nothing: it is open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""

    def mark(self, gate: str, journal: str) -> Mark:
        """Return how far a journal is."""
        return self._marks.get((gate, journal)) or unmarked(gate, journal)

    def commit(self, post: Post, at_ms: int) -> tuple[Taking, ...]:
        """Store the post."""
        takings = tuple(self._take(arrival, at_ms) for arrival in post.arrivals)
        for taking in takings:
            self._complain(taking.complaints)
        self._complain(post.complaints)
        for report in post.reports:
            old = self._standings.get(report.gate, Standing(report.gate))
            kept = old.state if report.topic is Topic.STATE else old.health
            if supersedes(report, kept):
                self._stand(report.gate, {report.topic: report.raw, f"{report.topic}_ms": at_ms})
                self._say(report, at_ms)
        for gate, last in heard(takings).items():
            said = {"said": last.said} if last.said else {}
            self._stand(
                gate,
                {
                    "record_ms": at_ms,
                    "record_wall": last.wall,
                    "record_clock": last.clock,
                    "high": last.high,
                    **said,
                },
            )
        self._changes += 1
        return takings

    def row_before(self, since_ms: int) -> int:
        """Return the last row received before a moment."""
        return sum(at_ms < since_ms for *_, at_ms in self._log)

    def passages(self, after: int, since_ms: int, limit: int) -> tuple[int, dict[str, int]]:
        """Count who passed."""
        passed: dict[str, int] = {}
        rows = self._log[after : after + limit]
        for gate, journal, record, at_ms in rows:
            scan, sign = record, 1
            if isinstance(record, Note) and record.what is What.CANCELLED:
                seq, sign = record.data.get("seq"), -1
                stored = (entry.record for entry, _ in self._records[gate, journal])
                scan = next((each for each in stored if each and each.seq == seq), None)
            if not isinstance(scan, Scan) or scan.outcome is not Outcome.ACCEPTED or not record:
                continue
            if Marked.PAPER in scan.marks:  # over: nobody passes a door by it now
                continue
            if (at_ms if record.clock is ClockState.UNSYNCED else record.wall) >= since_ms:
                change = sign if scan.dir is Direction.IN else -sign
                passed[gate] = passed.get(gate, 0) + change
        return after + len(rows), {gate: count for gate, count in passed.items() if count}

    def change(self) -> int:
        """Return how many commits there were."""
        return self._changes

    def latest(self, limit: int) -> tuple[Row, ...]:
        """Return the scans received last."""
        return tuple(
            _row(gate, scan, at_ms, self.times(gate, journal))
            for gate, journal, scan, at_ms in reversed(self._rows[-limit:])
        )

    def standings(self) -> dict[str, Standing]:
        """Return the last that is known of every gate."""
        forked = {gate for gate, _ in self._forks}
        return {
            gate: self._standing(gate)
            for gate in self._standings.keys() | self._complaints.keys() | forked
        }

    def tallies(self) -> tuple[Tally, ...]:
        """Count every journal from its rows."""
        return tuple(self._tally(name) for name in sorted(self._marks))

    def broken(self) -> tuple[tuple[str, str, int], ...]:
        """Walk every chain over the stored bytes."""
        found = ((name, self._break(name)) for name in sorted(self._records))
        return tuple((*name, seq) for name, seq in found if seq is not None)

    def journals(self) -> tuple[Mark, ...]:
        """Return how far every journal is."""
        return tuple(self._marks[name] for name in sorted(self._marks))

    def gaps(self) -> tuple[Gap, ...]:
        """Return every range that is not here."""
        return tuple(sorted(self._gaps(), key=lambda gap: (gap.gate, gap.journal, gap.lack)))

    def times(self, gate: str, journal: str) -> Times:
        """Return what is known about when its records were made."""
        return Times(self._slots.get((gate, journal), {}).values())

    def walk(self, gate: str, journal: str) -> Iterator[Stored]:
        """Yield what is stored."""
        name = (gate, journal)
        gone = self._gone(name)
        for each in self._deletions:
            if (each.gate, each.journal) == name:
                span = (each.first, each.last, "deleted", each.chain, b"", each.at_ms)
                yield Stored(*span, receipt=each.receipt, day=each.day)
        rows = [_stored(entry, at_ms) for entry, at_ms in self._records.get(name, [])]
        lost = [each for each in self._lost.get(name, []) if each.last >= gone]
        yield from sorted([*rows, *lost], key=lambda each: each.last)

    def forked(self, gate: str, journal: str) -> tuple[int, ...]:
        """Return where forks are kept."""
        return tuple(sorted({seq for seq, _ in self._forks.get((gate, journal), {})}))

    def head(self, gate: str, journal: str) -> SignedHead | None:
        """Return the latest signed head."""
        return self._heads.get((gate, journal))

    def after(self, row: int, limit: int) -> tuple[Raw, ...]:
        """Return what came after a row."""
        rows = enumerate(self._arrived[row:], row + 1)
        here = (
            _raw(number, name, entry, at_ms)
            for number, (name, entry, at_ms) in rows
            if entry.seq > self._gone(name)
        )
        return tuple(islice(here, limit))

    def record(self, gate: str, journal: str, seq: int) -> bytes | None:
        """Return the bytes of a record."""
        rows = self._records.get((gate, journal), [])
        return next((entry.raw for entry, _ in rows if entry.seq == seq), None)

    def retimed(self, since: int) -> tuple[int, tuple[tuple[str, str], ...]]:
        """Return the turn it is, and whose times changed after another."""
        names = (name for name, turn in self._retimed.items() if turn > since)
        return max(self._retimed.values(), default=0), tuple(sorted(names))

    def deletions(self, after: int) -> tuple[Deletion, ...]:
        """Return the receipts after one."""
        return tuple(self._deletions[after:])

    def notes(self, gate: str, from_ms: int, until_ms: int) -> tuple[NoteAt, ...]:
        """Return the notes that may have been made in a time."""
        found = []
        for name in sorted(self._records):
            times = self.times(*name)
            for entry, at_ms in self._records[name] if name[0] == gate else ():
                note = entry.record
                if isinstance(note, Note):
                    moment = times.moment(note.boot, note.up, at_ms)
                    bound = moment.bound_ms or 0
                    if moment.ms + bound >= from_ms and moment.ms - bound < until_ms:
                        found.append(NoteAt(*name, note.seq, moment, note.boot, note.up, note))
        return tuple(found)

    def moment(self) -> AbstractContextManager[None]:
        """Do nothing: nobody writes meanwhile."""
        return nullcontext()

    def kept(self) -> tuple[Kept, ...]:
        """Return of each journal what is here."""
        marks = (self._marks[name] for name in sorted(self._marks))
        return tuple(
            Kept(each.gate, each.journal, self._gone((each.gate, each.journal)), each.high)
            for each in marks
        )

    def hours(self, journal: Kept, limit: int) -> tuple[Slot, ...]:
        """Return what is known of the times of the oldest records here."""
        slots = sorted(
            self._slots.get((journal.gate, journal.journal), {}).values(),
            key=lambda each: (each.first, each.slot),
        )
        begin = max((each.first for each in slots if each.first <= journal.gone + 1), default=0)
        return tuple([each for each in slots if each.first >= begin][:limit])

    def stamps(self, journal: Kept, first: int, last: int) -> tuple[Stamp, ...]:
        """Return the stamps of some records."""
        rows = self._records[journal.gate, journal.journal]
        return tuple(
            Stamp(entry.seq, entry.record.boot, entry.record.up, at_ms)
            if entry.record
            else Stamp(entry.seq, None, None, at_ms)
            for entry, at_ms in rows
            if first <= entry.seq <= last
        )

    def received_before(self, journal: Kept, before_ms: int) -> int:
        """Return the last seq that was received before a moment."""
        rows = self._records[journal.gate, journal.journal]
        seqs = (entry.seq for entry, at_ms in rows if at_ms < before_ms)
        return max(seqs, default=journal.gone)

    def delete(self, ends: Mapping[Kept, int], day: int, at_ms: int) -> tuple[Deletion, ...]:
        """Delete of each journal what is here up to a seq."""
        made = []
        for journal, end in ends.items():
            name = (journal.gate, journal.journal)
            going = [entry for entry, _ in self._records[name] if entry.seq <= end]
            if not going or journal.gone != self._gone(name):
                continue
            last = max(entry.seq for entry in going)
            kept = self._kept(name, last)
            chain = kept.chain if kept and kept.chain else b""
            scans = sum(isinstance(entry.record, Scan) for entry in going)
            span = (journal.gone + 1, last)
            number = len(self._deletions) + 1
            made.append(Deletion(number, day, *name, *span, len(going), scans, chain, at_ms))
            self._deletions.append(made[-1])
            self._forget(name, last)
        self._changes += 1
        return tuple(made)

    def _forget(self, name: Name, last: int) -> None:
        self._records[name] = [each for each in self._records[name] if each[0].seq > last]
        self._rows = [e for e in self._rows if (e[0], e[1]) != name or e[2].seq > last]
        kept = self._forks.get(name, {})
        self._forks[name] = {key: entry for key, entry in kept.items() if key[0] > last}

    def sweep(self, today: int, pause: Callable[[float], None]) -> int:  # noqa: ARG002  # no files
        """Do nothing: what is deleted is nowhere."""
        return 0

    def witnesses(self, since_ms: int) -> tuple[Witness, ...]:
        """Return what the clocks of gates said that are sure of them."""
        found = (self._standings[name] for name in sorted(self._standings))
        return tuple(
            Witness(each.gate, each.record_wall, each.record_ms, each.record_clock)
            for each in found
            if each.record_ms >= since_ms and each.record_clock in set(STATED_MS)
        )

    def first_run(self) -> Run | None:
        """Return the first run of all."""
        return next(iter(self._runs), None)

    def last_run(self) -> Run | None:
        """Return the last run whose clock was believed."""
        return next((each for each in reversed(self._runs) if not each.stopped), None)

    def note_run(self, run: Run) -> None:
        """Keep that it was run."""
        self._runs.append(run)

    def _gone(self, name: Name) -> int:
        return max((e.last for e in self._deletions if (e.gate, e.journal) == name), default=0)

    def _gaps(self) -> Iterator[Gap]:
        for name, mark in self._marks.items():
            writing = writes(self._standings.get(name[0], Standing(name[0])).state)
            retired = writing not in ("", name[1])
            for each in self._lost.get(name, []):
                if each.first <= each.last and each.last > self._gone(name):
                    cause = self._causes[name, each.last]
                    span = (each.first, each.last, each.received_ms)
                    yield Gap(*name, Lack.DECLARED, *span, retired, cause)
            for lack, known in ((Lack.GAP, self._ahead), (Lack.UNSENT, self._said)):
                last, since_ms = known.get(name, (0, 0))
                if last > mark.high:
                    yield Gap(*name, lack, mark.high + 1, last, since_ms, retired)

    def _take(self, arrival: Arrival, at_ms: int) -> Taking:
        name = (arrival.gate, arrival.journal)
        mark = self._marked(name)
        if mark is None:
            full = Complaint(arrival.gate, arrival.journal, arrival.first, Why.JOURNALS)
            return Taking(unmarked(*name), complaints=(full,))
        taking = weigh(mark, arrival, lambda seq: self._kept(name, seq))
        self._store(name, mark.high, taking, at_ms)
        if taking.want is not None:
            old, since_ms = self._ahead.get(name, (0, at_ms))
            self._ahead[name] = (taking.want[1], since_ms if old > mark.high else at_ms)
        head = arrival.head
        if head is not None and head.seq <= taking.mark.high and not taking.forked:
            known = self._heads.get(name)
            self._heads[name] = head if known is None or head.seq > known.seq else known
        self._marks[name] = taking.mark
        for entry in taking.forked:
            kept = self._forks.setdefault(name, {})
            if len(kept) < FORKS_KEPT:
                kept[entry.seq, entry.chain] = entry
        return taking

    def _marked(self, name: Name) -> Mark | None:
        begun = sum(gate == name[0] for gate, _ in self._marks)
        if name not in self._marks and begun >= JOURNALS_KEPT:
            return None
        self._records.setdefault(name, [])
        return self._marks.setdefault(name, unmarked(*name))

    def _kept(self, name: Name, seq: int) -> Here | None:
        for lost in self._lost.get(name, []):
            if lost.last == seq:
                return Here(lost.chain, declared=True)
        for entry, _ in self._records[name]:
            if entry.seq == seq:
                return Here(entry.chain)
        for each in self._deletions:
            if (each.gate, each.journal, each.last) == (*name, seq):
                return Here(each.chain)
        return Here(None) if 0 < seq <= self._gone(name) else None

    def _store(self, name: Name, high: int, taking: Taking, at_ms: int) -> None:
        for entry in taking.fresh:
            if isinstance(entry.record, Missing):
                first = max(entry.seq, high + 1)
                self._causes[name, entry.last] = entry.record.cause
                stored = Stored(first, entry.last, "missing", entry.chain, entry.raw, at_ms)
                self._lost.setdefault(name, []).append(stored)
                continue
            self._records[name].append((entry, at_ms))
            self._log.append((*name, entry.record, at_ms))
            self._arrived.append((name, entry, at_ms))
            if isinstance(entry.record, Scan):
                self._rows.append((*name, entry.record, at_ms))
        slots = self._slots.setdefault(name, {})
        for key, slot in seen(taking.fresh, at_ms).items():
            if is_news(slots.get(key), slot):
                self._retimed[name] = self._changes + 1
            old = slots.get(key, slot)
            slots[key] = joined(old, slot.first, slot.last_up, (slot.lo, slot.hi))

    def _say(self, report: Report, at_ms: int) -> None:
        name = (report.gate, report.journal)
        if not report.journal or not report.last:
            return
        mark = self._marked(name)
        if mark is not None:
            old, since_ms = self._said.get(name, (0, at_ms))
            self._said[name] = (report.last, since_ms if old > mark.high else at_ms)

    def _complain(self, complaints: tuple[Complaint, ...]) -> None:
        for each in complaints:
            self._complaints[each.gate] = self._complaints.get(each.gate, 0) + 1

    def _stand(self, gate: str, changes: dict[str, object]) -> None:
        old = self._standings.get(gate, Standing(gate))
        self._standings[gate] = msgspec.structs.replace(old, **changes)

    def _standing(self, gate: str) -> Standing:
        old = self._standings.get(gate, Standing(gate))
        forks = sum(len(kept) for name, kept in self._forks.items() if name[0] == gate)
        complaints = self._complaints.get(gate, 0)
        return msgspec.structs.replace(
            old, forks=forks, complaints=complaints, journal=writes(old.state)
        )

    def _tally(self, name: Name) -> Tally:
        mark, stored = self._marks[name], [entry for entry, _ in self._records[name]]
        scans = [entry.record for entry in stored if isinstance(entry.record, Scan)]
        distinct = len({entry.seq for entry in stored})
        gone = self._gone(name)
        lost = [each for each in self._lost.get(name, []) if each.last > gone]
        declared = sum(each.last - each.first + 1 for each in lost)
        return Tally(
            *name,
            high=mark.high,
            chain=mark.chain.hex(),
            rows=len(stored),
            doubles=len(stored) - distinct,
            missing=mark.high - gone - distinct - declared,
            scans=len(scans),
            accepted=sum(scan.outcome is Outcome.ACCEPTED for scan in scans),
            odd=sum(entry.record is None for entry in stored),
            forks=len(self._forks.get(name, {})),
            declared=declared,
            deleted=gone,
        )

    def _break(self, name: Name) -> int | None:
        return next((each.last for each, fits in walked(*name, self.walk(*name)) if not fits), None)


def _stored(entry: Entry, at_ms: int) -> Stored:
    record = entry.record
    t = "odd" if record is None else type(record).__name__.lower()
    boot, up = (None, None) if record is None else (record.boot, record.up)
    return Stored(entry.seq, entry.last, t, entry.chain, entry.raw, at_ms, boot, up)


def _raw(number: int, name: Name, entry: Entry, at_ms: int) -> Raw:
    record = entry.record
    kind, boot, up, wall, clock = "odd", None, None, None, None
    if record is not None:
        kind, boot, up = type(record).__name__.lower(), record.boot, record.up
        wall, clock = record.wall, record.clock.value
    stamp = (boot, up, wall, clock)
    return Raw(*(number, *name, entry.seq, kind, *stamp, entry.raw, at_ms))


def _row(gate: str, scan: Scan, at_ms: int, times: Times) -> Row:
    return Row(
        gate=gate,
        wall=scan.wall,
        clock=scan.clock,
        dir=scan.dir,
        kind=scan.kind,
        signature=scan.signature,
        identity=scan.identity,
        outcome=scan.outcome,
        reason=scan.reason,
        marks=tuple(scan.marks),
        received=at_ms,
        moment=times.moment(scan.boot, scan.up, at_ms),
    )
