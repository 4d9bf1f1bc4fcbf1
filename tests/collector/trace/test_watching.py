"""Coverage as it is kept, in each database: read on as it arrives, and forgotten."""

import random
from collections.abc import Callable

import pytest

from collector.database.ports import Database
from collector.localday import MINUTE_MS
from collector.trace import watching
from collector.trace.coverage import Sign
from collector.trace.entries import Coverage, Piece, State
from wire.record import What

WINDOW = (100 * MINUTE_MS, 900 * MINUTE_MS)
GATE, PLACE = 5, 3


@pytest.fixture(scope="module")
def database(fresh: Callable[[], Database]) -> Database:
    """Lend a database with one gate."""
    found = fresh()
    with found.writing() as session:
        session.run("INSERT INTO gate_key VALUES (?, ?, ?)", (GATE, "g5", PLACE))
    return found


def journal(seed: int) -> list[Sign]:
    dice = random.Random(seed)  # noqa: S311  # a journal, no secret
    at, boot, found = 0, "a", []
    while at < 1_000 * MINUTE_MS:
        at += dice.choice([1, 5, 5, 5, 5, 30]) * MINUTE_MS
        boot = boot + "b" if dice.random() < 0.02 else boot
        what = dice.choice([What.ALIVE] * 8 + [What.START, What.STOP, What.VIEW])
        view = dice.choice(["clear", "covered"])
        found.append(Sign(at, boot, what, view, dice.random() < 0.01))
    return found


def read(database: Database, mark: int, parts: list[list[Sign]]) -> tuple[Coverage, ...]:
    """Return the coverage after reading a journal in parts, and forget it again."""
    for part in parts:
        with database.writing() as session:
            watching.follow(session, GATE, mark, part)
    with database.writing() as session:
        found = watching.coverage(session, [PLACE], WINDOW)
        watching.forget(session, mark)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_a_journal_that_comes_in_parts_says_the_same(database: Database, seed: int) -> None:
    whole = journal(seed)
    parts = [whole[begin : begin + 7] for begin in range(0, len(whole), 7)]
    at_once, in_parts = read(database, 1, [whole]), read(database, 2, [*parts, []])
    assert at_once == in_parts
    assert {piece.state for piece in at_once[0].pieces} > {State.WORKING, State.DOWN}


def test_a_journal_that_is_forgotten_says_nothing(database: Database) -> None:
    read(database, 1, [journal(9)])
    with database.reading() as session:
        found = watching.coverage(session, [PLACE], WINDOW)
    assert found == (Coverage("g5", PLACE, (Piece(*WINDOW, State.UNDELIVERED),)),)


def test_what_ended_before_a_day_that_is_gone_is_forgotten(database: Database) -> None:
    with database.writing() as session:
        watching.follow(session, GATE, 1, journal(3))
        before = watching.coverage(session, [PLACE], WINDOW)
        watching.forget_before(session, 500 * MINUTE_MS)
        late = (500 * MINUTE_MS, WINDOW[1])
        kept = session.rows("SELECT COUNT(*) FROM cover WHERE until_ms < ?", late[:1])
        after = watching.coverage(session, [PLACE], late)
        watching.forget(session, 1)
    assert kept == [(0,)]
    assert after[0].pieces[-1] == before[0].pieces[-1]


def test_places_without_a_gate_have_no_coverage(database: Database) -> None:
    with database.reading() as session:
        assert watching.coverage(session, [77], WINDOW) == ()
        assert watching.coverage(session, [], WINDOW) == ()
