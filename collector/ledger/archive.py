"""The ledger from which the oldest goes, in whichever database; the promises are those of the port.

First the receipts, some journals at a time: from then on nothing of the range is here. Then the
rows, step by step (`sqlitesweep`, `postgressweep`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Self

from collector import clock
from collector.database.ports import Session
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.ledger import postgressweep, schema, sqlitesweep
from collector.ledger.counted import Counted
from collector.ledger.entries import Deletion, Kept, Run, Stamp, Witness
from collector.ledger.following import received_before
from collector.ledger.times import STATED_MS, Slot

_JOURNALS = "SELECT gate, journal, gone, high FROM mark ORDER BY gate, journal"
_KEY = "SELECT id FROM mark WHERE gate = ? AND journal = ?"
_HOURS = (
    "SELECT boot, slot, first, last_up, lo, hi FROM slot WHERE mark = ? AND first >="
    " COALESCE((SELECT MAX(first) FROM slot WHERE mark = ? AND first <= ?), 0)"
    " ORDER BY first, slot LIMIT ?"
)
_STAMPS = (
    "SELECT seq, boot, up, received_ms FROM record WHERE mark = ? AND seq BETWEEN ? AND ?"
    " ORDER BY seq"
)
_RECEIPT = (
    "INSERT INTO deletion (day, mark, first, last, records, scans, chain, at_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
_SO_FAR = "SELECT gone FROM mark WHERE id = ?"
_GONE = "UPDATE mark SET gone = ? WHERE id = ?"
_PAST = (
    "DELETE FROM slot WHERE mark = ?"
    " AND first < (SELECT MAX(first) FROM slot AS kept WHERE kept.mark = ? AND kept.first <= ?)"
)
_WITNESSES = (
    "SELECT gate, record_wall, record_ms, record_clock FROM gate WHERE record_ms >= ?"
    " AND record_clock IN (?, ?, ?) ORDER BY gate"
)
_FIRST_RUN = "SELECT at_ms, boot, up_ms, stopped FROM retention ORDER BY id LIMIT 1"
_LAST_RUN = "SELECT at_ms, boot, up_ms FROM retention WHERE stopped = '' ORDER BY id DESC LIMIT 1"
_NOTE_RUN = "INSERT INTO retention (at_ms, boot, up_ms, stopped) VALUES (?, ?, ?, ?)"

AT_ONCE = 50
"""Journals in one transaction: some milliseconds."""
REST_S = 0.026


class SqlArchive:
    """A ledger from which the oldest goes."""

    def __init__(self, database: SqliteDatabase | PostgresDatabase) -> None:
        """Take the database; `with` opens it."""
        self._database = database
        self._moment: Session | None = None
        self._keys: dict[tuple[str, str], int] = {}

    def __enter__(self) -> Self:
        """See that it is a ledger of this release."""
        schema.recognise(self._database)
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Have all questions inside answered from one moment."""
        with self._database.reading() as session:
            self._moment = session
            try:
                yield
            finally:
                self._moment = None

    def kept(self) -> tuple[Kept, ...]:
        """Return of each journal what is here."""
        with self._reading() as session:
            return tuple(Kept(*row) for row in session.rows(_JOURNALS))

    def hours(self, journal: Kept, limit: int) -> tuple[Slot, ...]:
        """Return what is known of the times of the oldest records here."""
        with self._reading() as session:
            key = self._key(session, journal)
            rows = session.rows(_HOURS, (key, key, journal.gone + 1, limit))
        return tuple(Slot(*row) for row in rows)

    def stamps(self, journal: Kept, first: int, last: int) -> tuple[Stamp, ...]:
        """Return the stamps of some records."""
        with self._reading() as session:
            rows = session.rows(_STAMPS, (self._key(session, journal), first, last))
        return tuple(Stamp(*row) for row in rows)

    def received_before(self, journal: Kept, before_ms: int) -> int:
        """Return the last seq that was received before a moment."""
        with self._reading() as session:
            span = (journal.gone, journal.high)
            return received_before(session, self._key(session, journal), span, before_ms)

    def delete(
        self,
        ends: Mapping[Kept, int],
        day: int,
        at_ms: int,
        pause: Callable[[float], None] = clock.pause,
    ) -> tuple[Deletion, ...]:
        """Count first, while others write; then leave the receipts, some at a time."""
        with self._database.reading() as session:
            keys = {self._key(session, journal): journal for journal in ends}
            counted = self._counted(session, [(k, j.gone, ends[j]) for k, j in keys.items()])
        receipts: list[Deletion] = []
        for begin in range(0, len(counted), AT_ONCE):
            if begin:
                pause(REST_S)
            with self._database.writing() as session:
                some = counted[begin : begin + AT_ONCE]
                found = (_receipt(session, keys[each.key], each, day, at_ms) for each in some)
                receipts += [each for each in found if each is not None]
        return tuple(receipts)

    def _counted(self, session: Session, ends: list[tuple[int, int, int]]) -> list[Counted]:
        if self._database.dialect == "postgres":
            return postgressweep.counted(session, ends)
        return sqlitesweep.counted(session, ends)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        if self._moment is not None:
            yield self._moment
            return
        with self._database.reading() as session:
            yield session

    def _key(self, session: Session, journal: Kept) -> int:
        """Return the key of a journal, which never changes."""
        name = (journal.gate, journal.journal)
        if name not in self._keys:
            self._keys[name] = int(session.rows(_KEY, name)[0][0])
        return self._keys[name]

    def sweep(self, today: int, pause: Callable[[float], None]) -> int:
        """Take what is gone out of the files."""
        if isinstance(self._database, PostgresDatabase):
            return postgressweep.sweep(self._database, today, pause)
        return sqlitesweep.sweep(self._database, pause)

    def witnesses(self, since_ms: int) -> tuple[Witness, ...]:
        """Return what the clocks of gates said that are sure of them."""
        with self._database.reading() as session:
            return tuple(Witness(*row) for row in session.rows(_WITNESSES, (since_ms, *STATED_MS)))

    def first_run(self) -> Run | None:
        """Return the first run of all."""
        return self._run(_FIRST_RUN)

    def last_run(self) -> Run | None:
        """Return the last run whose clock was believed."""
        return self._run(_LAST_RUN)

    def _run(self, sql: str) -> Run | None:
        with self._database.reading() as session:
            found = session.rows(sql)
        return Run(*found[0]) if found else None

    def note_run(self, run: Run) -> None:
        """Keep that it was run."""
        with self._database.writing() as session:
            session.run(_NOTE_RUN, (run.at_ms, run.boot, run.up_ms, run.stopped))


def _receipt(
    session: Session, journal: Kept, counted: Counted, day: int, at_ms: int
) -> Deletion | None:
    """Leave the receipt of one journal; None if another run was here first."""
    key, last, records, scans, chain = counted
    if session.rows(_SO_FAR, (key,)) != [(journal.gone,)]:
        return None
    first = journal.gone + 1
    row = (day, key, first, last, records, scans, chain, at_ms)
    number = session.rows(_RECEIPT, row)[0][0]
    session.run(_GONE, (last, key))
    session.run(_PAST, (key, key, last + 1))
    name = (journal.gate, journal.journal)
    return Deletion(number, day, *name, first, last, records, scans, chain, at_ms)
