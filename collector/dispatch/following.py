"""Follows the ledger: counts the classes of codes, and hears what gates say of policy and commands.

It reads what a record is and nothing that is sealed in it. What a gate answered under a policy is
told by its own journal: what comes after its note that the policy is in force.
"""

from collections import Counter
from collections.abc import Callable
from typing import TypeGuard

import msgspec

from collector.database.ports import Database, Session
from collector.dispatch.replay import GREEN, RETRIES, is_judged
from collector.figures.tally import AHEAD_MS
from collector.ledger.entries import Raw
from collector.ledger.ports import View
from collector.localday import DAY_MS, ZONE_MS
from wire.errors import WireError
from wire.record import ClockState, Note, Scan, What, read_spelled
from wire.state import unpack_health

AT_ONCE = 5_000
KEPT_DAYS = 15
LATE_MS = 60_000
HOUR_MS = 3_600_000
WORD = 40
"""Letters of a nonce, or of an outcome; those that are known are shorter."""
_COUNT = (
    "INSERT INTO counted (gate, day, hour, dir, kind, signature, identity, reason, marks, count,"
    " late) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (gate, day, hour, dir, kind, signature, identity, reason, marks)"
    " DO UPDATE SET count = counted.count + excluded.count, late = counted.late + excluded.late"
)
_SINCE = (
    "UPDATE since SET codes = codes + ?, accepted = accepted + ?, retries = retries + ?,"
    " late = late + ? WHERE gate = ?"
)
_TOOK = (
    "INSERT INTO since (gate, version, at_ms, codes, accepted, retries, late)"
    " VALUES (?, ?, ?, 0, 0, 0, 0) ON CONFLICT (gate) DO UPDATE SET version = excluded.version,"
    " at_ms = excluded.at_ms, codes = 0, accepted = 0, retries = 0, late = 0"
    " WHERE since.version <> excluded.version"
)
_ANSWERED = (
    "UPDATE command SET state = 'answered', outcome = ?, answered_ms = ?"
    " WHERE nonce = ? AND gate = ? AND state <> 'answered'"
)
_FARED = (
    "INSERT INTO fared (gate, day, hour, alarmed) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (gate, day, hour) DO UPDATE SET alarmed = CASE"
    " WHEN excluded.alarmed > fared.alarmed THEN excluded.alarmed ELSE fared.alarmed END"
)


class Follower:
    """One reader of the ledger, and what it keeps of it."""

    def __init__(
        self,
        view: View,
        database: Database,
        wall_ms: Callable[[], int],
        over_ms: Callable[[int], int],
    ) -> None:
        """Take the ledger, the dispatch's own database, its tables made, and the clock.

        `over_ms` says up to which moment what is old may go (collector/believed.py).
        """
        self._view, self._database = view, database
        self._wall_ms, self._over_ms = wall_ms, over_ms
        self._looked_ms = 0

    def step(self) -> bool:
        """Take what has arrived; return whether there may be more. Raises the ledger's errors.

        What is counted and how far it was followed are written together: nothing counts twice.
        """
        with self._database.reading() as session:
            ((row,),) = session.rows("SELECT row_number FROM followed WHERE id = 1")
        found = self._view.after(row, AT_ONCE)
        if found:
            with self._database.writing() as session:
                for stretch in _stretches(found):
                    _take(session, stretch)
                done = (found[-1].row,)
                session.run("UPDATE followed SET row_number = ? WHERE id = 1", done)
        self._fare()
        return len(found) >= AT_ONCE

    def _fare(self) -> None:
        """Note once a minute which gates were heard and which have an alarm, and forget the old."""
        now_ms = self._wall_ms()
        if abs(now_ms - self._looked_ms) < LATE_MS:
            return
        self._looked_ms = now_ms
        day, hour = local_hour(now_ms)
        rows = []
        for gate, standing in self._view.standings().items():
            try:
                alarms = unpack_health(standing.health).alarms
            except WireError:
                continue
            if now_ms - standing.health_ms < 3 * LATE_MS:
                rows.append((gate, day, hour, int(bool(alarms))))
        before = local_hour(self._over_ms(now_ms))[0] - KEPT_DAYS
        with self._database.writing() as session:
            session.many(_FARED, rows)
            for table in ("counted", "fared"):
                session.run(f"DELETE FROM {table} WHERE day < ?", (before,))  # noqa: S608


