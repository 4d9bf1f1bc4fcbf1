"""What the tests of traces share: a district's tables, in each database."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from collector.database.made import made
from collector.database.ports import Database, Session
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.people import schema
from collector.trace.entries import Stay


def fill(session: Session, person: int, stays: Iterable[Stay]) -> None:
    """Write the stays of one person as the vault does."""
    rows = [
        (
            *(each.day, each.place, each.in_lo, person, each.in_hi - each.in_lo),
            *(each.out_lo - each.in_lo, each.out_hi - each.out_lo),
            *(int(each.how), int(each.doubts)),
        )
        for each in stays
    ]
    session.many("INSERT INTO stay VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    session.many(
        "INSERT INTO reach (day, place, ms) VALUES (?, ?, ?) ON CONFLICT (place, day)"
        " DO UPDATE SET ms = excluded.ms WHERE excluded.ms > reach.ms",
        [(row[0], row[1], row[5] + row[6]) for row in rows],
    )


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def fresh(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Database]]:
    """Lend a function that makes an empty district in one of the databases."""
    opened: list[Database] = []

    def new() -> Database:
        database: Database
        if request.param == "postgres":
            database = PostgresDatabase(request.getfixturevalue("postgres").database())
        else:
            path: Path = tmp_path_factory.mktemp("people") / "people.db"
            database = SqliteDatabase(path)
        made(database, schema.TABLES, schema.VERSION, schema.APPLICATION)
        opened.append(database)
        return database

    yield new
    for each in opened:
        each.close()
