"""How many people are inside: a sum over the gate's own records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.passages.count import REMEMBERED, Count, people
from wire.canonical import Document
from wire.record import Direction

IN, OUT = Direction.IN, Direction.OUT


def scan(seq: int, way: Direction, outcome: str = "accepted") -> Document:
    return {"t": "scan", "seq": seq, "dir": way.value, "outcome": outcome}


def note(what: str, **data: object) -> Document:
    return {"t": "note", "seq": 9, "what": what, "data": data}


def test_entries_less_exits() -> None:
    count = Count()
    for seq, way in enumerate([IN, IN, OUT, IN], 1):
        count.passed(seq, way, alone=True)
    assert count.own == 2


def test_an_exit_from_an_empty_place_was_an_entry_nobody_saw() -> None:
    count = Count()
    count.passed(1, OUT, alone=True)
    assert count.own == 0
    count.cancelled(1)
    assert count.own == 0


def test_with_sibling_gates_only_the_sum_is_a_number_of_people() -> None:
    count = Count()
    count.passed(1, OUT, alone=False)
    assert count.own == -1
    assert people(count.own, 3) == 2
    assert people(count.own) == 0


def test_a_passage_is_taken_back_once() -> None:
    count = Count()
    count.passed(1, IN, alone=True)
    count.passed(2, IN, alone=True)
    count.cancelled(1)
    count.cancelled(1)
    count.cancelled(7)
    assert count.own == 1


def test_a_count_that_was_set_is_not_changed_by_what_came_before() -> None:
    count = Count()
    count.passed(1, IN, alone=True)
    count.set(5)
    count.cancelled(1)
    assert count.own == 5


def test_only_the_latest_passages_can_be_taken_back() -> None:
    count = Count()
    for seq in range(REMEMBERED + 1):
        count.passed(seq, IN, alone=True)
    count.cancelled(0)
    count.cancelled(1)
    assert count.own == REMEMBERED


@pytest.mark.parametrize(
    "record",
    [
        scan(1, IN, "rejected"),
        scan(1, IN, "obeyed"),
        note("start"),
        note("cancelled", seq=77),
        note("count", count=3),
        {"t": "key", "seq": 3},
        {"t": "missing", "seq": 1, "last": 4},
        {},
    ],
    ids=str,
)
def test_what_is_no_passage_changes_nothing(record: Document) -> None:
    count = Count(2)
    count.follow(record, alone=True)
    assert count.own == 2


def test_the_records_say_what_the_door_counted() -> None:
    count = Count()
    for record in (
        scan(1, IN),
        scan(2, IN),
        note("cancelled", seq=1),
        scan(3, IN),
        note("count", count=7, own=7, why="card"),
        scan(5, OUT),
    ):
        count.follow(record, alone=True)
    assert count.own == 6


MOVES = st.one_of(
    st.sampled_from([IN, OUT]), st.tuples(st.just("cancel"), st.integers(1, 40)), st.integers(0, 9)
)


@given(st.lists(MOVES, max_size=40), st.booleans())
def test_counting_again_gives_the_same_and_never_fewer_than_nobody(
    moves: list[object],
    alone: bool,  # noqa: FBT001  (hypothesis draws it)
) -> None:
    lived, told = Count(), []
    for seq, move in enumerate(moves, 1):
        match move:
            case Direction():
                lived.passed(seq, move, alone=alone)
                told.append(scan(seq, move))
            case ("cancel", int(other)):
                lived.cancelled(other)
                told.append(note("cancelled", seq=other))
            case int(number):
                lived.set(number)
                told.append(note("count", own=number))
        assert people(lived.own) >= 0
    again = Count()
    for record in told:
        again.follow(record, alone=alone)
    assert again.own == lived.own
