"""The vault is killed in the middle: each scan is sighted exactly once, whatever happens."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from collector.database.ports import Database, Session
from collector.ledger.entries import Post
from tests.collector.vault.conftest import HOUR, MONDAY, SealingGate, Town, card
from wire.record import ClockState, Direction

AT = MONDAY + 8 * HOUR


class Killed(BaseException):
    """What a kill looks like from inside: nothing is caught, nothing is finished."""


class Mortal:
    """A database whose user dies at one statement, counted from now."""

    def __init__(self, inner: Database, left: int) -> None:
        self._inner, self.left = inner, left
        self.dialect = inner.dialect

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with self._inner.writing() as session:
            yield MortalSession(session, self)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Hand everything else on."""
        return getattr(self._inner, name)


class MortalSession:
    """The statements of it."""

    def __init__(self, inner: Session, owner: Mortal) -> None:
        self._inner, self._owner = inner, owner

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Count, and die."""
        self._owner.left -= 1
        if self._owner.left <= 0:
            raise Killed
        return getattr(self._inner, name)


def summary(town: Town) -> tuple[Any, ...]:
    """Return what was keyed, without the numbers that are drawn by lot."""
    return (
        town.rows("SELECT mark, seq, at, span, way, flags, link FROM sighting ORDER BY mark, seq"),
        town.rows("SELECT COUNT(DISTINCT person) FROM sighting"),
        town.rows("SELECT place, in_lo, in_span, stayed, out_span, how FROM stay ORDER BY 1, 2, 3"),
        town.rows("SELECT id, uses FROM epoch"),
        town.rows("SELECT COUNT(*) FROM alias"),
        town.rows("SELECT COUNT(*) FROM fields"),
        town.rows("SELECT why, seq FROM unopened"),
    )


def busy_day(pen: SealingGate) -> None:
    """Let people pass, one code not open, one person not pass, and a clock be set late."""
    pen.clock = ClockState.UNSYNCED
    for each in range(4):
        pen.passes(card(each), AT + each * 60_000)
    pen.clock = ClockState.SYNCED
    pen.passes(card(5), AT + HOUR, damaged=True)
    seq = pen.passes(card(6), AT + HOUR + 1000)
    pen.nobody(seq, AT + HOUR + 2000)
    for each in range(4):
        pen.passes(card(each), AT + 2 * HOUR + each * 60_000, way=Direction.OUT)


def test_a_vault_killed_at_any_statement_sights_each_scan_exactly_once(town: Town) -> None:
    pen = SealingGate("g1")
    busy_day(pen)
    now = AT + 3 * HOUR
    people, kills = town.people, 0
    sends = iter([pen.arrival(1, 6), pen.arrival(7, len(pen.chain) - 1)])
    town.ledger.commit(Post(arrivals=(next(sends),)), AT + HOUR - 1000)
    town.ledger.commit(Post(arrivals=(next(sends),)), now)
    for left in itertools.count(1, 5):
        town.people = Mortal(people, left)
        town.again()
        town.unlock(now)
        try:
            town.settle(now)
        except Killed:
            kills += 1
        else:
            break
    town.people = people
    killed = summary(town)
    assert kills > 5
    assert len(killed[0]) == 9
    assert killed[3] == [(2950, 9)]
    town.again()
    town.unlock(now)
    town.settle(now)
    assert summary(town) == killed


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_any_order_of_arrival_gives_the_same_stays(town: Town, order: tuple[int, ...]) -> None:
    pens = [SealingGate(f"g{each}") for each in range(3)]
    for each, pen in enumerate(pens):
        pen.passes(card(1), AT + each * 2 * HOUR)
        pen.passes(card(1), AT + each * 2 * HOUR + HOUR, way=Direction.OUT)
    town.unlock(AT)
    for each in order:
        town.send(pens[each], AT + 9 * HOUR)
        town.settle(AT + 9 * HOUR)
    asked = (
        "SELECT place_key.place, in_lo, in_span, stayed, out_span, how"
        " FROM stay JOIN place_key ON place_key.id = stay.place ORDER BY in_lo"
    )
    found = town.rows(asked)
    assert [row[0] for row in found] == ["p-g0", "p-g1", "p-g2"]
    assert {row[5] for row in found} == {0}
    assert all(abs(row[3] - HOUR) <= 5000 for row in found)