def local_hour(now_ms: int) -> tuple[int, int]:
    """Return the local day and hour."""
    day, rest = divmod(now_ms + ZONE_MS, DAY_MS)
    return day, rest // HOUR_MS


def _stretches(found: tuple[Raw, ...]) -> list[list[tuple[Raw, Scan | Note]]]:
    """Return the records that can be read, cut before each note: their order is what matters."""
    cut: list[list[tuple[Raw, Scan | Note]]] = [[]]
    for each in found:
        if each.t not in ("scan", "note"):
            continue
        try:
            record = read_spelled(each.raw)
        except WireError:
            continue
        if isinstance(record, Note) and record.what in (What.POLICY, What.COMMAND):
            cut.append([(each, record)])
        elif isinstance(record, Scan):
            cut[-1].append((each, record))
    return cut


def _take(session: Session, stretch: list[tuple[Raw, Scan | Note]]) -> None:
    classes: Counter[tuple[object, ...]] = Counter()
    late: Counter[tuple[object, ...]] = Counter()
    since: dict[str, list[int]] = {}
    for each, record in stretch:
        if isinstance(record, Note):
            _hear(session, each, record)
            continue
        made_ms = _made_ms(each, record)
        marks = " ".join(sorted(record.marks))
        words = (record.dir, record.kind[:40], record.signature, record.identity, record.reason)
        key = (each.gate, *local_hour(made_ms), *words, marks)
        is_late = _is_late(each, record)
        classes[key] += 1
        late[key] += is_late
        if is_judged(record.kind, record.reason):
            counts = since.setdefault(each.gate, [0, 0, 0, 0])
            steps = (1, record.reason in GREEN, record.reason in RETRIES, is_late)
            since[each.gate] = [one + step for one, step in zip(counts, steps, strict=True)]
    rows = sorted(classes.items(), key=lambda pair: str(pair[0]))
    session.many(_COUNT, [(*key, count, late[key]) for key, count in rows])
    session.many(_SINCE, [(*counts, gate) for gate, counts in sorted(since.items())])


def _hear(session: Session, each: Raw, note: Note) -> None:
    if note.what is What.POLICY:
        version = note.data.get("version")
        if isinstance(version, int) and 0 <= version < 2**53:
            session.run(_TOOK, (each.gate, version, each.received_ms))
        return
    nonce, outcome = note.data.get("nonce"), note.data.get("outcome")
    if _is_word(nonce) and _is_word(outcome):
        session.run(_ANSWERED, (outcome, each.received_ms, nonce, each.gate))


def _is_word(said: object) -> TypeGuard[str]:
    """Say whether a gate has said a word that a database can hold; a note may hold anything."""
    return isinstance(said, str) and len(said) <= WORD and said.isascii() and said.isprintable()


def _is_late(each: Raw, record: Scan) -> bool:
    sure = record.clock is not ClockState.UNSYNCED
    return sure and each.received_ms - record.wall > LATE_MS


def _made_ms(each: Raw, record: Scan) -> int:
    """Return when it was made, by its gate's clock if that says what can be."""
    told = record.clock is not ClockState.UNSYNCED and record.wall > 0
    return record.wall if told and record.wall <= each.received_ms + AHEAD_MS else each.received_ms


class Counts(msgspec.Struct, frozen=True):
    """One line of what was counted."""

    gate: str
    version: int
    at_ms: int
    codes: int
    accepted: int
    retries: int
    late: int
