"""The scanner's own word on how it fares: fresh only while it sees, and never its end."""

from pathlib import Path

import numpy as np

from device import health
from device.flow import Frame, Instant
from device.health import HealthFile
from wire.record import ClockState

S = 1_000_000_000
FRAME = Frame(np.zeros((2, 2), np.uint8), 0, 0)


def at(second: float) -> Instant:
    return Instant(int(second * S), 0, ClockState.SYNCED, "0a0b0c0d")


def test_it_is_fresh_while_frames_come_and_stale_after(tmp_path: Path) -> None:
    told = HealthFile(tmp_path, lambda: (3, False))
    told.report(FRAME, at(100))
    found = health.read(tmp_path)
    assert found is not None
    assert (found.frames, found.waiting, found.refusing) == (1, 3, False)
    fresh = [health.is_fresh(found, int(second * S)) for second in (99, 100, 104.9, 105)]
    assert fresh == [False, True, True, False]


def test_a_door_that_refuses_is_not_well(tmp_path: Path) -> None:
    HealthFile(tmp_path, lambda: (3, True)).report(FRAME, at(100))
    assert not health.is_fresh(health.read(tmp_path), 100 * S)


def test_it_is_written_once_a_second(tmp_path: Path) -> None:
    told = HealthFile(tmp_path, lambda: (0, False))
    written = []
    for tenth in range(31):
        told.report(FRAME, at(tenth / 10))
        found = health.read(tmp_path)
        assert found is not None
        written.append(found.frames)
    assert sorted(set(written)) == [1, 11, 21, 31]


def test_what_is_missing_or_damaged_is_nothing(tmp_path: Path) -> None:
    assert health.read(tmp_path) is None
    for data in (b"", b"{", b'{"up_ns": "x"}', b"\xff"):
        (tmp_path / health.NAME).write_bytes(data)
        assert health.read(tmp_path) is None
    assert not health.is_fresh(None, 0)


def test_a_folder_that_cannot_be_written_does_not_end_the_door(tmp_path: Path) -> None:
    told = HealthFile(tmp_path / "later", lambda: (0, False))
    told.report(FRAME, at(1))
    (tmp_path / "later").mkdir()
    told.report(FRAME, at(3))
    assert health.read(tmp_path / "later") is not None


def test_it_counts_the_scanners_starts_since_the_machines(tmp_path: Path) -> None:
    for number in range(1, 4):
        HealthFile(tmp_path, lambda: (0, False)).report(FRAME, at(number * 10))
        found = health.read(tmp_path)
        assert found is not None
        assert found.starts == number


def test_it_says_the_time_and_since_when_a_record_waits(tmp_path: Path) -> None:
    about = health.About("clock-beyond", 5, 2, 3, "0.1.0")
    told = HealthFile(tmp_path, lambda: (1, False), about=lambda: about, oldest=lambda _now: -7)
    told.report(FRAME, at(100))
    found = health.read(tmp_path)
    assert found is not None
    assert (found.clock, found.wall_ms, found.oldest_up_ms) == (ClockState.SYNCED, 0, -7)
    assert found.about == about
