"""What every ledger promises (collector/ledger/ports.py), run on each implementation.

To add an implementation, add an opener: it yields the ledger and a view of the same records.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from collector.database.postgres import PostgresDatabase
from collector.ledger.entries import (
    Arrival,
    Complaint,
    Gap,
    Lack,
    Post,
    Report,
    Taking,
    Topic,
    Why,
)
from collector.ledger.ports import FORKS_KEPT, JOURNALS_KEPT, Ledger, View
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from collector.ledger.store import SqlLedger
from collector.ledger.view import SqlView
from tests.collector.ledger.memory import MemoryLedger
from wire.record import ClockState, Mark, Reason, Told, What, genesis
from wire.state import State, pack

Both = tuple[Ledger, View]
AT = 1_790_000_000_000
WALL = 1_780_000_000_000


@contextmanager
def sqlite(request: pytest.FixtureRequest) -> Iterator[Both]:
    path = request.getfixturevalue("tmp_path") / "ledger.db"
    with SqliteLedger(path) as ledger, SqliteView(path) as view:
        yield ledger, view


@contextmanager
def postgresql(request: pytest.FixtureRequest) -> Iterator[Both]:
    where = request.getfixturevalue("postgres").ledger()
    with SqlLedger(PostgresDatabase(where)) as ledger, SqlView(PostgresDatabase(where)) as view:
        yield ledger, view


@contextmanager
def memory(_: pytest.FixtureRequest) -> Iterator[Both]:
    with MemoryLedger() as ledger:
        yield ledger, ledger


@pytest.fixture(params=[sqlite, postgresql, memory], ids=lambda opener: opener.__name__)
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    with request.param(request) as opened:
        yield opened


def commit(ledger: Ledger, *arrivals: Arrival, at_ms: int = AT) -> tuple[Taking, ...]:
    return ledger.commit(Post(arrivals=arrivals), at_ms)


def test_a_journal_never_seen_stands_at_its_genesis(both: Both) -> None:
    mark = both[0].mark("g1", "j1")
    assert (mark.high, mark.chain) == (0, genesis("g1", "j1"))


def test_what_is_next_is_stored_and_moves_the_mark(both: Both, journal: Callable[..., Any]) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(3)
    (taking,) = commit(ledger, pen.arrival(1, 3))
    assert [entry.seq for entry in taking.fresh] == [1, 2, 3]
    assert ledger.mark("g1", "j1") == taking.mark
    assert (taking.mark.high, taking.mark.chain) == (3, pen.chain[3])
    (tally,) = view.tallies()
    assert (tally.rows, tally.doubles, tally.missing, tally.scans) == (3, 0, 0, 3)
    assert view.broken() == ()


def test_what_arrives_twice_is_stored_once(both: Both, journal: Callable[..., Any]) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(8)
    commit(ledger, pen.arrival(1, 5))
    again, overlapping, old = commit(
        ledger, pen.arrival(1, 5), pen.arrival(4, 8), pen.arrival(2, 3)
    )
    assert (again.absorbed, again.fresh) == (5, ())
    assert (overlapping.absorbed, [entry.seq for entry in overlapping.fresh]) == (2, [6, 7, 8])
    assert (old.absorbed, old.fresh, old.mark.high) == (2, (), 8)
    (tally,) = view.tallies()
    assert (tally.rows, tally.doubles, tally.missing, tally.forks) == (8, 0, 0, 0)


def test_what_is_ahead_is_not_stored_but_asked_for(both: Both, journal: Callable[..., Any]) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(9)
    commit(ledger, pen.arrival(1, 2))
    (taking,) = commit(ledger, pen.arrival(6, 9))
    assert (taking.want, taking.fresh, taking.mark.high) == ((3, 5), (), 2)
    assert view.tallies()[0].rows == 2


def test_another_record_of_the_same_identity_is_a_fork_and_no_duplicate(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    kept = journal("g1", "j1").scan(5)
    other = journal("g1", "j1").scan(2).scan(2, reason=Reason.EXPIRED)
    commit(ledger, kept.arrival(1, 5))
    (taking,) = commit(ledger, other.arrival(1, 4))
    assert [entry.seq for entry in taking.forked] == [3, 4]
    assert taking.complaints == (Complaint("g1", "j1", 3, Why.FORK),)
    assert (taking.fresh, taking.absorbed, taking.mark.high) == ((), 0, 5)
    (tally,) = view.tallies()
    assert (tally.rows, tally.forks, tally.chain) == (5, 2, kept.chain[5].hex())
    assert view.standings()["g1"].forks == 2


def test_a_fork_that_goes_on_past_the_mark_does_not_move_it(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    commit(ledger, journal("g1", "j1").scan(2).arrival(1, 2))
    other = journal("g1", "j1").scan(1).scan(4, reason=Reason.EXPIRED)
    (taking,) = commit(ledger, other.arrival(1, 5))
    assert [entry.seq for entry in taking.forked] == [2, 3, 4, 5]
    assert view.tallies()[0].rows == 2


def test_what_does_not_continue_the_chain_is_kept_apart(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    commit(ledger, journal("g1", "j1").scan(2).arrival(1, 2))
    other = journal("g1", "j1").scan(1).scan(3, reason=Reason.EXPIRED)
    (taking,) = commit(ledger, other.arrival(3, 4))
    assert taking.complaints == (Complaint("g1", "j1", 3, Why.ALTERED),)
    assert (taking.mark.high, view.tallies()[0].rows, view.tallies()[0].forks) == (2, 2, 2)


def test_a_first_record_that_does_not_begin_at_genesis_is_refused(
    both: Both, journal: Callable[..., Any]
) -> None:
    stolen = journal("g2", "j1").scan(1).arrival(1, 1)
    (taking,) = commit(both[0], Arrival("g1", "j1", stolen.prev, stolen.entries))
    assert taking.complaints == (Complaint("g1", "j1", 1, Why.ALTERED),)


def test_a_fork_sent_for_ever_is_kept_once(both: Both, journal: Callable[..., Any]) -> None:
    ledger, view = both
    commit(ledger, journal("g1", "j1").scan(1).arrival(1, 1))
    other = journal("g1", "j1").scan(1, reason=Reason.EXPIRED)
    for _ in range(3):
        commit(ledger, other.arrival(1, 1))
    standing = view.standings()["g1"]
    assert (standing.forks, standing.complaints) == (1, 3)


def test_forks_cannot_fill_the_disk(both: Both, journal: Callable[..., Any]) -> None:
    ledger, view = both
    commit(ledger, journal("g1", "j1").scan(1).arrival(1, 1))
    other = journal("g1", "j1", boot="feedbeef").scan(FORKS_KEPT + 100)
    for first in range(1, FORKS_KEPT + 51, 50):
        pen = journal("g1", "j1", boot=f"{first:08x}").scan(50)
        commit(ledger, pen.arrival(1, 50))
    commit(ledger, other.arrival(1, 50))
    assert view.standings()["g1"].forks == FORKS_KEPT


def test_a_swapped_card_is_another_journal_and_not_a_duplicate(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    commit(ledger, journal("g1", "old").scan(3).arrival(1, 3))
    commit(ledger, journal("g1", "new").scan(2).arrival(1, 2))
    assert [(tally.journal, tally.rows) for tally in view.tallies()] == [("new", 2), ("old", 3)]


def test_a_record_of_unknown_form_is_kept_and_blocks_nothing(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(1)
    pen.add({"t": "from-the-future", "up": 1})
    pen.scan(1)
    (taking,) = commit(ledger, pen.arrival(1, 3))
    assert taking.complaints == (Complaint("g1", "j1", 2, Why.ODD),)
    (tally,) = view.tallies()
    assert (tally.high, tally.rows, tally.odd, tally.scans) == (3, 3, 1, 2)
    assert view.broken() == ()


def test_the_last_scans_come_newest_first_and_tell_nothing_else(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(1).note(What.ALIVE).scan(1, reason=Reason.EXPIRED).scan(1)
    commit(ledger, pen.arrival(1, 4))
    rows = view.latest(2)
    assert [row.reason for row in rows] == [Reason.ACCEPTED, Reason.EXPIRED]
    assert (rows[0].gate, rows[0].received, rows[0].clock) == ("g1", AT, ClockState.SYNCED)


def test_a_gate_stands_where_its_records_and_reports_left_it(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").note(What.START).scan(2).note(What.STOP)
    commit(ledger, pen.arrival(1, 3))
    assert view.standings()["g1"].said == "start"
    commit(ledger, pen.arrival(4, 4), at_ms=AT + 5)
    standing = view.standings()["g1"]
    assert (standing.said, standing.record_ms, standing.high) == ("stop", AT + 5, 4)
    assert standing.record_clock == "unsynced"


def state(incarnation: int, *, online: bool = True, journal: str = "j1") -> bytes:
    return pack(State(online, scanning=online, incarnation=incarnation, wall=1, journal=journal))


def test_an_old_will_does_not_overwrite_a_new_birth(both: Both) -> None:
    ledger, view = both
    for number, raw in enumerate([state(2), state(1, online=False)]):
        ledger.commit(Post(reports=(Report("g1", Topic.STATE, raw),)), AT + number)
    assert (view.standings()["g1"].state, view.standings()["g1"].state_ms) == (state(2), AT)
    own_will = Report("g1", Topic.STATE, state(2, online=False))
    ledger.commit(Post(reports=(own_will,)), AT + 9)
    assert view.standings()["g1"].state == own_will.raw


def test_a_gate_on_a_new_card_may_count_its_starts_again(both: Both) -> None:
    ledger, view = both
    for raw in (state(7), state(1, journal="j2")):
        ledger.commit(Post(reports=(Report("g1", Topic.STATE, raw),)), AT)
    assert view.standings()["g1"].state == state(1, journal="j2")


def test_what_the_broker_only_repeats_is_no_news(both: Both) -> None:
    ledger, view = both
    for at_ms, retained in ((AT, False), (AT + 60, True)):
        report = Report("g1", Topic.HEALTH, b'{"waiting":1}', retained)
        ledger.commit(Post(reports=(report,)), at_ms)
    assert view.standings()["g1"].health_ms == AT
    ledger.commit(Post(reports=(Report("g1", Topic.HEALTH, b'{"waiting":1}'),)), AT + 90)
    assert view.standings()["g1"].health_ms == AT + 90


def test_complaints_are_counted_for_their_gate(both: Both) -> None:
    ledger, view = both
    ledger.commit(Post(complaints=(Complaint("g1", "", 1, Why.UNREADABLE),) * 2), AT)
    assert view.standings()["g1"].complaints == 2


def test_any_commit_is_a_change(both: Both, journal: Callable[..., Any]) -> None:
    ledger, view = both
    before = view.change()
    assert view.change() == before
    commit(ledger, journal("g1", "j1").scan(1).arrival(1, 1))
    assert view.change() != before


def test_closing_twice_is_harmless(both: Both) -> None:
    for each in both:
        each.close()
        each.close()


def test_a_declaration_takes_the_place_of_what_is_missing(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(2).missing(5).scan(3)
    commit(ledger, pen.arrival(1, 2))
    (taking,) = commit(ledger, pen.arrival(3, 7), at_ms=AT + 9)
    assert (taking.mark.high, taking.mark.chain) == (7, pen.chain[7])
    (again,) = commit(ledger, pen.arrival(1, 8))
    assert (again.mark.high, again.complaints) == (8, ())
    (tally,) = view.tallies()
    assert (tally.rows, tally.missing, tally.declared, tally.doubles) == (5, 0, 3, 0)
    assert view.gaps() == (
        Gap("g1", "j1", Lack.DECLARED, 3, 5, AT + 9, retired=False, cause="damaged"),
    )
    assert view.broken() == ()
    assert [(each.first, each.last, each.t) for each in view.walk("g1", "j1")] == [
        *((seq, seq, "scan") for seq in (1, 2)),
        (3, 5, "missing"),
        *((seq, seq, "scan") for seq in (6, 7, 8)),
    ]


def test_a_declaration_of_records_that_are_here_changes_none_of_them(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    kept = journal("g1", "j1").scan(9)
    commit(ledger, kept.arrival(1, 9))
    pen = journal("g1", "j1").scan(2).missing(5, after=kept.chain[5])
    (taking,) = commit(ledger, pen.arrival(3, 5))
    assert taking.complaints == (Complaint("g1", "j1", 3, Why.HELD),)
    assert (taking.fresh, taking.mark.high) == ((), 9)
    assert (view.gaps(), view.tallies()[0].rows) == ((), 9)


def test_only_what_is_not_here_of_a_declared_range_is_missing(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    commit(ledger, journal("g1", "j1").scan(4).arrival(1, 4))
    pen = journal("g1", "j1").scan(2).missing(6).scan(1)
    (taking,) = commit(ledger, pen.arrival(3, 7))
    assert taking.mark.high == 7
    assert [(gap.first, gap.last) for gap in view.gaps()] == [(5, 6)]
    (tally,) = view.tallies()
    assert (tally.rows, tally.missing, tally.declared) == (5, 0, 2)
    assert view.broken() == ()


def test_a_gate_that_lost_the_end_it_had_sent_goes_on_from_its_declaration(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    commit(ledger, journal("g1", "j1").scan(5).arrival(1, 5))
    pen = journal("g1", "j1").scan(2).missing(5).scan(2)
    (taking,) = commit(ledger, pen.arrival(3, 6))
    assert (taking.mark.high, taking.mark.chain) == (6, pen.chain[6])
    assert taking.complaints == (Complaint("g1", "j1", 3, Why.HELD),)
    (again,) = commit(ledger, pen.arrival(3, 7))
    assert (again.mark.high, again.forked, again.complaints) == (7, (), ())
    assert (view.gaps(), view.broken()) == ((), ())
    (tally,) = view.tallies()
    assert (tally.rows, tally.missing, tally.declared, tally.doubles) == (7, 0, 0, 0)


def test_a_declaration_that_contradicts_later_records_is_a_fork(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    commit(ledger, journal("g1", "j1").scan(9).arrival(1, 9))
    pen = journal("g1", "j1").scan(2).missing(5).scan(2)
    (taking,) = commit(ledger, pen.arrival(3, 7))
    assert (taking.mark.high, taking.fresh) == (9, ())
    assert taking.complaints == (Complaint("g1", "j1", 3, Why.FORK),)
    assert view.forked("g1", "j1") == (3, 6, 7)


def test_what_came_too_early_shows_a_gap_until_it_is_filled(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(20)
    commit(ledger, pen.arrival(1, 2))
    commit(ledger, pen.arrival(8, 9), at_ms=AT + 1)
    commit(ledger, pen.arrival(12, 14), at_ms=AT + 5)
    assert view.gaps() == (Gap("g1", "j1", Lack.GAP, 3, 11, AT + 1),)
    commit(ledger, pen.arrival(3, 10))
    assert view.gaps() == (Gap("g1", "j1", Lack.GAP, 11, 11, AT + 1),)
    commit(ledger, pen.arrival(11, 14))
    assert view.gaps() == ()
    commit(ledger, pen.arrival(20, 20), at_ms=AT + 9)
    assert view.gaps() == (Gap("g1", "j1", Lack.GAP, 15, 19, AT + 9),)


def says(last: int, journal: str = "j1") -> Post:
    raw = pack(
        State(online=True, scanning=True, incarnation=1, wall=last, journal=journal, last=last)
    )
    return Post(reports=(Report("g1", Topic.STATE, raw, journal=journal, last=last),))


def test_a_gate_that_says_it_has_more_is_known_to_lag(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(9)
    commit(ledger, pen.arrival(1, 2))
    for last, at_ms in ((2, AT), (5, AT + 1), (7, AT + 2)):
        ledger.commit(says(last), at_ms)
    assert view.gaps() == (Gap("g1", "j1", Lack.UNSENT, 3, 7, AT + 1),)
    ledger.commit(says(1, "j2"), AT + 3)
    assert view.gaps() == (
        Gap("g1", "j1", Lack.UNSENT, 3, 7, AT + 1, retired=True),
        Gap("g1", "j2", Lack.UNSENT, 1, 1, AT + 3),
    )
    commit(ledger, pen.arrival(3, 9))
    assert [gap.journal for gap in view.gaps()] == ["j2"]


def test_more_journals_than_a_gate_needs_are_not_begun(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    for number in range(JOURNALS_KEPT):
        ledger.commit(says(1, f"j{number}"), AT)
    ledger.commit(says(1, "one-more"), AT)
    (taking,) = commit(ledger, journal("g1", "another").scan(1).arrival(1, 1))
    assert taking.complaints == (Complaint("g1", "another", 1, Why.JOURNALS),)
    assert (taking.mark.high, len(view.tallies())) == (0, JOURNALS_KEPT)
    (known,) = commit(ledger, journal("g1", "j0").scan(1).arrival(1, 1))
    assert known.mark.high == 1


def test_the_latest_signed_head_is_kept(both: Both, journal: Callable[..., Any]) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(2).head().scan(1).head()
    commit(ledger, pen.arrival(1, 5))
    commit(ledger, pen.arrival(3, 3))
    head = view.head("g1", "j1")
    assert head is not None
    assert (head.seq, head.hash) == (4, pen.chain[4])
    assert view.head("g1", "none") is None


def test_a_time_is_known_from_a_clock_that_was_right(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").note(What.START).scan(2)
    commit(ledger, pen.arrival(1, 3), at_ms=WALL + 86_400_000)
    moment = view.times("g1", "j1").moment("0badcafe", 1000, AT)
    assert abs(moment.ms - (WALL + 1000)) <= 2
    assert moment.bound_ms is not None
    assert 1_000 <= moment.bound_ms <= 1_500
    assert view.latest(1)[0].moment.bound_ms == moment.bound_ms


def test_a_declaration_mends_no_chain_but_the_one_it_continues(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    kept = journal("g1", "j1").scan(5)
    commit(ledger, kept.arrival(1, 5))
    pen = journal("g1", "j1", boot="feedbeef").scan(2).missing(5).scan(2)
    (taking,) = commit(ledger, pen.arrival(3, 7))
    assert (taking.mark.high, taking.mark.chain) == (5, kept.chain[5])
    assert taking.complaints == (Complaint("g1", "j1", 3, Why.FORK),)
    assert view.broken() == ()


def test_a_second_declaration_that_contradicts_the_first_is_a_fork(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    first = journal("g1", "j1").scan(2).missing(5)
    commit(ledger, first.arrival(1, 5))
    second = journal("g1", "j1").scan(2).missing(5, after=bytes(32))
    (taking,) = commit(ledger, second.arrival(3, 5))
    assert taking.complaints == (Complaint("g1", "j1", 3, Why.FORK),)
    assert (taking.mark.high, taking.mark.chain) == (5, first.chain[5])
    mended = journal("g1", "j2").scan(5)
    commit(ledger, mended.arrival(1, 5))
    for after in (bytes(32), bytes([7]) * 32):
        pen = journal("g1", "j2").scan(2).missing(5, after=after)
        (taking,) = commit(ledger, pen.arrival(3, 5))
    assert (taking.mark.chain, taking.complaints[0].why) == (bytes(32), Why.FORK)
    assert view.broken() == ()


def test_times_learn_from_every_arrival_of_one_commit(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").scan(1).note(What.ALIVE).note(What.ALIVE)
    commit(ledger, *(pen.arrival(n, n) for n in (1, 2, 3)), at_ms=WALL + 86_400_000)
    assert view.times("g1", "j1").moment("0badcafe", 3000, AT).bound_ms is not None


def test_what_came_is_followed_in_the_order_of_arrival(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    one, two = journal("g1", "j1").scan(3), journal("g2", "j2").note(What.START)
    commit(ledger, one.arrival(1, 2), two.arrival(1, 1))
    commit(ledger, one.arrival(3, 3), at_ms=AT + 5)
    first = view.after(0, 2)
    rest = view.after(first[-1].row, 10)
    assert [(each.gate, each.journal, each.seq, each.t) for each in (*first, *rest)] == [
        ("g1", "j1", 1, "scan"),
        ("g1", "j1", 2, "scan"),
        ("g2", "j2", 1, "note"),
        ("g1", "j1", 3, "scan"),
    ]
    last = rest[-1]
    assert (last.boot, last.up, last.wall) == ("0badcafe", 3000, WALL + 3000)
    assert (last.clock, last.received_ms) == (ClockState.SYNCED, AT + 5)
    assert view.after(last.row, 10) == ()
    assert last.raw == view.record("g1", "j1", 3) == one.arrival(3, 3).entries[0].raw
    assert view.record("g1", "j1", 4) is None
    assert view.record("g9", "j1", 1) is None


def test_journals_whose_times_changed_are_named_once(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    assert view.retimed(0) == (0, ())
    commit(ledger, journal("g1", "j1").scan(2).arrival(1, 2))
    turn, names = view.retimed(0)
    assert names == (("g1", "j1"),)
    commit(ledger, journal("g2", "j2").note(What.START).arrival(1, 1))
    later, names = view.retimed(turn)
    assert (later > turn, names) == (True, (("g2", "j2"),))
    assert view.retimed(later) == (later, ())


def test_a_clock_note_that_narrows_earlier_times_is_a_change(
    both: Both, journal: Callable[..., Any]
) -> None:
    ledger, view = both
    pen = journal("g1", "j1").note(What.ALIVE).note(What.CLOCK, {"known": {"lo": AT - 900_000}})
    commit(ledger, pen.arrival(1, 1))
    turn, _ = view.retimed(0)
    commit(ledger, pen.arrival(2, 2))
    assert view.retimed(turn)[1] == (("g1", "j1"),)


def test_notes_are_found_by_when_they_were_made(both: Both, journal: Callable[..., Any]) -> None:
    ledger, view = both
    pen = journal("g1", "j1").note(What.START).scan(1).note(What.VIEW, {"view": "dark"}).scan(1)
    commit(ledger, pen.arrival(1, 4), journal("g2", "j2").note(What.START).arrival(1, 1))
    found = view.notes("g1", WALL + 1500, WALL + 86_400_000)
    assert [(each.seq, each.note.what, each.note.data) for each in found][-1:] == [
        (3, What.VIEW, {"view": "dark"})
    ]
    assert found[-1].moment == view.times("g1", "j1").moment("0badcafe", 3000, AT)
    assert view.notes("g1", WALL - 86_400_000, WALL - 3_600_000) == ()
    assert view.notes("g1", AT + 1, AT + 86_400_000) == ()
    assert view.deletions(0) == ()


def test_what_was_on_paper_passes_no_door_now(both: Both, journal: Callable[..., Any]) -> None:
    """Who is inside is counted from what gates see; a line of paper is over when it is typed."""
    ledger, _ = both
    pen = journal("g1", "j1").scan(1).scan(1, marks=(Mark.PAPER,), told=Told(WALL, 900_000))
    commit(ledger, pen.arrival(1, 2))
    assert ledger.passages(0, WALL, 10) == (2, {"g1": 1})
