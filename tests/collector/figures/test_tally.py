"""Passages are counted where they belong, kept over a start, and once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.database.sqlite import SqliteDatabase
from collector.errors import CollectorError
from collector.figures.opened import OpenedFile
from collector.figures.store import FLUSH_S, Follower
from collector.figures.tally import KEPT_DAYS, SLOT_MS, Tally, local_slot, weekday
from collector.ledger.entries import Glance, Post
from collector.localday import ZONE_MS
from tests.collector.ledger.memory import MemoryLedger
from wire.record import Reason, What

WALL = 1_780_000_000_000
"""The journal's clock: a Friday in May 2026, at 3:26 in Vietnam."""
AT = WALL + 100_000


def glance(**changes: Any) -> Glance:  # noqa: ANN401  # any field
    values = {"gate": "g", "wall": WALL, "clock": "synced", "dir": "in", "outcome": "accepted"}
    return Glance(**{**values, "received": AT, **changes})


def counted(*glances: Glance) -> tuple[int, int, int]:
    tally = Tally()
    tally.add(glances)
    day, slot = local_slot(WALL)
    ins, outs, refused = (row[slot] for row in tally.day("g", day).rows())
    return ins, outs, refused


def test_ways_and_refusals_are_counted_apart() -> None:
    found = counted(glance(), glance(dir="out"), glance(dir="out"), glance(outcome="rejected"))
    assert found == (1, 2, 1)


def test_a_passage_that_was_cancelled_is_taken_back_and_never_below_nobody() -> None:
    assert counted(glance(), glance(undone=True)) == (0, 0, 0)
    assert counted(glance(undone=True), glance()) == (1, 0, 0)


def test_what_comes_late_counts_when_it_was_made() -> None:
    assert counted(glance(received=WALL + 10 * 3_600_000)) == (1, 0, 0)


def test_a_line_of_paper_counts_when_it_was_and_says_nothing_of_how_late_a_gate_is() -> None:
    evening = WALL + 10 * 3_600_000
    tally = Tally()
    tally.add([glance(wall=evening, received=evening + 500, told=WALL)])
    day, slot = local_slot(WALL)
    assert tally.day("g", day).ins[slot] == 1
    assert all(lag.count == 0 for lag in tally.lags.get("g", {}).values())


@pytest.mark.parametrize("told", [1, WALL + 400 * 86_400_000])
def test_a_line_of_paper_of_another_age_counts_when_it_was_typed(told: int) -> None:
    assert counted(glance(told=told)) == (1, 0, 0)


@pytest.mark.parametrize("changes", [{"clock": "unsynced", "wall": 5}, {"wall": 4_070_908_800_000}])
def test_a_clock_that_says_nothing_or_2099_is_not_believed(changes: dict[str, Any]) -> None:
    assert counted(glance(**changes, received=WALL)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("minutes", "longest_min", "inside"),
    [
        (-1, 120, 37),  # the guests of an evening, and who came in the morning and was not seen off
        (1, 120, 30),
        (1, 11, 0),
        (59, 120, 30),
        (76, 120, 0),
        (76, 7 * 24 * 60, 37),
    ],
)
def test_who_came_before_midnight_is_inside_until_the_longest_stay_is_over(
    minutes: int, longest_min: int, inside: int
) -> None:
    tally = Tally()
    evening = tally.day("g", 100)
    evening.ins[4 * 8] = 7
    evening.ins[4 * 23], evening.outs[4 * 23 + 1] = 40, 10
    at = 101 * 86_400_000 - ZONE_MS + minutes * 60_000
    assert tally.inside("g", at, longest_min) == inside
    assert tally.inside("never", at, longest_min) == 0


def test_days_are_those_of_vietnam() -> None:
    midnight = 1_780_016_400_000 - 1_780_016_400_000 % 86_400_000 + 17 * 3_600_000
    assert local_slot(midnight)[1] == 0
    assert local_slot(midnight - 1) == (local_slot(midnight)[0] - 1, 95)
    assert weekday(local_slot(WALL)[0]) == 4


