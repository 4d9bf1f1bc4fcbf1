"""The count of the day, for the gates beside one another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.intake.census import AGAIN_MS, Census, midnight
from collector.ledger.entries import Post
from collector.ledger.ports import Ledger
from collector.ledger.sqlite import SqliteLedger
from collector.roster import Gate, Roster
from tests.collector.ledger.memory import MemoryLedger
from wire import site
from wire.keys import KeyEntry, Keyring, Use, entry
from wire.record import ClockState, Direction, What, link

WALL = 1_780_000_000_000
NOW = WALL + 600_000
KEY = Ed25519PrivateKey.generate()
RING = Keyring([entry(KEY.public_key(), Use.RECEIPT)])


def gate(name: str, place: str) -> Gate:
    return Gate(name, place, "", "", (Direction.IN,), KeyEntry("0" * 16, Use.RECORDS, ""))


ROSTER = Roster("X", "", (gate("g1", "Chợ"), gate("g2", "Chợ"), gate("g3", "Bến xe")))


@contextmanager
def sqlite(folder: Path) -> Iterator[Ledger]:
    with SqliteLedger(folder / "ledger.db") as ledger:
        yield ledger


@contextmanager
def memory(_: Path) -> Iterator[Ledger]:
    with MemoryLedger() as ledger:
        yield ledger


@pytest.fixture(params=[sqlite, memory], ids=lambda opener: opener.__name__)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with request.param(tmp_path) as opened:
        yield opened


def commit(ledger: Ledger, pen: Any, first: int, last: int, at_ms: int = NOW) -> None:  # noqa: ANN401
    ledger.commit(Post(arrivals=(pen.arrival(first, last),)), at_ms)


def sums(census: Census, now_ms: int = NOW) -> dict[str, int]:
    found = census.summaries(ROSTER, now_ms)
    return {name: site.unpack(data, RING).inside for name, _, data in found}


def test_each_gate_is_told_the_sum_of_the_others(
    ledger: Ledger, journal: Callable[..., Any]
) -> None:
    census = Census(ledger, KEY)
    assert sums(census) == {"g1": 0, "g2": 0}
    pen = journal("g1", "j1").scan(3)
    commit(ledger, pen, 1, 3)
    commit(ledger, journal("g3", "j1").scan(5), 1, 5)
    assert sums(census) == {"g1": 0, "g2": 3}
    way_out = journal("g2", "j1").scan(2)
    way_out.documents = [{**each, "dir": "out"} for each in way_out.documents]
    way_out.chain = journal("g2", "j1").chain
    for each in way_out.documents:
        way_out.chain.append(link(way_out.chain[-1], each))
    commit(ledger, way_out, 1, 2)
    assert sums(census) == {"g1": -2, "g2": 3}
    commit(ledger, pen.note(What.CANCELLED, {"seq": 2}), 4, 4)
    assert sums(census) == {"g1": -2, "g2": 2}


@pytest.mark.parametrize("data", [{}, {"seq": "2"}, {"seq": 99}, {"seq": 2**70}, {"seq": 4}])
def test_a_cancellation_of_nothing_counts_nothing(
    ledger: Ledger, journal: Callable[..., Any], data: dict[str, object]
) -> None:
    pen = journal("g1", "j1").scan(3).note(What.ALIVE).note(What.CANCELLED, data)
    commit(ledger, pen, 1, 5)
    assert sums(Census(ledger, KEY))["g2"] == 3


def test_a_count_begins_anew_with_the_day_and_after_a_restart_finds_the_days_rows(
    ledger: Ledger, journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(6)
    yesterday = midnight(NOW) - 1
    commit(ledger, pen, 1, 2, yesterday)
    commit(ledger, pen, 3, 6)
    assert ledger.row_before(midnight(NOW)) == 2
    census = Census(ledger, KEY)
    assert sums(census)["g2"] == 4
    assert sums(census, midnight(NOW) + 86_400_000)["g2"] == 0


def test_a_scan_of_another_day_that_comes_late_is_not_of_today(
    ledger: Ledger, journal: Callable[..., Any]
) -> None:
    commit(ledger, journal("g1", "j1").scan(3), 1, 3, WALL + 86_400_000 * 2)
    assert sums(Census(ledger, KEY), WALL + 86_400_000 * 2)["g2"] == 0
    unsure = journal("g1", "j2")
    for _ in range(2):
        unsure.scan(1)
        unsure.documents[-1] = {**unsure.documents[-1], "clock": ClockState.UNSYNCED.value}
    unsure.chain = journal("g1", "j2").chain
    for each in unsure.documents:
        unsure.chain.append(link(unsure.chain[-1], each))
    commit(ledger, unsure, 1, 2, WALL + 86_400_000 * 2)
    assert sums(Census(ledger, KEY), WALL + 86_400_000 * 2)["g2"] == 2


def test_a_sum_that_does_not_change_is_the_same_bytes_until_it_grows_old(ledger: Ledger) -> None:
    census = Census(ledger, KEY)
    first, soon, later = (
        {name: data for name, _, data in census.summaries(ROSTER, at_ms)}
        for at_ms in (NOW, NOW + AGAIN_MS - 1, NOW + AGAIN_MS)
    )
    assert first == soon
    assert first != later
    said = site.unpack(first["g1"], RING)
    assert said == msgspec.structs.replace(
        site.Summary("g1", "Chợ", ("g2",), 0, NOW), since=midnight(NOW)
    )
