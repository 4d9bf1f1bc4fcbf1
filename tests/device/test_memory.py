"""What a door remembers over a restart of its process, and what it never gives away."""

from pathlib import Path

import pytest

from device.flow import Sighting
from device.memory import Memory
from device.reading.presence import OnePerShowing

S = 1_000_000_000
PASS = Sighting(b"PASS-A", ((0, 0), (99, 0), (99, 99), (0, 99)), "zxing-half")


def presence(memory: Memory) -> OnePerShowing:
    made = OnePerShowing(lambda _text: True, tag=memory.tag)
    made.restore(memory.load())
    return made


def test_a_restart_in_mid_show_counts_once(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    before = presence(memory)
    assert before.admit((PASS,), 10 * S) is not None
    memory.keep(before.remember, 10 * S)
    after = presence(Memory(tmp_path))
    assert after.admit((PASS,), 12 * S) is None
    assert presence(Memory(tmp_path)).admit((PASS,), 60 * S) is not None


def test_after_a_boot_nothing_is_remembered(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    before = presence(memory)
    before.admit((PASS,), 10 * S)
    memory.keep(before.remember, 10 * S)
    for path in tmp_path.iterdir():
        path.unlink()
    assert presence(Memory(tmp_path)).admit((PASS,), 12 * S) is not None


@pytest.mark.parametrize("data", [b"", b"\xff" * 50, b"\x91\x01", b"\x81\xa1a\x01"])
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "seen").write_bytes(data)
    (tmp_path / "seen.key").write_bytes(data)
    memory = Memory(tmp_path)
    assert memory.load() == ()
    assert len((tmp_path / "seen.key").read_bytes()) == 32
    assert presence(memory).admit((PASS,), S) is not None


def test_no_text_is_in_the_file_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    before = presence(memory)
    before.admit((PASS,), S)
    memory.keep(before.remember, S)
    for path in tmp_path.iterdir():
        assert b"PASS" not in path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
    (tmp_path / "other").mkdir()
    assert Memory(tmp_path / "other").tag(b"x") != memory.tag(b"x")


def test_it_is_written_when_a_code_was_read_and_once_a_second_while_one_is_held(
    tmp_path: Path,
) -> None:
    memory = Memory(tmp_path)
    written = []
    for tenth in range(31):
        seen = ((b"t" * 16, tenth),)
        memory.keep(lambda seen=seen: seen, tenth * S // 10)  # type: ignore[misc]
        written.append(memory.load())
    assert len(set(written)) == 4


def test_a_folder_that_cannot_be_written_does_not_end_the_door(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    (tmp_path / "seen.new").mkdir()
    memory.keep(lambda: ((b"t" * 16, 1),), S)
    assert memory.load() == ()
    (tmp_path / "seen.new").rmdir()
    memory.keep(lambda: ((b"t" * 16, 2),), 3 * S)
    assert memory.load() == ((b"t" * 16, 2),)