class Steady:
    """A clock that is stepped."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def follower(ledger: MemoryLedger, path: Path, steady: Steady) -> Follower:
    return Follower(ledger, SqliteDatabase(path), lambda: AT, steady)


def commit(ledger: MemoryLedger, *arrivals: Any) -> None:  # noqa: ANN401  # the conftest's
    ledger.commit(Post(arrivals=arrivals), AT)


def total(tally: Tally) -> int:
    return sum(sum(day.ins) for days in tally.days.values() for day in days.values())


def test_a_start_goes_on_where_the_last_one_ended(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    ledger, steady = MemoryLedger(), Steady()
    pen = journal("g", "j1").scan(5).note(What.ALIVE)
    commit(ledger, pen.arrival(1, 6))
    first = follower(ledger, tmp_path / "f.db", steady)
    assert not first.step()
    assert total(first.tally) == 5
    pen.scan(2).scan(1, reason=Reason.EXPIRED)
    commit(ledger, pen.arrival(7, 9))
    first.step()
    steady.s += FLUSH_S
    pen.scan(1)
    commit(ledger, pen.arrival(10, 10))
    first.step()
    again = follower(ledger, tmp_path / "f.db", steady)
    again.step()
    assert total(again.tally) == 8


def test_what_was_not_written_before_a_kill_is_counted_again_and_once(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    ledger, steady = MemoryLedger(), Steady()
    pen = journal("g", "j1").scan(3)
    commit(ledger, pen.arrival(1, 3))
    follower(ledger, tmp_path / "f.db", steady).step()
    pen.scan(4)
    commit(ledger, pen.arrival(4, 7))
    killed = follower(ledger, tmp_path / "f.db", steady)
    killed._flushed_s = steady.s
    killed.step()
    again = follower(ledger, tmp_path / "f.db", steady)
    again.step()
    assert total(again.tally) == 7


def test_a_ledger_that_was_restored_from_a_backup_is_counted_from_its_beginning(
    tmp_path: Path, journal: Callable[..., Any]
) -> None:
    ledger, steady = MemoryLedger(), Steady()
    pen = journal("g", "j1").scan(6)
    commit(ledger, pen.arrival(1, 6))
    follower(ledger, tmp_path / "f.db", steady).step()
    older = MemoryLedger()
    commit(older, pen.arrival(1, 4))
    again = follower(older, tmp_path / "f.db", steady)
    again.step()
    assert total(again.tally) == 4


def test_a_disk_that_is_full_loses_no_count(tmp_path: Path, journal: Callable[..., Any]) -> None:
    class Full(SqliteDatabase):
        full = False

        def writing(self) -> Any:  # noqa: ANN401  # the same as its parent's
            if self.full:
                raise CollectorError
            return super().writing()

    ledger, steady = MemoryLedger(), Steady()
    commit(ledger, journal("g", "j1").scan(6).arrival(1, 6))
    database = Full(tmp_path / "f.db")
    follows = Follower(ledger, database, lambda: AT, steady)
    follows._open()
    database.full = True
    with pytest.raises(CollectorError):
        follows.step()
    database.full, steady.s = False, FLUSH_S
    follows.step()
    again = follower(ledger, tmp_path / "f.db", steady)
    again.step()
    assert total(again.tally) == 6


def test_old_days_are_forgotten() -> None:
    tally = Tally()
    tally.add([glance(received=AT - 40 * 86_400_000, wall=WALL - 40 * 86_400_000), glance()])
    tally.forget(local_slot(WALL)[0])
    assert list(tally.days["g"]) == [local_slot(WALL)[0]]
    assert KEPT_DAYS < 40
    assert all(slot > AT // SLOT_MS - 96 for slot in tally.lags["g"])


def test_what_the_vault_opened_is_read_again_and_kept_if_the_file_goes_bad(tmp_path: Path) -> None:
    path = tmp_path / "opened.json"
    opened = OpenedFile(path)
    assert opened.gates() is None
    path.write_text('{"g1": 5}')
    assert opened.gates() == frozenset({"g1"})
    path.write_text("{{{")
    assert opened.gates() == frozenset({"g1"})
