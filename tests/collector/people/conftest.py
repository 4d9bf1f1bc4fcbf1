"""Tables of people in both databases, with two places and their gates."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.database.made import made
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.people import places, schema
from collector.people.places import Place


@pytest.fixture(params=["sqlite", "postgres"])
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Lend the tables, made, with a market (place 1, gate 1) and a clinic (2, 2)."""
    database: Database
    if request.param == "postgres":
        where = request.getfixturevalue("postgres").database()
        database = PostgresDatabase(where, schema="people")
    else:
        database = SqliteDatabase(tmp_path / "people.db")
    made(database, schema.TABLES, schema.VERSION, schema.APPLICATION)
    with database.writing() as session:
        for number, name in enumerate(("Chợ Mẫu", "Trạm y tế Mẫu"), 1):
            at = places.learn(session, Place(f"p{number}", name, area=f"a{number}"))
            assert places.gate(session, f"g{number}", at) == number
            assert places.journal(session, number, "j") == number
    yield database
    database.close()
