"""What only the PostgreSQL database promises: its server goes away, its errors tell nothing."""

import shutil
import signal

import pytest

from collector.database.postgres import PostgresDatabase
from collector.errors import DatabaseAway, LedgerBroken, LedgerBusy, LedgerMissing
from tests.collector.postgres import Cluster, cluster


def test_a_server_that_is_not_there_is_waited_for_and_found_again() -> None:
    server = cluster(())
    try:
        database = PostgresDatabase(server.database())
        with database.writing() as session:
            session.run("CREATE TABLE kept (n BIGINT)")
            session.run("INSERT INTO kept VALUES (?)", (1,))
        server.stop(signal.SIGQUIT)
        for _ in range(2):
            with pytest.raises(DatabaseAway), database.reading():
                pass
        server.start()
        with database.reading() as session:
            assert session.rows("SELECT n FROM kept") == [(1,)]
        database.close()
    finally:
        server.stop()
        shutil.rmtree(server.folder)


def test_a_database_that_is_not_there_is_missing(postgres: Cluster) -> None:
    with pytest.raises(LedgerMissing), PostgresDatabase(postgres.conninfo("none")).reading():
        pass


def test_no_error_repeats_a_value(postgres: Cluster) -> None:
    database = PostgresDatabase(postgres.database())
    with database.writing() as session:
        session.run("CREATE TABLE kept (word TEXT PRIMARY KEY, n BIGINT)")
        session.run("INSERT INTO kept VALUES (?, ?)", ("079201000001", 1))
    for values in (("079201000001", 1), ("x", "a079201000001")):
        with pytest.raises(LedgerBroken) as caught, database.writing() as session:
            session.run("INSERT INTO kept VALUES (?, ?)", values)
        assert "0792" not in str(caught.value)
    database.close()


def test_a_writer_that_does_not_let_go_is_named(postgres: Cluster) -> None:
    where = postgres.database()
    first, second = PostgresDatabase(where), PostgresDatabase(where, busy_ms=20)
    with first.writing(), pytest.raises(LedgerBusy), second.writing():
        pass
    for each in (first, second):
        each.close()
