"""The book of codes: which were made, for whom, and which gate's key has used each.

A code is used by one key. That, its answer and the roster's entry are on stable storage before the
gate hears of it. The text of a code is here only while it can be used: it may hold a passphrase.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from collector.counter import Line
from collector.database.sqlite import is_full, whole
from collector.errors import LedgerFull, StateUnwritable
from wire.joining import Step, Trouble

KEEP_MS = 90 * 86_400_000
"""A page of gates that were installed so long ago is not asked for any more."""
_TABLES = """
create table if not exists code (
    number text primary key, gate text not null, place text not null, maker text not null,
    made integer not null, expires integer not null, text text not null, entry blob not null,
    kid text, request blob, answer blob, step text, stepped integer not null default 0,
    trouble text, report blob, passed integer
) without rowid;
create index if not exists code_of_maker on code (maker, made);
"""
_LINE = (
    "number, gate, place, maker, made, expires, kid is not null, step, stepped, trouble, passed,"
    " text, report"
)


class Use(msgspec.Struct, frozen=True):
    """How a code was used, or not yet."""

    kid: str | None
    """Name of the records key that used it."""
    request: bytes | None
    answer: bytes | None
    entry: bytes
    """What will stand in the roster, but for the key."""
    expires_ms: int


class Book:
    """The book, open; one connection, one writer at a time."""

    def __init__(self, path: Path, over_ms: Callable[[int], int]) -> None:
        """Open it; raise StateUnwritable.

        `over_ms` says up to which moment what is over may be forgotten (collector/believed.py).
        """
        self._path, self._over_ms = path, over_ms
        self._lock = threading.Lock()
        with self._told():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._rows = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            path.chmod(0o600)
            self._rows.execute("pragma journal_mode = wal")
            self._rows.execute("pragma synchronous = full")
            self._rows.executescript(_TABLES)

    def close(self) -> None:
        """Close it."""
        self._rows.close()

    def made(self, line: Line, entry: bytes) -> None:
        """Enter a code."""
        values = (line.number, line.gate, line.place, line.maker, line.made_ms, line.expires_ms)
        with self._whole():
            self._rows.execute(
                "insert into code (number, gate, place, maker, made, expires, text, entry)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, line.text, entry),
            )

    def use(self, number: str) -> Use | None:
        """Return how a code stands; None if none of that number was made here."""
        with self._whole():
            row = self._rows.execute(
                "select kid, request, answer, entry, expires from code where number = ?", (number,)
            ).fetchone()
        return Use(*row) if row else None

    def used(self, number: str, kid: str, request: bytes, answer: bytes, now_ms: int) -> bool:
        """Mark a code as used by a key and forget its text; say whether that key is the first."""
        with self._whole():
            done = self._rows.execute(
                "update code set kid = ?, request = ?, answer = ?, text = '', step = ?,"
                " stepped = ?, trouble = null where number = ? and kid is null",
                (kid, request, answer, Step.JOINING, now_ms, number),
            )
        return done.rowcount == 1

    def stepped(
        self, number: str, step: Step | None, now_ms: int, trouble: Trouble | None = None
    ) -> None:
        """Note how far a gate has come, or why it was refused."""
        with self._whole():
            self._rows.execute(
                "update code set step = coalesce(?, step), stepped = ?, trouble = ?"
                " where number = ?",
                (step, now_ms, trouble, number),
            )

    def reported(self, number: str, report: bytes, now_ms: int, *, passed: bool) -> None:
        """Keep a gate's report."""
        with self._whole():
            self._rows.execute(
                "update code set report = ?, passed = ?, step = ?, stepped = ? where number = ?",
                (report, passed, Step.REPORTED, now_ms, number),
            )

    def of_kid(self, kid: str) -> str | None:
        """Return the number of the newest code that a records key has used."""
        with self._whole():
            row = self._rows.execute(
                "select number from code where kid = ? order by made desc limit 1", (kid,)
            ).fetchone()
        return row[0] if row else None

    def line(self, number: str) -> Line | None:
        """Return how one code stands, with text and report."""
        with self._whole():
            row = self._rows.execute(
                f"select {_LINE} from code where number = ?",  # noqa: S608  (a constant)
                (number,),
            ).fetchone()
        return _line(row) if row else None

    def lines(self, maker: str) -> tuple[Line, ...]:
        """Return the codes of a maker, "" for everybody's, the newest first; no texts."""
        with self._whole():
            rows = self._rows.execute(
                f"select {_LINE} from code where maker = ? or ? = ''"  # noqa: S608  (a constant)
                " order by made desc limit 200",
                (maker, maker),
            ).fetchall()
        return tuple(msgspec.structs.replace(_line(row), text="", report=b"") for row in rows)

    def tidy(self, now_ms: int) -> None:
        """Forget texts that cannot be used any more, and codes that nobody asks for."""
        over_ms = self._over_ms(now_ms)
        with self._whole():
            self._rows.execute("update code set text = '' where expires <= ?", (over_ms,))
            self._rows.execute("delete from code where made < ?", (over_ms - KEEP_MS,))

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Do all of it or nothing, one thread at a time."""
        with self._lock, self._told(), whole(self._rows):
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            msg = f"enrol.state: {self._path}: {getattr(error, 'strerror', None) or error}"
            if is_full(error):
                raise LedgerFull(msg) from error
            raise StateUnwritable(msg) from error


def _line(row: tuple) -> Line:  # type: ignore[type-arg]  # as the columns are
    number, gate, place, maker, made, expires, used, step, stepped, trouble, passed, *rest = row
    return Line(
        *(number, gate, place, maker, made, expires, bool(used)),
        step=Step(step) if step else None,
        stepped_ms=stepped,
        trouble=Trouble(trouble) if trouble else None,
        passed=None if passed is None else bool(passed),
        text=rest[0],
        report=rest[1] or b"",
    )
