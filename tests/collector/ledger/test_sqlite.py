"""What only the SQLite ledger promises: its file, its triggers, its errors."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.database.sqlite import SqliteDatabase, open_to_write
from collector.errors import LedgerBroken, LedgerBusy, LedgerFull, LedgerMissing
from collector.ledger import schema
from collector.ledger.entries import Arrival, Post, Report, Topic
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView


def filled(path: Path, arrival: Arrival) -> None:
    with SqliteLedger(path) as ledger:
        ledger.commit(Post(arrivals=(arrival,)), 1)


def writer(ledger: SqliteLedger) -> sqlite3.Connection:
    database = ledger._database
    assert isinstance(database, SqliteDatabase)
    return database._writable()


def test_what_was_committed_is_there_after_opening_again(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(4)
    filled(tmp_path / "ledger.db", pen.arrival(1, 4))
    with SqliteLedger(tmp_path / "ledger.db") as ledger:
        assert ledger.mark("g1", "j1").chain == pen.chain[4]


@pytest.mark.parametrize("statement", ["UPDATE record SET seq = 9", "DELETE FROM record"])
def test_a_record_can_be_neither_changed_nor_deleted(
    tmp_path: Path, journal: Callable[..., Any], statement: str
) -> None:
    filled(tmp_path / "ledger.db", journal("g1", "j1").scan(1).arrival(1, 1))
    db = open_to_write(tmp_path / "ledger.db")
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        db.execute(statement)
    db.close()


def test_a_mark_cannot_be_set_back(tmp_path: Path, journal: Callable[..., Any]) -> None:
    filled(tmp_path / "ledger.db", journal("g1", "j1").scan(2).arrival(1, 2))
    db = open_to_write(tmp_path / "ledger.db")
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        db.execute("UPDATE mark SET high = 1")
    db.close()


def test_a_commit_that_fails_leaves_nothing_behind(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(400)
    with SqliteLedger(tmp_path / "ledger.db") as ledger:
        ledger.commit(Post(arrivals=(pen.arrival(1, 1),)), 1)
        db = writer(ledger)
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages + 1}")
        post = Post(arrivals=tuple(pen.arrival(n, n + 49) for n in range(2, 350, 50)))
        with pytest.raises(LedgerFull):
            ledger.commit(post, 2)
        assert ledger.mark("g1", "j1").high == 1
        db.execute("PRAGMA max_page_count = 100000")
        ledger.commit(post, 3)
        assert ledger.mark("g1", "j1").high == 351


def test_a_commit_that_breaks_off_is_undone_and_the_next_one_works(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(2)
    with SqliteLedger(tmp_path / "ledger.db") as ledger:
        unbindable = Report("g1", Topic.HEALTH, object())  # type: ignore[arg-type]
        with pytest.raises(LedgerBroken):
            ledger.commit(Post(arrivals=(pen.arrival(1, 1),), reports=(unbindable,)), 1)
        assert ledger.mark("g1", "j1").high == 0
        ledger.commit(Post(arrivals=(pen.arrival(1, 2),)), 2)
        assert ledger.mark("g1", "j1").high == 2


def test_another_writer_is_waited_for_and_then_named(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    path = tmp_path / "ledger.db"
    with SqliteLedger(path) as ledger:
        writer(ledger).execute("PRAGMA busy_timeout = 0")
        other = open_to_write(path)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy):
            ledger.commit(Post(arrivals=(journal("g1", "j1").scan(1).arrival(1, 1),)), 1)
        other.close()


def test_a_view_cannot_write(tmp_path: Path, journal: Callable[..., Any]) -> None:
    path = tmp_path / "ledger.db"
    filled(path, journal("g1", "j1").scan(1).arrival(1, 1))
    with SqliteView(path) as view, pytest.raises(LedgerBroken, match="readonly"):
        view._ask("INSERT INTO refusal VALUES ('g', 'w', 'j', 1, 1, 1)")


def test_a_view_of_nothing_says_that_there_is_no_ledger_yet(tmp_path: Path) -> None:
    view = SqliteView(tmp_path / "ledger.db")
    with pytest.raises(LedgerMissing):
        view.latest(1)
    with SqliteLedger(tmp_path / "ledger.db"):
        assert view.latest(1) == ()
    view.close()


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE thing (x)")
    other.close()
    with pytest.raises(LedgerBroken, match="another program"):
        SqliteLedger(path).__enter__()
    with pytest.raises(LedgerBroken, match="another program"):
        SqliteView(path).__enter__()


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database, and longer than its header would be" * 40)
    with pytest.raises(LedgerBroken):
        SqliteLedger(path).__enter__()


def test_a_broken_chain_is_found_in_the_stored_bytes(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    path = tmp_path / "ledger.db"
    filled(path, journal("g1", "j1").scan(5).arrival(1, 5))
    db = open_to_write(path)
    db.execute("DROP TRIGGER record_is_never_changed")
    db.execute("UPDATE record SET raw = CAST(replace(raw, 'pass', 'card') AS BLOB) WHERE seq = 3")
    db.close()
    with SqliteView(path) as view:
        assert view.broken() == (("g1", "j1", 3),)


def test_a_ledger_of_the_version_before_is_brought_up_to_date(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    path = tmp_path / "ledger.db"
    db = sqlite3.connect(path)
    db.executescript(schema.TABLES)
    db.execute(f"PRAGMA application_id = {schema.APPLICATION}")
    db.execute("PRAGMA user_version = 1")
    db.close()
    with pytest.raises(LedgerBroken, match="older release"):
        SqliteView(path).latest(1)
    filled(path, journal("g1", "j1").scan(2).missing(4).arrival(1, 4))
    with SqliteView(path) as view:
        assert (view.tallies()[0].high, view.broken()) == (4, ())


@pytest.mark.parametrize("statement", ["UPDATE lost SET first = 9", "DELETE FROM lost"])
def test_a_declaration_can_be_neither_changed_nor_deleted(
    tmp_path: Path, journal: Callable[..., Any], statement: str
) -> None:
    filled(tmp_path / "ledger.db", journal("g1", "j1").missing(3).arrival(1, 3))
    db = open_to_write(tmp_path / "ledger.db")
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        db.execute(statement)
    db.close()
