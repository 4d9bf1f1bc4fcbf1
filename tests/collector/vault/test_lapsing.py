"""Whoever is deleted leaves the lists of cases too, and what lists were made from goes as well."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from collector.cases import schema
from collector.database.sqlite import SqliteDatabase
from collector.vault.lapsing import EVERY_MS, Lapsing
from tests.collector.vault.conftest import DAY, Town
from tests.collector.vault.test_forgetting import AT, lived

END = AT + 30 * DAY


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Lend a case, and another that is over."""
    database = SqliteDatabase(tmp_path / "cases.db")
    schema.make(database)
    with database.writing() as session:
        for number, end in ((1, END), (2, AT)):
            session.run(
                "INSERT INTO case_file (number, area, opened_by, opened_ms, expires_ms, onset_day,"
                " isolation_day, rule, typed) VALUES (?, 'a', 'lan', 0, ?, 0, 0, '{}', x'')",
                (number, end),
            )
            session.run(
                "INSERT INTO answer (case_number, ring, sealed) VALUES (?, 1, x'')", (number,)
            )
    yield database
    database.close()


def listed(cases: SqliteDatabase, persons: Iterable[int]) -> None:
    with cases.writing() as session:
        for person in persons:
            session.run("INSERT INTO case_index (case_number, person) VALUES (1, ?)", (person,))
            session.run(
                "INSERT INTO contact (case_number, person, state, version, ring, least_ms,"
                " most_ms, last_ms, changed_by, changed_ms)"
                " VALUES (1, ?, 'to-call', 1, 1, 0, 0, 0, 'lan', 0)",
                (person,),
            )


def named(cases: SqliteDatabase) -> set[int]:
    with cases.reading() as session:
        found = {person for (person,) in session.rows("SELECT person FROM contact")}
        assert found == {person for (person,) in session.rows("SELECT person FROM case_index")}
    return found


def test_whoever_has_no_row_any_more_leaves_the_lists_but_for_a_hold(
    town: Town, cases: SqliteDatabase
) -> None:
    lived(town)
    people = {person for (person,) in town.rows("SELECT id FROM person")}
    assert len(people) == 3
    listed(cases, (*people, 7, 8))
    lapsing = Lapsing(cases, town.people)
    lapsing.look(AT)
    assert named(cases) == people
    held = min(people)
    with town.people.writing() as session:
        session.run(
            "INSERT INTO hold (case_number, person, reason, officer, approver, made_ms, end_ms)"
            " VALUES (1, ?, ?, 'lan', 'minh', 0, ?)",
            (held, b"", END),
        )
        session.run("DELETE FROM person")
    lapsing.look(AT + EVERY_MS - 1)
    assert named(cases) == people  # looked within the hour
    lapsing.look(AT + EVERY_MS)
    assert named(cases) == {held}


def test_what_the_list_of_a_case_was_made_from_goes_with_the_case(
    town: Town, cases: SqliteDatabase
) -> None:
    lapsing = Lapsing(cases, town.people)
    lapsing.look(AT)
    with cases.reading() as session:
        assert session.rows("SELECT case_number FROM answer") == [(1,)]
    lapsing.look(END)
    with cases.reading() as session:
        assert session.rows("SELECT case_number FROM answer") == []
