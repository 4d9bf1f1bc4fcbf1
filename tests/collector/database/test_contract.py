"""What every database promises (collector/database/ports.py), run on each implementation."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.database.made import made
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.errors import LedgerBroken, LedgerMissing

APPLICATION = 0x74657374
TABLES = """
-- What somebody; perhaps; said.
CREATE TABLE word (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL,
  number INTEGER NOT NULL DEFAULT 0,
  raw BLOB NOT NULL DEFAULT x'00ff',
  UNIQUE (text, number)
) STRICT;
CREATE TABLE pair (a INTEGER, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;
CREATE INDEX word_by_number ON word (number);
"""
INSERT = "INSERT INTO word (text, number) VALUES (?, ?)"
WORDS = "SELECT text FROM word ORDER BY text"
Opener = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgres"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Lend a function that opens the same empty database again and again."""
    opened: list[Database] = []
    where = ""
    if request.param == "postgres":
        where = request.getfixturevalue("postgres").database()

    def again() -> Database:
        database: Database
        database = PostgresDatabase(where) if where else SqliteDatabase(tmp_path / "words.db")
        opened.append(database)
        return database

    yield again
    for each in opened:
        each.close()


@pytest.fixture
def database(opener: Opener) -> Database:
    found = opener()
    made(found, TABLES, 1, APPLICATION)
    return found


def test_what_was_written_is_read_by_another(database: Database, opener: Opener) -> None:
    with database.writing() as session:
        session.many(INSERT, (("một", 1), ("hai", 2)))
        assert session.run(INSERT, ("ba 100% '?'", 3)) == 1
    with opener().reading() as session:
        assert session.rows(WORDS) == [("ba 100% '?'",), ("hai",), ("một",)]
        assert session.rows("SELECT text FROM word WHERE text LIKE '%?%'") == [("ba 100% '?'",)]


def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        session.run(INSERT, (("một", "hai")[session.run(INSERT, ("một", 1))], 1 // 0))
    with pytest.raises(LedgerBroken), database.writing() as session:
        session.many(INSERT, [("một", 1), ("một", 1)])
    with database.reading() as session:
        assert session.rows(WORDS) == []


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.reading() as reader:
        assert reader.rows(WORDS) == []
        with database.writing() as writer:
            writer.run(INSERT, ("một", 1))
        assert reader.rows(WORDS) == []
    with database.reading() as reader:
        assert reader.rows(WORDS) == [("một",)]


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(LedgerBroken), database.reading() as session:
        session.run(INSERT, ("một", 1))
    with database.reading() as session:
        assert session.rows(WORDS) == []


def test_numbers_texts_and_bytes_come_back_as_what_they_were(database: Database) -> None:
    with database.writing() as session:
        session.many(INSERT, ((word, 2**40) for word in ("b", "Z", "é", "a")))
        (row,) = session.rows(
            "INSERT INTO word (text, number, raw) VALUES (?, ?, ?) RETURNING number, raw",
            ("c", -5, b"\x00\xfe"),
        )
        assert row == (-5, b"\x00\xfe")
    with database.reading() as session:
        assert [text for (text,) in session.rows(WORDS)] == ["Z", "a", "b", "c", "é"]
        (sums,) = session.rows(
            "SELECT SUM(number), COUNT(*) FILTER (WHERE number > 0), MAX(number) > 0,"
            " (SELECT raw FROM word WHERE text = 'a') FROM word"
        )
    assert sums == (4 * 2**40 - 5, 4, 1, b"\x00\xff")
    assert [type(each) for each in sums] == [int, int, int, bytes]


def test_many_rows_are_loaded_at_once(database: Database) -> None:
    rows = [(f"tab\t{n}\\N\n", n, bytes([n % 256, 0])) for n in range(1000)]
    with database.writing() as session:
        session.load("word", ("text", "number", "raw"), iter(rows))
    with pytest.raises(LedgerBroken), database.writing() as session:
        session.load("word", ("text", "number"), [("x", 1), ("x", None)])
    with database.reading() as session:
        assert session.rows("SELECT text, number, raw FROM word ORDER BY number") == rows


def test_an_answer_of_numbers_is_an_array(database: Database) -> None:
    pairs = [(1, 2), (-(2**40), 2**62), (3, 4)]
    with database.writing() as session:
        session.many("INSERT INTO pair (a, b) VALUES (?, ?)", pairs)
    asked = "SELECT a, b FROM pair WHERE a < ? ORDER BY a"
    with database.reading() as session:
        found = session.numbers(asked, (3,), 2)
        assert sorted(found.tolist()) == [[-(2**40), 2**62], [1, 2]]
        assert session.numbers(asked, (-(2**50),), 2).shape == (0, 2)


@pytest.mark.parametrize("asked", ["SELECT text FROM word", "SELECT NULL FROM word"])
def test_what_is_no_number_is_not_taken_for_one(database: Database, asked: str) -> None:
    with database.writing() as session:
        session.run(INSERT, ("một", 1))
    with database.reading() as session, pytest.raises(LedgerBroken):
        session.numbers(asked, (), 1)


def test_a_long_answer_is_streamed(database: Database) -> None:
    with database.writing() as session:
        session.many("INSERT INTO pair VALUES (?, ?)", ((n % 7, n) for n in range(5000)))
    with database.reading() as session:
        seen = list(session.stream("SELECT b FROM pair WHERE b >= ? ORDER BY b", (10,)))
    assert seen == [(n,) for n in range(10, 5000)]


def test_a_stream_that_is_left_early_harms_nothing(database: Database) -> None:
    with database.writing() as session:
        session.many("INSERT INTO pair VALUES (?, ?)", ((n, n) for n in range(5000)))
    with database.reading() as session:
        for each in session.stream("SELECT b FROM pair ORDER BY b"):
            assert each == (0,)
            break
    with database.reading() as session:
        assert session.rows("SELECT COUNT(*) FROM pair") == [(5000,)]


def test_writers_are_one_after_another(database: Database, opener: Opener) -> None:
    def count(own: Database) -> None:
        for _ in range(20):
            with own.writing() as session:
                (found,) = session.rows("SELECT COUNT(*) FROM pair")
                session.run("INSERT INTO pair VALUES (?, ?)", (found[0], 0))

    threads = [threading.Thread(target=count, args=(each,)) for each in (database, opener())]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with database.reading() as session:
        found = session.rows("SELECT a FROM pair ORDER BY a")
    assert found == [(n,) for n in range(40)]


def test_threads_share_a_database(database: Database) -> None:
    def write(number: int) -> None:
        with database.writing() as session:
            session.run("INSERT INTO pair VALUES (?, 0)", (number,))
        with database.reading() as session:
            assert session.rows("SELECT b FROM pair WHERE a = ?", (number,)) == [(0,)]

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with database.reading() as session:
        assert session.rows("SELECT COUNT(*) FROM pair") == [(16,)]


def test_any_commit_is_a_change(database: Database, opener: Opener) -> None:
    before = database.change()
    assert database.change() == before
    with opener().writing() as session:
        session.run(INSERT, ("một", 1))
    assert database.change() != before


def test_tables_are_made_once_and_brought_up_to_date(opener: Opener) -> None:
    later = {2: "ALTER TABLE word ADD COLUMN more INTEGER NOT NULL DEFAULT 7;"}
    first = opener()
    assert first.version(APPLICATION) == 0
    made(first, TABLES, 1, APPLICATION)
    with first.writing() as session:
        session.run(INSERT, ("một", 1))
    for _ in range(2):
        made(opener(), TABLES, 2, APPLICATION, later)
    assert opener().version(APPLICATION) == 2
    with first.reading() as session:
        assert session.rows("SELECT text, more FROM word") == [("một", 7)]
    with pytest.raises(LedgerBroken, match="newer release"):
        made(opener(), TABLES, 1, APPLICATION)


@pytest.mark.usefixtures("database")
def test_tables_of_another_program_are_left_alone(opener: Opener) -> None:
    with pytest.raises(LedgerBroken, match="another program"):
        made(opener(), TABLES, 1, APPLICATION + 1)


def test_tables_that_cannot_be_made_leave_nothing_behind(opener: Opener) -> None:
    broken = opener()
    with pytest.raises(LedgerBroken):
        made(broken, TABLES + "CREATE TABLE word (id INTEGER);", 1, APPLICATION)
    assert opener().version(APPLICATION) == 0


def test_what_was_deleted_is_in_no_file(
    database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    word = "tên-của-một-người-nào-đó"
    with database.writing() as session:
        session.many(INSERT, ((f"{word}-{n}", n) for n in range(3000)))
    with database.writing() as session:
        session.run("DELETE FROM word WHERE number > ?", (-1,))
    database.scrub(("word",))
    server = request.getfixturevalue("postgres") if database.dialect == "postgres" else None
    found = [
        path
        for path in (server.folder if server else tmp_path).rglob("*")
        if path.is_file() and word.encode() in path.read_bytes()
    ]
    assert found == []


def test_closing_twice_is_harmless_and_it_opens_again(database: Database) -> None:
    database.close()
    database.close()
    with database.reading() as session:
        assert session.rows(WORDS) == []


def test_a_file_that_is_not_there_is_missing_and_is_not_made(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "none.db", read_only=True)
    with pytest.raises(LedgerMissing), database.reading():
        pass
    with pytest.raises(LedgerBroken), database.writing():
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_let_go_of_is_whole_without_its_log(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "own.db")
    made(database, TABLES, 1, APPLICATION)
    with database.writing() as session:
        session.run(INSERT, ("một", 1))
    with database.reading() as session:
        assert session.rows(WORDS) == [("một",)]
    database.change()
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["own.db"]


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    with SqliteDatabase(tmp_path / "own.db").writing():
        pass
    assert (tmp_path / "own.db").stat().st_mode & 0o777 == 0o640
