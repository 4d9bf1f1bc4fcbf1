"""A database in one SQLite file: nothing to install.

WAL with synchronous FULL: a transaction that was left survives a power cut. What is deleted is
overwritten with zeros. Readers have connections of their own and wait for nobody.
"""

import errno
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector import clock
from collector.database.dialect import statements
from collector.database.ports import Dialect, Session
from collector.errors import (
    LedgerBroken,
    LedgerBusy,
    LedgerFull,
    LedgerMissing,
    LedgerUnwritable,
)
from collector.i18n import N_

if TYPE_CHECKING:
    from collector.database.numbers import Ints

BUSY_S = 5.0
STEP_S = 0.01
FETCHED = 2_000
"""Rows of a long answer that are in memory at a time."""
PAGES = 20_000
"""Between two checkpoints, instead of 1,000: 1.5 times the rows a second."""
CACHE_KB = 65_536
"""Of a writer: the index's pages of some hundred journals are written again and again."""
READERS_KEPT = 8
SCRUB_MS = 50
GOES = 3
SAID = (
    N_("database or disk is full"),
    N_("attempt to write a readonly database"),
    N_("unable to open database file"),
    N_("file is not a database"),
    N_("database disk image is malformed"),
    N_("database is locked"),
    N_("disk I/O error"),
)
"""What SQLite says of a file, in its own words, for the catalogues."""
_PASSIVE = "PRAGMA wal_checkpoint(PASSIVE)"


class SqliteSession:
    """A conversation over one connection."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        """Take a connection inside a transaction."""
        self.db, self._path = db, path

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an answer."""
        with translated(self._path):
            return self.db.execute(sql, values).fetchall()

    def numbers(self, sql: str, values: Sequence[object], width: int) -> "Ints":
        """Return an answer of whole numbers alone, as (rows, width)."""
        from collector.database.numbers import gathered  # noqa: PLC0415  # see there

        with translated(self._path):
            return gathered(self.db.execute(sql, values), width)

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Return how many rows a statement has touched."""
        with translated(self._path):
            return self.db.execute(sql, values).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each of the rows."""
        with translated(self._path):
            self.db.executemany(sql, rows)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Insert many rows."""
        places = ", ".join("?" * len(columns))
        self.many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)  # noqa: S608

    def stream(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a long answer."""
        with translated(self._path):
            cursor = self.db.execute(sql, values)
        while True:
            with translated(self._path):
                rows = cursor.fetchmany(FETCHED)
            if not rows:
                return
            yield from rows


