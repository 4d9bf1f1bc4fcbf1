"""What every ledger promises when its oldest goes (Archive), run on each implementation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.ledger.archive import SqlArchive
from collector.ledger.entries import Arrival, Gap, Kept, Lack, Post, Run, Taking, Why, Witness
from collector.ledger.ports import Archive, Ledger, View
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from collector.ledger.store import SqlLedger
from collector.ledger.view import SqlView
from tests.collector.ledger.memory import MemoryLedger
from wire.record import What

Three = tuple[Ledger, View, Archive]
AT = 1_790_000_000_000
DAY = 20_700


@contextmanager
def sqlite(request: pytest.FixtureRequest) -> Iterator[Three]:
    path = request.getfixturevalue("tmp_path") / "ledger.db"
    with (
        SqliteLedger(path) as ledger,
        SqliteView(path) as view,
        SqlArchive(SqliteDatabase(path)) as archive,
    ):
        yield ledger, view, archive


@contextmanager
def postgresql(request: pytest.FixtureRequest) -> Iterator[Three]:
    where = request.getfixturevalue("postgres").ledger()
    with (
        SqlLedger(PostgresDatabase(where)) as ledger,
        SqlView(PostgresDatabase(where)) as view,
        SqlArchive(PostgresDatabase(where)) as archive,
    ):
        yield ledger, view, archive


@contextmanager
def memory(_: pytest.FixtureRequest) -> Iterator[Three]:
    with MemoryLedger() as ledger:
        yield ledger, ledger, ledger


@pytest.fixture(params=[sqlite, postgresql, memory], ids=lambda opener: opener.__name__)
def three(request: pytest.FixtureRequest) -> Iterator[Three]:
    with request.param(request) as opened:
        yield opened


def commit(ledger: Ledger, *arrivals: Arrival, at_ms: int = AT) -> tuple[Taking, ...]:
    return ledger.commit(Post(arrivals=arrivals), at_ms)


def delete(archive: Archive, end: int, journal: str = "j1", at_ms: int = AT + 9) -> int:
    """Delete the beginning of a journal of gate g1; return the receipt's number."""
    (kept,) = (each for each in archive.kept() if each.journal == journal)
    (receipt,) = archive.delete({kept: end}, DAY, at_ms)
    return receipt.receipt


def test_what_is_deleted_leaves_a_receipt_that_continues_the_chain(
    three: Three, journal: Callable[..., Any]
) -> None:
    ledger, view, archive = three
    pen = journal("g1", "j1").scan(3).note(What.ALIVE).scan(4)
    commit(ledger, pen.arrival(1, 8))
    number = delete(archive, 5)
    (receipt,) = view.deletions(0)
    assert (receipt.receipt, receipt.day, receipt.gate, receipt.journal) == (
        *(number, DAY),
        *("g1", "j1"),
    )
    assert (receipt.first, receipt.last, receipt.records, receipt.scans) == (1, 5, 5, 4)
    assert (receipt.chain, receipt.at_ms) == (pen.chain[5], AT + 9)
    assert view.deletions(number) == ()
    assert view.broken() == ()


def test_what_is_deleted_is_gone_for_every_reader_at_once(
    three: Three, journal: Callable[..., Any]
) -> None:
    ledger, view, archive = three
    pen = journal("g1", "j1").note(What.START).scan(5)
    commit(ledger, pen.arrival(1, 6))
    delete(archive, 4)
    assert [(each.t, each.first, each.last) for each in view.walk("g1", "j1")] == [
        ("deleted", 1, 4),
        ("scan", 5, 5),
        ("scan", 6, 6),
    ]
    assert [each.seq for each in view.after(0, 99)] == [5, 6]
    assert (view.record("g1", "j1", 4), view.notes("g1", 0, 2 * AT)) == (None, ())
    assert len(view.latest(99)) == 2
    (tally,) = view.tallies()
    assert (tally.rows, tally.missing, tally.doubles, tally.deleted) == (2, 0, 0, 4)
    assert archive.kept() == (Kept("g1", "j1", 4, 6),)


def test_a_journal_goes_on_after_all_of_it_is_gone(
    three: Three, journal: Callable[..., Any]
) -> None:
    ledger, view, archive = three
    pen = journal("g1", "j1").scan(6)
    commit(ledger, pen.arrival(1, 4))
    followed = view.after(0, 99)[-1].row
    first = delete(archive, 4)
    archive.sweep(DAY + 30, lambda _: None)
    assert [each.t for each in view.walk("g1", "j1")] == ["deleted"]
    (taking,) = commit(ledger, pen.arrival(5, 6))
    assert (taking.mark.high, taking.mark.chain) == (6, pen.chain[6])
    assert [each.seq for each in view.after(followed, 99)] == [5, 6]
    assert delete(archive, 6) > first
    assert [(each.first, each.last) for each in view.deletions(0)] == [(1, 4), (5, 6)]
    assert view.broken() == ()


