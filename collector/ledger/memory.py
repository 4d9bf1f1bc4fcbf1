"""A ledger in memory, for trying the parts around it; it keeps every promise but the disk's.

Both ports in one object, so that what is committed can be looked at.
"""

import hashlib
from typing import Self

import msgspec

from collector.ledger.entries import (
    Arrival,
    Complaint,
    Entry,
    Mark,
    Post,
    Row,
    Standing,
    Taking,
    Tally,
    Topic,
    unmarked,
)
from collector.ledger.order import weigh
from collector.ledger.ports import FORKS_KEPT
from collector.ledger.reports import heard, supersedes
from wire.record import Outcome, Scan, genesis

Name = tuple[str, str]


class MemoryLedger:
    """A ledger to write to and to look at."""

    def __init__(self) -> None:
        """Begin empty."""
        self._marks: dict[Name, Mark] = {}
        self._records: dict[Name, list[Entry]] = {}
        self._forks: dict[Name, dict[tuple[int, bytes], Entry]] = {}
        self._rows: list[Row] = []
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

    def change(self) -> int:
        """Return how many commits there were."""
        return self._changes

    def latest(self, limit: int) -> tuple[Row, ...]:
        """Return the scans received last."""
        return tuple(reversed(self._rows[-limit:]))

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

    def _take(self, arrival: Arrival, at_ms: int) -> Taking:
        name = (arrival.gate, arrival.journal)
        mark = self._marks.setdefault(name, unmarked(*name))
        stored = self._records.setdefault(name, [])
        taking = weigh(
            mark,
            arrival,
            lambda seq: stored[seq - 1].chain if 1 <= seq <= len(stored) else None,
        )
        stored.extend(taking.fresh)
        self._rows.extend(
            _row(arrival.gate, entry.record, at_ms)
            for entry in taking.fresh
            if isinstance(entry.record, Scan)
        )
        self._marks[name] = taking.mark
        for entry in taking.forked:
            kept = self._forks.setdefault(name, {})
            if len(kept) < FORKS_KEPT:
                kept[entry.seq, entry.chain] = entry
        return taking

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
        return msgspec.structs.replace(old, forks=forks, complaints=complaints)

    def _tally(self, name: Name) -> Tally:
        mark, stored = self._marks[name], self._records[name]
        scans = [entry.record for entry in stored if isinstance(entry.record, Scan)]
        distinct = len({entry.seq for entry in stored})
        return Tally(
            *name,
            high=mark.high,
            chain=mark.chain.hex(),
            rows=len(stored),
            doubles=len(stored) - distinct,
            missing=mark.high - distinct,
            scans=len(scans),
            accepted=sum(scan.outcome is Outcome.ACCEPTED for scan in scans),
            odd=sum(entry.record is None for entry in stored),
            forks=len(self._forks.get(name, {})),
        )

    def _break(self, name: Name) -> int | None:
        chain = genesis(*name)
        for entry in self._records[name]:
            chain = hashlib.sha256(chain + entry.raw).digest()
            if chain != entry.chain:
                return entry.seq
        return None


def _row(gate: str, scan: Scan, at_ms: int) -> Row:
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
    )
