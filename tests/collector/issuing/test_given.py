"""An institution is given as many passes as it may have people, and not more in a short time."""

from pathlib import Path

import pytest

from collector.errors import PassesMany
from collector.issuing import counters
from collector.issuing.entries import Batch, Entry
from tests.collector.lists import ListDesk, on_disk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ListDesk:
    monkeypatch.setattr(counters, "GIVEN_BURST", 5)
    monkeypatch.setattr(counters, "GIVEN_PER_S", 0.5)
    return on_disk(tmp_path)


def people(desk: ListDesk, first: int, count: int, owner: str = "truong") -> Batch:
    who = range(first, first + count)
    entries = tuple(Entry(n.to_bytes(32), n.to_bytes(16), b"s", "5A") for n in who)
    return Batch(owner, f"list-{first}", "pupil", desk.now_ms // 1000 + 9999, entries)


def test_the_list_that_goes_beyond_is_the_last_until_time_has_passed(desk: ListDesk) -> None:
    assert desk.counter.enlist(people(desk, 1, 3)).fresh == 3
    assert desk.counter.enlist(people(desk, 11, 3)).fresh == 3
    with pytest.raises(PassesMany):
        desk.counter.enlist(people(desk, 21, 1))
    assert desk.count() == 6
    desk.now_ms += 2_000
    assert desk.counter.enlist(people(desk, 21, 1)).fresh == 1


def test_another_institution_is_not_held_up(desk: ListDesk) -> None:
    desk.counter.enlist(people(desk, 1, 6))
    with pytest.raises(PassesMany):
        desk.counter.enlist(people(desk, 11, 1))
    assert desk.counter.enlist(people(desk, 21, 1, "xuong")).fresh == 1


def test_what_is_asked_for_again_and_gives_nothing_new_counts_once(desk: ListDesk) -> None:
    for _ in range(5):
        desk.counter.enlist(people(desk, 1, 4))
    assert desk.counter.enlist(people(desk, 11, 1)).fresh == 1


def test_passes_in_the_place_of_others_count_too(desk: ListDesk) -> None:
    desk.counter.enlist(people(desk, 1, 4))
    numbers = [each.number for each in desk.counter.owned("truong", None, b"", 9)]
    desk.counter.replace("truong", numbers[0])
    with pytest.raises(PassesMany):
        desk.counter.replace("truong", numbers[1])
