"""Who passed last which way: over a restart, and never beyond the power."""

from pathlib import Path

import pytest
from structlog.typing import EventDict

from device.memory import Memory
from device.passages.inside import Inside, Last
from wire.record import Direction

ANNA, BINH = b"pass:0001", b"pass:0002"
IN, OUT = Last(Direction.IN, 5), Last(Direction.OUT, 9)


def inside(run: Path, most: int = 20_000) -> Inside:
    made = Inside(run, Memory(run).tag, most)
    made.begin()
    return made


def test_a_restart_remembers_the_last_passage_of_each(tmp_path: Path) -> None:
    before = inside(tmp_path)
    assert before.is_new
    before.put(ANNA, IN)
    before.put(BINH, IN)
    before.put(ANNA, OUT)
    after = inside(tmp_path)
    assert not after.is_new
    assert (after.of(ANNA), after.of(BINH), after.of(b"pass:0003")) == (OUT, IN, None)


def test_a_passage_taken_back_stays_taken_back(tmp_path: Path) -> None:
    before = inside(tmp_path)
    before.put(ANNA, IN)
    before.put(ANNA, None)
    assert before.of(ANNA) is None
    assert inside(tmp_path).of(ANNA) is None


def test_an_emptied_place_is_empty_after_a_restart(tmp_path: Path) -> None:
    before = inside(tmp_path)
    before.put(ANNA, IN)
    before.forget()
    before.put(BINH, IN)
    after = inside(tmp_path)
    assert (after.of(ANNA), after.of(BINH)) == (None, IN)


def test_a_power_cut_forgets_everybody(tmp_path: Path) -> None:
    inside(tmp_path).put(ANNA, IN)
    for path in tmp_path.iterdir():
        path.unlink()
    after = inside(tmp_path)
    assert after.is_new
    assert after.of(ANNA) is None


def test_the_file_without_its_key_says_nothing(tmp_path: Path) -> None:
    inside(tmp_path).put(ANNA, IN)
    (tmp_path / "seen.key").unlink()
    assert inside(tmp_path).of(ANNA) is None
    for path in tmp_path.iterdir():
        assert b"pass:" not in path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 12, 24])
def test_a_kill_in_mid_write_costs_that_passage_only(tmp_path: Path, cut: int) -> None:
    before = inside(tmp_path)
    before.put(ANNA, IN)
    before.put(BINH, IN)
    path = tmp_path / "inside"
    path.write_bytes(path.read_bytes()[:-cut])
    after = inside(tmp_path)
    assert (after.of(ANNA), after.of(BINH)) == (IN, None)
    after.put(BINH, OUT)
    assert inside(tmp_path).of(BINH) == OUT


@pytest.mark.parametrize("data", [b"", b"\xff" * 50, b"\x00" * 200])
def test_a_damaged_file_is_nobodys(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "inside").write_bytes(data)
    after = inside(tmp_path)
    assert after.of(ANNA) is None
    after.put(ANNA, IN)
    assert inside(tmp_path).of(ANNA) == IN


def test_whose_passage_is_longest_ago_is_forgotten_first(tmp_path: Path) -> None:
    made = inside(tmp_path, most=2)
    for who in (ANNA, BINH, ANNA, b"pass:0003"):
        made.put(who, IN)
    assert [made.of(who) for who in (ANNA, BINH, b"pass:0003")] == [IN, None, IN]


def test_the_file_does_not_grow_with_the_day(tmp_path: Path) -> None:
    made = inside(tmp_path)
    sizes = []
    for turn in range(4000):
        made.put(ANNA, (IN, OUT)[turn % 2])
        sizes.append((tmp_path / "inside").stat().st_size)
    assert max(sizes) < 30_000
    assert inside(tmp_path).of(ANNA) == OUT


def test_a_door_that_cannot_write_goes_on_from_memory(
    tmp_path: Path, logs: list[EventDict]
) -> None:
    made = inside(tmp_path)
    made.close()
    (tmp_path / "inside").unlink()
    (tmp_path / "inside").mkdir()
    made.put(ANNA, IN)
    made.forget()
    made.put(BINH, IN)
    assert (made.of(ANNA), made.of(BINH)) == (None, IN)
    assert [each["event"] for each in logs].count("inside.lost") == 1
    made.close()
