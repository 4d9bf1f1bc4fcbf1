"""The tables of the SQLite ledger, and how a connection to them is opened.

Knows SQL and nothing of what the records mean. The driver's errors are translated here.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.errors import LedgerBroken, LedgerBusy, LedgerFull, LedgerMissing
from collector.i18n import N_

APPLICATION = 0x67716C64
"""`gqld`, so that another program's file is not taken for a ledger."""
VERSION = 2
BUSY_S = 5.0

TABLES = """
CREATE TABLE mark (
  id INTEGER PRIMARY KEY,
  gate TEXT NOT NULL,
  journal TEXT NOT NULL,
  high INTEGER NOT NULL,
  chain BLOB NOT NULL,
  moved_ms INTEGER NOT NULL,
  UNIQUE (gate, journal)
) STRICT;

-- The big one. `id` is the order of arrival. The mark prevents doubles, so the index need not be
-- unique and partitions stay free to go by time.
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL REFERENCES mark (id),
  seq INTEGER NOT NULL,
  t TEXT NOT NULL,
  boot TEXT, up INTEGER, wall INTEGER, clock TEXT,
  dir TEXT, kind TEXT, signature TEXT, identity TEXT, outcome TEXT, reason TEXT, marks TEXT,
  chain BLOB NOT NULL,
  raw BLOB NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX record_by_journal ON record (mark, seq);

CREATE TABLE gate (
  gate TEXT PRIMARY KEY,
  state BLOB NOT NULL DEFAULT x'', state_ms INTEGER NOT NULL DEFAULT 0,
  health BLOB NOT NULL DEFAULT x'', health_ms INTEGER NOT NULL DEFAULT 0,
  said TEXT NOT NULL DEFAULT '',
  record_ms INTEGER NOT NULL DEFAULT 0,
  record_wall INTEGER NOT NULL DEFAULT 0,
  record_clock TEXT NOT NULL DEFAULT '',
  high INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A record that differs from the one in the ledger: evidence, kept as received.
CREATE TABLE fork (
  id INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL REFERENCES mark (id),
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL,
  raw BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  UNIQUE (mark, seq, chain)
) STRICT;

-- What was not taken as it came: one row for each gate and reason, so that no one can fill it.
CREATE TABLE refusal (
  gate TEXT NOT NULL,
  why TEXT NOT NULL,
  journal TEXT NOT NULL,
  seq INTEGER NOT NULL,
  times INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (gate, why)
) STRICT;

CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record
  BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;
CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record
  BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END;
CREATE TRIGGER fork_is_never_changed BEFORE UPDATE ON fork
  BEGIN SELECT RAISE(ABORT, 'a fork is never changed'); END;
CREATE TRIGGER fork_is_never_deleted BEFORE DELETE ON fork
  BEGIN SELECT RAISE(ABORT, 'a fork is never deleted'); END;
CREATE TRIGGER mark_only_grows BEFORE UPDATE ON mark
  WHEN NEW.high < OLD.high OR NEW.gate <> OLD.gate OR NEW.journal <> OLD.journal
  BEGIN SELECT RAISE(ABORT, 'a mark only grows'); END;
CREATE TRIGGER mark_is_never_deleted BEFORE DELETE ON mark
  BEGIN SELECT RAISE(ABORT, 'a mark is never deleted'); END;
"""

ADDED = """
-- The last seq the gate says it has of this journal, and since when that is more than we have.
ALTER TABLE mark ADD COLUMN said INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mark ADD COLUMN said_ms INTEGER NOT NULL DEFAULT 0;

-- A declaration of missing records stands for a range. `first` is the first that is not here: it
-- lies after `last` where all were, and only the chain had to be mended.
CREATE TABLE lost (
  id INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL REFERENCES mark (id),
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  cause TEXT NOT NULL,
  chain BLOB NOT NULL,
  raw BLOB NOT NULL,
  received_ms INTEGER NOT NULL,
  UNIQUE (mark, last)
) STRICT;

-- What came too early shows what is missing before it; over once the mark has passed `last`.
CREATE TABLE gap (
  mark INTEGER PRIMARY KEY REFERENCES mark (id),
  last INTEGER NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT;

-- The latest head of a chain that the gate has signed.
CREATE TABLE head (
  mark INTEGER PRIMARY KEY REFERENCES mark (id),
  seq INTEGER NOT NULL,
  chain BLOB NOT NULL,
  kid TEXT NOT NULL,
  sig TEXT NOT NULL,
  received_ms INTEGER NOT NULL
) STRICT;

-- What is known of a boot's time, by the hour; see times.py.
CREATE TABLE slot (
  mark INTEGER NOT NULL REFERENCES mark (id),
  boot TEXT NOT NULL,
  slot INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last_up INTEGER NOT NULL,
  lo INTEGER,
  hi INTEGER NOT NULL,
  PRIMARY KEY (mark, boot, slot)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER lost_is_never_changed BEFORE UPDATE ON lost
  BEGIN SELECT RAISE(ABORT, 'a declaration is never changed'); END;
CREATE TRIGGER lost_is_never_deleted BEFORE DELETE ON lost
  BEGIN SELECT RAISE(ABORT, 'a declaration is never deleted'); END;
"""
"""What version 2 has beyond version 1."""


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the ledger at `path`, making it if there is none."""
    with translated(path):
        _private(path)
        db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        with translated(path):
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            # Checkpoints every 20,000 pages instead of 1,000: 1.5 times the rows a second.
            db.execute("PRAGMA wal_autocheckpoint = 20000")
            db.execute("BEGIN IMMEDIATE")
            version = _pragma(db, "user_version")
            if version == 0 and _is_empty(db):
                _make(db, TABLES + ADDED)
            elif version == 1 and _pragma(db, "application_id") == APPLICATION:
                _make(db, ADDED)
            db.execute("COMMIT")
        _recognise(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _private(path: Path) -> None:
    """Make the file, if it is not there, for this user and group only; SQLite asks nobody."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_CLOEXEC, 0o640))
    except OSError as error:
        raise sqlite3.OperationalError("unable to open database file") from error  # noqa: EM101, TRY003


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open the ledger at `path` so that nothing can be written through it."""
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
            _refuse_empty(db, path)
        _recognise(db, path)
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the kind; the rest says more about it (SQLITE_IOERR_WRITE and so on).
        kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        msg = f"{path}: {error}"
        if kind == sqlite3.SQLITE_FULL:
            raise LedgerFull(msg) from error
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LedgerBusy(msg) from error
        raise LedgerBroken(msg) from error


def _make(db: sqlite3.Connection, tables: str) -> None:
    """Make the tables inside the caller's transaction (`executescript` would end it)."""
    statement = ""
    for line in tables.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def _recognise(db: sqlite3.Connection, path: Path) -> None:
    with translated(path):
        application, version = _pragma(db, "application_id"), _pragma(db, "user_version")
    if application != APPLICATION:
        msg = f"{path}: {N_('a database of another program')}"
        raise LedgerBroken(msg)
    if version != VERSION:
        msg = f"{path}: {N_('a ledger of a newer release')}"
        raise LedgerBroken(msg)


def _refuse_empty(db: sqlite3.Connection, path: Path) -> None:
    if _is_empty(db):
        msg = f"{path}: {N_('the ledger is being made')}"
        raise LedgerMissing(msg)


def _is_empty(db: sqlite3.Connection) -> bool:
    return int(db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]) == 0


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])
