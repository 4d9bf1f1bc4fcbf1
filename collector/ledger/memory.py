"""A ledger in memory, for trying the parts around it; it keeps every promise but the disk's.

Both ports in one object, so that what is committed can be looked at.
"""

from collections.abc import Iterator
from typing import Self

import msgspec

from collector.ledger.chain import walked
from collector.ledger.entries import (
    Arrival,
    Complaint,
    Entry,
    Gap,
    Glance,
    Lack,
    Mark,
    Noted,
    Post,
    Report,
    Row,
    SignedHead,
    Standing,
    Stored,
    Taking,
    Tally,
    Topic,
    Why,
    unmarked,
)
from collector.ledger.glances import noted
from collector.ledger.order import Kept, weigh
from collector.ledger.ports import FORKS_KEPT, JOURNALS_KEPT
from collector.ledger.reports import heard, seen, supersedes, writes
from collector.ledger.times import Slot, Times, joined
from wire.record import ClockState, Direction, Missing, Note, Outcome, Record, Scan, What

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

    def glances(self, after: int, limit: int) -> tuple[int, tuple[Glance, ...]]:
        """Return the passages among the next rows."""
        found: list[Glance] = []
        rows = self._log[after : after + limit]
        for gate, journal, record, at_ms in rows:
            scan: Record | None = record
            is_undone = isinstance(record, Note) and record.what is What.CANCELLED
            if isinstance(record, Note) and is_undone:
                stored = (entry.record for entry, _ in self._records[gate, journal])
                seq = record.data.get("seq")
                scan = next((each for each in stored if each and each.seq == seq), None)
            if isinstance(scan, Scan):
                words = (scan.clock.value, scan.dir.value, scan.outcome.value)
                found.append(Glance(gate, scan.wall, *words, at_ms, is_undone))
        return after + len(rows), tuple(found)

    def notes(self, gate: str, since_ms: int, limit: int) -> tuple[Noted, ...]:
        """Return the gate's notes."""
        kept = [
            each
            for name, records in self._records.items()
            if name[0] == gate
            for each in records[-limit:]
        ]
        found = (noted(entry.raw, at_ms) for entry, at_ms in kept if at_ms >= since_ms)
        return tuple(each for each in found if each)

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
        rows = [_stored(entry, at_ms) for entry, at_ms in self._records.get(name, [])]
        yield from sorted([*rows, *self._lost.get(name, [])], key=lambda each: each.last)

    def forked(self, gate: str, journal: str) -> tuple[int, ...]:
        """Return where forks are kept."""
        return tuple(sorted({seq for seq, _ in self._forks.get((gate, journal), {})}))

    def head(self, gate: str, journal: str) -> SignedHead | None:
        """Return the latest signed head."""
        return self._heads.get((gate, journal))

    def _gaps(self) -> Iterator[Gap]:
        for name, mark in self._marks.items():
            writing = writes(self._standings.get(name[0], Standing(name[0])).state)
            retired = writing not in ("", name[1])
            for each in self._lost.get(name, []):
                if each.first <= each.last:
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

    def _kept(self, name: Name, seq: int) -> Kept | None:
        for lost in self._lost.get(name, []):
            if lost.last == seq:
                return Kept(lost.chain, declared=True)
        return next(
            (Kept(entry.chain) for entry, _ in self._records[name] if entry.seq == seq), None
        )

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
            if isinstance(entry.record, Scan):
                self._rows.append((*name, entry.record, at_ms))
        slots = self._slots.setdefault(name, {})
        for key, slot in seen(taking.fresh, at_ms).items():
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
        declared = sum(each.last - each.first + 1 for each in self._lost.get(name, []))
        return Tally(
            *name,
            high=mark.high,
            chain=mark.chain.hex(),
            rows=len(stored),
            doubles=len(stored) - distinct,
            missing=mark.high - distinct - declared,
            scans=len(scans),
            accepted=sum(scan.outcome is Outcome.ACCEPTED for scan in scans),
            odd=sum(entry.record is None for entry in stored),
            forks=len(self._forks.get(name, {})),
            declared=declared,
        )

    def _break(self, name: Name) -> int | None:
        return next((each.last for each, fits in walked(*name, self.walk(*name)) if not fits), None)


def _stored(entry: Entry, at_ms: int) -> Stored:
    record = entry.record
    t = "odd" if record is None else type(record).__name__.lower()
    boot, up = (None, None) if record is None else (record.boot, record.up)
    return Stored(entry.seq, entry.last, t, entry.chain, entry.raw, at_ms, boot, up)


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
