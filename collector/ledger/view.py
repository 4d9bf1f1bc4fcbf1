"""A ledger to look at, in whichever database it is; the promises are those of the port."""

from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Any, Self

import msgspec

from collector.database.ports import Database, Session
from collector.ledger import following, schema
from collector.ledger.chain import walked
from collector.ledger.entries import (
    Deletion,
    Gap,
    Lack,
    Mark,
    NoteAt,
    Raw,
    Row,
    SignedHead,
    Standing,
    Stored,
    Tally,
)
from collector.ledger.reports import writes
from collector.ledger.times import Slot, Times
from wire.record import ClockState, Direction, Identity, Outcome, Reason, Signature

_LATEST = (
    "SELECT mark.gate, wall, clock, dir, kind, signature, identity, outcome, reason, marks,"
    " received_ms, record.mark, boot, up FROM record JOIN mark ON mark.id = record.mark"
    " WHERE t = 'scan' AND seq > gone ORDER BY record.id DESC LIMIT ?"
)
_STANDINGS = (
    "SELECT gate, state, state_ms, health, health_ms, said, record_ms, record_wall, record_clock,"
    " high FROM gate"
)
_FORKS = (
    "SELECT gate, COUNT(*) FROM fork JOIN mark ON mark.id = fork.mark WHERE seq > gone"
    " GROUP BY gate"
)
_REFUSALS = "SELECT gate, SUM(times) FROM refusal GROUP BY gate"
_TALLIES = (
    "WITH here AS (SELECT mark.id AS key, COUNT(record.id) AS count,"
    " COUNT(DISTINCT seq) AS seqs, COUNT(*) FILTER (WHERE t = 'scan') AS scans,"
    " COUNT(*) FILTER (WHERE outcome = 'accepted') AS accepted,"
    " COUNT(*) FILTER (WHERE t = 'odd') AS odd"
    " FROM mark LEFT JOIN record ON record.mark = mark.id AND seq > gone GROUP BY mark.id),"
    " declared AS (SELECT mark.id AS key, COALESCE(SUM(lost.last - lost.first + 1), 0) AS count"
    " FROM mark LEFT JOIN lost ON lost.mark = mark.id AND lost.last > gone GROUP BY mark.id)"
    " SELECT gate, journal, high, chain, here.count, here.count - seqs,"
    " high - gone - seqs - declared.count, scans, accepted, odd,"
    " (SELECT COUNT(*) FROM fork WHERE fork.mark = mark.id AND fork.seq > gone),"
    " declared.count, gone"
    " FROM mark JOIN here ON here.key = mark.id JOIN declared ON declared.key = mark.id"
    " ORDER BY gate, journal"
)
_GAPS = (
    (
        "SELECT gate, journal, 'declared', lost.first, lost.last, received_ms, cause"
        " FROM lost JOIN mark ON mark.id = lost.mark"
        " WHERE lost.first <= lost.last AND lost.last > gone"
    ),
    (
        "SELECT gate, journal, 'gap', high + 1, gap.last, since_ms, ''"
        " FROM gap JOIN mark ON mark.id = gap.mark WHERE gap.last > high"
    ),
    ("SELECT gate, journal, 'unsent', high + 1, said, said_ms, '' FROM mark WHERE said > high"),
)
_WALK = (
    "SELECT seq, seq, t, chain, raw, received_ms, boot, up FROM record WHERE mark = ? AND seq > ?"
    " ORDER BY seq, id"
)
_LOST = (
    "SELECT first, last, 'missing', chain, raw, received_ms FROM lost"
    " WHERE mark = ? AND last >= ? ORDER BY last"
)
_GONE = "SELECT first, last, chain, at_ms, id, day FROM deletion WHERE mark = ? ORDER BY last"
_KEY = "SELECT id, gone FROM mark WHERE gate = ? AND journal = ?"
_SLOTS = (
    "SELECT boot, slot, first, last_up, lo, hi FROM slot WHERE mark = ? ORDER BY first DESC LIMIT ?"
)
RECENT, EVERY = 2_000, 1_000_000
"""Hours of a journal that are looked at for the board, and for a proof. A gate that makes up an
hour for each record slows neither."""