class SqliteDatabase:
    """One file; the promises are those of the port."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Take the path of the file; it is opened, or made, at the first transaction.

        One that is `read_only` is not made, and nothing can be written through it.
        """
        self._path, self._read_only = path, read_only
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._idle: list[sqlite3.Connection] = []
        self._watch: sqlite3.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction to read in."""
        db = self._reader()
        try:
            with translated(self._path):
                db.execute("BEGIN")
            yield SqliteSession(db, self._path)
        except BaseException:
            db.close()
            raise
        with translated(self._path):
            db.execute("ROLLBACK")
        self._give_back(db)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction to write in."""
        with self._writing, translated(self._path):
            db = self._writable()
            with whole(db):
                yield SqliteSession(db, self._path)

    def change(self) -> int:
        """Return SQLite's own count of other connections' commits."""
        with self._lock, translated(self._path):
            if self._watch is None:
                self._watch = open_to_read(self._path)
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def version(self, application: int) -> int:
        """Return the version of the tables made here."""
        if not self._path.is_file():
            return 0
        with self.reading() as session:
            if not session.rows("SELECT 1 FROM sqlite_master LIMIT 1"):
                return 0
            found = session.rows("PRAGMA application_id")[0][0]
            if found != application:
                msg = f"{self._path}: {N_('a database of another program')}"
                raise LedgerBroken(msg)
            return int(session.rows("PRAGMA user_version")[0][0])

    def make(self, tables: str, application: int, version: int) -> None:
        """Run the statements that bring the tables to a version."""
        with self.writing() as session:
            here = session.rows("PRAGMA user_version")[0][0]
            if here >= version:  # another process was quicker
                return
            for statement in statements(tables):
                session.run(statement)
            session.run(f"PRAGMA application_id = {application:d}")
            session.run(f"PRAGMA user_version = {version:d}")

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """Leave it to the next checkpoint, or to the next commit of others, to make ours durable.

        For work that is done again if a power cut undoes it.
        """
        with self._writing, translated(self._path):
            self._writable().execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            with self._writing, translated(self._path):
                self._writable().execute("PRAGMA synchronous = FULL")

    def checkpoint(self) -> None:
        """Write back what can be of the log; neither readers nor writers are waited for.

        What others add meanwhile is written back in another go: the log begins anew, instead of
        growing until one of their commits must write it back, only when all of it was.
        """
        with self._writing, translated(self._path):
            for _ in range(GOES):
                _, frames, written = self._writable().execute(_PASSIVE).fetchone()
                if frames == written:
                    return

    def scrub(self, tables: Sequence[str] = ()) -> None:  # noqa: ARG002  # the file is one
        """Write the log back into the file, where the deleted is zeros, and empty the log.

        Raises LedgerBusy while somebody reads what is older; writers wait for that no longer than
        SCRUB_MS.
        """
        self.checkpoint()
        with self._writing, translated(self._path):
            db = self._writable()
            db.execute(f"PRAGMA busy_timeout = {SCRUB_MS}")
            busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            db.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
        if busy:
            msg = f"{self._path}: {N_('another program is still reading it')}"
            raise LedgerBusy(msg)

    def close(self) -> None:
        """Let go of the file: the writer last, so that it leaves one whole file and no log."""
        with self._lock:
            held = [each for each in (*self._idle, self._watch, self._writer) if each is not None]
            self._writer = self._watch = None
            self._idle = []
        for each in held:
            each.close()

    def _writable(self) -> sqlite3.Connection:
        if self._read_only:
            msg = f"{self._path}: {N_('opened to read only')}"
            raise LedgerBroken(msg)
        if self._writer is None:
            self._writer = open_to_write(self._path)
        return self._writer

    def _reader(self) -> sqlite3.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return open_to_read(self._path)

    def _give_back(self, db: sqlite3.Connection) -> None:
        with self._lock:
            if len(self._idle) < READERS_KEPT:
                self._idle.append(db)
                return
        db.close()


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the file at `path`, making it if there is none."""
    with translated(path):
        _private(path)
        db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        with translated(path):
            _logged(db)
            for pragma in (
                "synchronous = FULL",
                "foreign_keys = ON",
                "secure_delete = ON",
                f"wal_autocheckpoint = {PAGES}",
                f"cache_size = -{CACHE_KB}",
            ):
                db.execute(f"PRAGMA {pragma}")
    except BaseException:
        db.close()
        raise
    return db


def _logged(db: sqlite3.Connection) -> None:
    """Have what is written go to a log first; whoever does the same at this moment is waited for.

    SQLite itself waits for nobody here: of two programs that make one file, one would be told at
    once that it is locked.
    """
    end_s = clock.steady_s() + BUSY_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or clock.steady_s() > end_s:
                raise
        else:
            return
        clock.pause(STEP_S)


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open the file at `path` so that nothing can be written through it."""
    if not path.is_file():
        msg = str(path)
        raise LedgerMissing(msg)
    with translated(path):
        db = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )
    try:
        with translated(path):
            db.execute("PRAGMA query_only = ON")
    except BaseException:
        db.close()
        raise
    return db


def _private(path: Path) -> None:
    """Make the file, if it is not there, for this user and group only; SQLite asks nobody.

    It is made without being opened: to close it would take from the whole process what SQLite has
    locked of it, and whoever closes it elsewhere would delete the log that we write to.
    """
    try:
        os.mknod(path, 0o640)
    except FileExistsError:
        return
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise (LedgerFull if error.errno == errno.ENOSPC else LedgerUnwritable)(msg) from error


@contextmanager
def whole(db: sqlite3.Connection) -> Iterator[None]:
    """Do all that is written inside or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # On some errors (a full disk) SQLite has rolled back by itself.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def is_full(error: BaseException | None) -> bool:
    """Say whether an error of SQLite's is that the disk is full.

    The log's index grows too: without room for that not even a reader is let in.
    """
    code = getattr(error, "sqlite_errorcode", 0)
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind; the rest says more about it (SQLITE_IOERR_WRITE and so on).
        kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        msg = f"{path}: {error}"
        if is_full(error):
            raise LedgerFull(msg) from error
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LedgerBusy(msg) from error
        if kind in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise LedgerUnwritable(msg) from error
        raise LedgerBroken(msg) from error
