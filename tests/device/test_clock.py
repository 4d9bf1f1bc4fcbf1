"""How far the gate believes its wall clock, by what the system's time service leaves behind."""

import os
from pathlib import Path

import pytest

from device.clock import FRESH_S, SystemClock
from wire.record import ClockState


@pytest.fixture
def flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the time service leaves its mark; the kernel may not be asked, as in a unit."""
    monkeypatch.setattr(SystemClock, "_kept", lambda _: False)
    return tmp_path / "synchronized"


def state(flag: Path, age_s: float) -> ClockState:
    flag.touch()
    system = SystemClock(synchronised=flag)
    at = system.now().wall_ms / 1000 - age_s
    os.utime(flag, (at, at))
    return system.now().clock


def test_a_time_server_that_answered_lately_is_believed(flag: Path) -> None:
    assert state(flag, 60) is ClockState.SYNCED


def test_an_answer_of_long_ago_or_of_tomorrow_is_not(flag: Path) -> None:
    assert state(flag, FRESH_S + 60) is ClockState.UNSYNCED
    assert state(flag, -60) is ClockState.UNSYNCED


def test_without_an_answer_the_clock_is_unsure(flag: Path) -> None:
    assert SystemClock(synchronised=flag).now().clock is ClockState.UNSYNCED


def test_who_vouches_for_the_clock_is_believed(flag: Path) -> None:
    assert SystemClock(vouched=True, synchronised=flag).now().clock is ClockState.VOUCHED