def test_a_record_that_comes_again_after_its_time_is_absorbed_and_no_fork(
    three: Three, journal: Callable[..., Any]
) -> None:
    ledger, view, archive = three
    pen = journal("g1", "j1").scan(9)
    commit(ledger, pen.arrival(1, 7))
    delete(archive, 5)
    archive.sweep(DAY + 30, lambda _: None)
    for first, last in ((1, 3), (2, 5), (3, 6), (1, 9)):
        (taking,) = commit(ledger, pen.arrival(first, last))
        assert (taking.forked, taking.complaints, taking.want) == ((), (), None)
    mark = ledger.mark("g1", "j1")
    assert (mark.high, mark.chain) == (9, pen.chain[9])
    assert [each.seq for each in view.after(0, 99)] == [6, 7, 8, 9]
    other = journal("g1", "j1", boot="feedbeef").scan(9)
    (taking,) = commit(ledger, other.arrival(4, 6))
    assert taking.complaints[0].why is Why.FORK
    assert [each.seq for each in taking.forked] == [5, 6]


def test_what_a_gate_declared_missing_is_no_part_of_the_count(
    three: Three, journal: Callable[..., Any]
) -> None:
    ledger, view, archive = three
    pen = journal("g1", "j1").scan(2).missing(5).scan(3).missing(10).scan(1)
    commit(ledger, pen.arrival(1, 11))
    delete(archive, 7)
    (receipt,) = view.deletions(0)
    assert (receipt.first, receipt.last, receipt.records) == (1, 7, 4)
    assert view.gaps() == (Gap("g1", "j1", Lack.DECLARED, 9, 10, AT, cause="damaged"),)
    (tally,) = view.tallies()
    assert (tally.rows, tally.missing, tally.declared, tally.deleted) == (2, 0, 2, 7)
    assert view.broken() == ()
    (kept,) = archive.kept()
    (last,) = archive.delete({kept: 10}, DAY, AT)
    assert (last.last, last.records) == (8, 1)


def test_an_end_among_what_is_missing_is_the_last_record_before_it(
    three: Three, journal: Callable[..., Any]
) -> None:
    ledger, view, archive = three
    commit(ledger, journal("g1", "j1").scan(2).missing(5).scan(3).arrival(1, 8))
    delete(archive, 4)
    assert [(each.first, each.last) for each in view.deletions(0)] == [(1, 2)]
    (kept,) = archive.kept()
    assert archive.delete({kept: 5}, DAY, AT) == ()
    assert view.broken() == ()


def test_two_runs_at_once_leave_one_receipt(three: Three, journal: Callable[..., Any]) -> None:
    ledger, view, archive = three
    commit(ledger, journal("g1", "j1").scan(6).arrival(1, 6))
    (kept,) = archive.kept()
    assert len(archive.delete({kept: 3}, DAY, AT)) == 1
    assert archive.delete({kept: 4}, DAY, AT) == ()
    assert len(view.deletions(0)) == 1


def test_a_fork_goes_with_the_record_that_it_differs_from(
    three: Three, journal: Callable[..., Any]
) -> None:
    ledger, view, archive = three
    commit(ledger, journal("g1", "j1").scan(6).arrival(1, 6))
    commit(ledger, journal("g1", "j1", boot="feedbeef").scan(6).arrival(1, 6))
    assert view.forked("g1", "j1") == (1, 2, 3, 4, 5, 6)
    delete(archive, 4)
    assert view.forked("g1", "j1") == (5, 6)
    assert view.standings()["g1"].forks == 2
    archive.sweep(DAY + 30, lambda _: None)
    assert view.forked("g1", "j1") == (5, 6)


def test_the_oldest_hours_and_stamps_of_a_journal_can_be_asked(
    three: Three, journal: Callable[..., Any]
) -> None:
    ledger, _, archive = three
    pen = journal("g1", "j1").scan(3)
    commit(ledger, pen.arrival(1, 2))
    commit(ledger, pen.arrival(3, 3), at_ms=AT + 5)
    (kept,) = archive.kept()
    assert [(each.boot, each.slot, each.first) for each in archive.hours(kept, 9)] == [
        ("0badcafe", 0, 1)
    ]
    assert [(each.seq, each.up, each.received_ms) for each in archive.stamps(kept, 2, 3)] == [
        (2, 2000, AT),
        (3, 3000, AT + 5),
    ]
    assert [archive.received_before(kept, AT + n) for n in (0, 1, 5, 6)] == [0, 2, 2, 3]


def test_a_run_and_what_the_gates_said_are_kept(three: Three, journal: Callable[..., Any]) -> None:
    ledger, _, archive = three
    assert (archive.first_run(), archive.last_run()) == (None, None)
    first = Run(AT - 1, "b", 4, "nobody-confirms")
    archive.note_run(first)
    assert (archive.first_run(), archive.last_run()) == (first, None)
    for run in (Run(AT, "b", 5), Run(AT + 1, "b", 6)):
        archive.note_run(run)
        assert (archive.first_run(), archive.last_run()) == (first, run)
    archive.note_run(Run(AT + 2, "b", 7, "gates-disagree"))
    assert archive.last_run() == run, "one that was stopped vouches for nothing"
    commit(ledger, journal("g1", "j1").scan(1).arrival(1, 1))
    commit(ledger, journal("g2", "j2").note(What.ALIVE).arrival(1, 1))
    (witness,) = archive.witnesses(AT)
    assert (witness.gate, witness.received_ms, witness.is_echo) == ("g1", AT, False)
    assert isinstance(witness, Witness)
    assert archive.witnesses(AT + 1) == ()


def test_nothing_is_left_of_a_journal_that_was_never_begun(three: Three) -> None:
    _, _, archive = three
    assert archive.kept() == ()
    assert archive.delete({}, DAY, AT) == ()
    assert archive.sweep(DAY, lambda _: None) == 0
