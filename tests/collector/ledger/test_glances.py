"""What arrives, as it is counted and as other programs may see it."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from collector.ledger.entries import Post
from collector.ledger.glances import _brief, glances, rows
from tests.collector.ledger.memory import MemoryLedger
from wire.record import Mark, Reason, Told, What

AT = 1_790_000_000_000
WALL = 1_780_000_000_000


def ledger(arrival: Any) -> MemoryLedger:  # noqa: ANN401  # the conftest's
    made = MemoryLedger()
    made.commit(Post(arrivals=(arrival,)), AT)
    return made


def test_passages_come_in_their_order_and_a_cancelled_one_is_taken_back(
    journal: Callable[..., Any],
) -> None:
    pen = journal("g1", "j1").scan(1).note(What.ALIVE).scan(1, reason=Reason.EXPIRED)
    pen.note(What.CANCELLED, {"seq": 1}).note(What.CANCELLED, {"seq": 99}).scan(1)
    view = ledger(pen.arrival(1, 6))
    first, found = glances(view, 0, 3)
    assert [(each.outcome, each.undone) for each in found] == [
        ("accepted", False),
        ("rejected", False),
    ]
    last, found = glances(view, first, 100)
    assert [(each.dir, each.wall, each.undone) for each in found] == [
        ("in", WALL + 1000, True),
        ("in", WALL + 6000, False),
    ]
    assert glances(view, last, 100) == (last, ())


def test_a_line_of_paper_says_when_it_was(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(1).scan(1, marks=(Mark.PAPER,), told=Told(WALL, 900_000))
    assert [each.told for each in glances(ledger(pen.arrival(1, 2)), 0, 9)[1]] == [0, WALL]


def test_that_a_gate_was_switched_on_is_among_them(journal: Callable[..., Any]) -> None:
    view = ledger(journal("g1", "j1").note(What.START).note(What.STOP).arrival(1, 2))
    assert [each.outcome for each in glances(view, 0, 10)[1]] == ["started"]


def test_scans_are_read_on_behind_a_row(journal: Callable[..., Any]) -> None:
    pen = journal("g1", "j1").scan(2).note(What.ALIVE).scan(2, reason=Reason.EXPIRED)
    view = ledger(pen.arrival(1, 5))
    last, found = rows(view, 0, 4)
    assert [row.reason for _, row in found] == [Reason.ACCEPTED, Reason.ACCEPTED, Reason.EXPIRED]
    _, found = rows(view, last, 4)
    assert [(row.wall, row.moment.bound_ms is not None) for _, row in found] == [
        (WALL + 5000, True)
    ]


@given(st.binary(max_size=200))
def test_any_bytes_are_counted_as_something_or_nothing(raw: bytes) -> None:
    assert isinstance(_brief(raw).outcome, str)
