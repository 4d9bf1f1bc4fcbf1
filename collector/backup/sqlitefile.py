"""A SQLite database as rows, read in one transaction, and rows as a database.

Rows and no pages: what was deleted, and lies in free pages, is in no backup.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from collector.backup.errors import BackupDamaged
from collector.database.sqlite import open_to_read, translated

ROWS = 500
"""In one block."""
SEQUENCE = "sqlite_sequence"


class Block(msgspec.Struct, frozen=True, array_like=True):
    """Some rows of a table."""

    table: str
    rows: list[tuple[Any, ...]]


class Dump:
    """One database at one moment."""

    def __init__(self, path: Path) -> None:
        """Begin the transaction; raises LedgerMissing, LedgerBroken."""
        self._path = path
        self._db = open_to_read(path)
        with translated(path):
            self._db.execute("BEGIN")
            self._made = self._db.execute(
                "SELECT type, name, sql FROM sqlite_master"
                " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
            ).fetchall()

    @property
    def about(self) -> dict[str, Any]:
        """Return how the tables are made, and how many bytes they take."""
        with translated(self._path):
            (application,) = self._db.execute("PRAGMA application_id").fetchone()
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            pages, free, size = (
                self._db.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        tables = [sql for kind, _, sql in self._made if kind == "table"]
        rest = [sql for kind, _, sql in self._made if kind != "table"]
        return {
            "application": application,
            "version": version,
            "tables": tables,
            "rest": rest,
            "room": (pages - free) * size,
        }

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return an answer from the same moment."""
        with translated(self._path):
            return self._db.execute(sql).fetchall()

    def blocks(self) -> Iterator[bytes]:
        """Yield all rows."""
        names = [name for kind, name, _ in self._made if kind == "table"]
        if self.rows(f"SELECT 1 FROM sqlite_master WHERE name = '{SEQUENCE}'"):  # noqa: S608
            names.append(SEQUENCE)
        for name in names:
            with translated(self._path):
                cursor = self._db.execute(f'SELECT * FROM "{name}"')  # noqa: S608  # its own tables
                while rows := cursor.fetchmany(ROWS):
                    yield msgspec.msgpack.encode(Block(name, rows))

    def close(self) -> None:
        """End the transaction."""
        self._db.close()


def is_open(path: Path) -> bool:
    """Say whether a process has the database open; one that is damaged counts as closed."""
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as db:
            # Alone, or not at all: whoever has it open holds a lock on it, though it does nothing.
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    return False


def load(path: Path, about: dict[str, Any], blocks: Iterator[bytes], mode: int) -> None:
    """Make a database of what was dumped; it is whole and on stable storage when this returns.

    Raises BackupDamaged if what comes is no database, LedgerFull.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, mode))
    with translated(path), closing(sqlite3.connect(path, isolation_level=None)) as db:
        # No log yet: all is one transaction, and would lie on the disk twice.
        db.execute("PRAGMA synchronous = FULL")
        db.execute("BEGIN")
        for statement in about["tables"]:
            db.execute(statement)
        for data in blocks:
            block = msgspec.msgpack.decode(data, type=Block)
            if block.table == SEQUENCE:
                db.execute(f"DELETE FROM {SEQUENCE}")  # noqa: S608
            places = ", ".join("?" * len(block.rows[0]))
            sql = f'INSERT INTO "{block.table}" VALUES ({places})'  # noqa: S608  # its own tables
            db.executemany(sql, block.rows)
        for statement in about["rest"]:
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {int(about['application'])}")
        db.execute(f"PRAGMA user_version = {int(about['version'])}")
        db.execute("COMMIT")
        if db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise BackupDamaged(str(path))
        db.execute("PRAGMA journal_mode = WAL")
