"""What SQLite keeps of us on the disk while other processes come and go."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from collector.database.made import made
from collector.database.sqlite import SqliteDatabase
from collector.errors import LedgerFull, LedgerUnwritable
from tests.collector.disks import full

APPLICATION = 0x74657374
TABLES = "CREATE TABLE word (text TEXT NOT NULL) STRICT;"
INSERT = "INSERT INTO word (text) VALUES (?)"
ELSEWHERE = """
import sys
from contextlib import closing
from pathlib import Path
from collector.database.sqlite import SqliteDatabase
with closing(SqliteDatabase(Path(sys.argv[1]))) as database:
    if sys.argv[2:]:
        with database.writing() as session:
            session.run("INSERT INTO word (text) VALUES (?)", sys.argv[2:])
    with database.reading() as session:
        print(*(text for (text,) in session.rows("SELECT text FROM word ORDER BY text")))
"""


def elsewhere(path: Path, *word: str) -> list[str]:
    """Let another process write, read everything, and close; return what it has read."""
    command = [sys.executable, "-c", ELSEWHERE, str(path), *word]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_full_disk_is_told_as_one_to_whoever_opens_the_file_too(small: Path) -> None:
    with closing(SqliteDatabase(small / "words.db")) as first:
        made(first, TABLES, 1, APPLICATION)
    with closing(SqliteDatabase(small / "words.db")) as later:
        with full(small), pytest.raises(LedgerFull):
            later.version(APPLICATION)
        assert later.version(APPLICATION) == 1


def test_whoever_closes_the_file_elsewhere_takes_nothing_of_ours_along(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    with closing(SqliteDatabase(path)) as first:
        made(first, TABLES, 1, APPLICATION)
    with closing(SqliteDatabase(path)) as ours:
        made(ours, TABLES, 1, APPLICATION)  # looks at it; only then it is opened to write
        with ours.writing() as session:
            session.run(INSERT, ("one",))
        assert elsewhere(path, "two") == ["one", "two"]
        with ours.writing() as session:
            session.run(INSERT, ("three",))
        assert elsewhere(path) == ["one", "three", "two"]
    assert elsewhere(path) == ["one", "three", "two"]


def test_two_programs_that_make_one_file_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")  # as whoever is just turning it into a file with a log
        other.execute("CREATE TABLE theirs (text TEXT)")
        later = threading.Timer(0.3, other.execute, ("COMMIT",))
        later.start()
        with closing(SqliteDatabase(path)) as ours, ours.writing() as session:
            assert session.rows("SELECT name FROM sqlite_master") == [("theirs",)]
            assert session.rows("PRAGMA journal_mode") == [("wal",)]
        later.join()


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Let the disk take nothing while the block lasts, as the system does with one that fails."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)


def test_a_disk_that_takes_nothing_is_no_broken_database(small: Path) -> None:
    """Nobody is told to restore a backup over one that is whole; and it goes on by itself."""
    with closing(SqliteDatabase(small / "one.db")) as database:
        made(database, TABLES, 1, APPLICATION)
        elsewhere(small / "one.db", "before")
    with read_only(small):
        for name in ("one.db", "new.db"):
            with (
                closing(SqliteDatabase(small / name)) as database,
                pytest.raises(LedgerUnwritable),
                database.writing() as session,
            ):
                session.run(INSERT, ("lost",))
    assert elsewhere(small / "one.db", "after") == ["after", "before"]