class SqlView:
    """A ledger to look at."""

    def __init__(self, database: Database) -> None:
        """Take the database; it is opened at the first question."""
        self._database = database
        self._is_known = False

    def __enter__(self) -> Self:
        """See that it is there, and ours."""
        self._known()
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def change(self) -> int:
        """Return the database's own count of commits."""
        return self._known().change()

    def latest(self, limit: int) -> tuple[Row, ...]:
        """Return the scans received last."""
        with self._known().reading() as session:
            found = session.rows(_LATEST, (limit,))
            keys = {row[11] for row in found}
            times = {key: Times(_slots(session, key, RECENT)) for key in keys}
        return tuple(_row(row[:11], times[row[11]], row[12], row[13]) for row in found)

    def standings(self) -> dict[str, Standing]:
        """Return the last that is known of every gate."""
        with self._known().reading() as session:
            gates = {row[0]: row for row in session.rows(_STANDINGS)}
            forks = dict(session.rows(_FORKS))
            refusals = dict(session.rows(_REFUSALS))
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
        return tuple(Tally(*(*row[:3], row[3].hex(), *row[4:])) for row in self._ask(_TALLIES))

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
        with self._known().reading() as session:
            found = sorted(row for question in _GAPS for row in session.rows(question))
        return tuple(
            Gap(
                *(gate, journal, Lack(lack), first, last, since_ms),
                retired=states.get(gate, "") not in ("", journal),
                cause=cause,
            )
            for gate, journal, lack, first, last, since_ms, cause in found
        )

    def times(self, gate: str, journal: str) -> Times:
        """Return what is known about when its records were made."""
        with self._known().reading() as session:
            found = session.rows(_KEY, (gate, journal))
            return Times(_slots(session, found[0][0], EVERY) if found else ())

    def walk(self, gate: str, journal: str) -> Iterator[Stored]:
        """Yield what is stored, and the receipts for what was, a few thousand at a time."""
        with self._known().reading() as session:
            found = session.rows(_KEY, (gate, journal))
            if not found:
                return
            key, gone = found[0]
            for first, last, chain, at_ms, receipt, day in session.rows(_GONE, (key,)):
                yield Stored(first, last, "deleted", chain, b"", at_ms, receipt=receipt, day=day)
            lost = [Stored(*row) for row in session.rows(_LOST, (key, gone))]
            rows = (Stored(*row) for row in session.stream(_WALK, (key, gone)))
            yield from merge(rows, lost, key=lambda each: each.last)

    def forked(self, gate: str, journal: str) -> tuple[int, ...]:
        """Return where forks are kept."""
        question = (
            "SELECT DISTINCT seq FROM fork JOIN mark ON mark.id = fork.mark"
            " WHERE gate = ? AND journal = ? AND seq > gone ORDER BY seq"
        )
        return tuple(seq for (seq,) in self._ask(question, (gate, journal)))

    def head(self, gate: str, journal: str) -> SignedHead | None:
        """Return the latest signed head."""
        question = (
            "SELECT seq, head.chain, kid, sig FROM head JOIN mark ON mark.id = head.mark"
            " WHERE gate = ? AND journal = ?"
        )
        found = self._ask(question, (gate, journal))
        return SignedHead(*found[0]) if found else None

    def after(self, row: int, limit: int) -> tuple[Raw, ...]:
        """Return what came after a row."""
        with self._known().reading() as session:
            return following.after(session, row, limit)

    def record(self, gate: str, journal: str, seq: int) -> bytes | None:
        """Return the bytes of a record."""
        with self._known().reading() as session:
            return following.record(session, gate, journal, seq)

    def retimed(self, since: int) -> tuple[int, tuple[tuple[str, str], ...]]:
        """Return the turn it is, and the journals whose times changed after another."""
        with self._known().reading() as session:
            return following.retimed(session, since)

    def deletions(self, after: int) -> tuple[Deletion, ...]:
        """Return the receipts after one."""
        with self._known().reading() as session:
            return following.deletions(session, after)

    def notes(self, gate: str, from_ms: int, until_ms: int) -> tuple[NoteAt, ...]:
        """Return the notes of a gate that may have been made in a time."""
        with self._known().reading() as session:
            return following.notes(session, gate, from_ms, until_ms, EVERY)

    def _ask(self, question: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._known().reading() as session:
            return session.rows(question, values)

    def _known(self) -> Database:
        """Return the database, once it is known to be a ledger of this release."""
        if not self._is_known:
            schema.recognise(self._database)
            self._is_known = True
        return self._database


def _slots(session: Session, key: int, limit: int) -> list[Slot]:
    return [Slot(*row) for row in session.rows(_SLOTS, (key, limit))]


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
