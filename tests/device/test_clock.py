"""What the system says of its clocks, by what its time service leaves behind."""

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


def heard(flag: Path, age_s: float) -> int | None:
    flag.touch()
    system = SystemClock(synchronised=flag)
    at_ns = (system.read()[1] - int(age_s * 1000)) * 1_000_000
    os.utime(flag, ns=(at_ns, at_ns))
    found = system.served()
    assert found is None or found == at_ns
    return found


def test_a_time_server_that_answered_lately_is_heard_of(flag: Path) -> None:
    assert heard(flag, 60)


def test_an_answer_of_long_ago_or_of_tomorrow_is_none(flag: Path) -> None:
    assert heard(flag, FRESH_S + 60) is None
    assert heard(flag, -60) is None


def test_without_an_answer_nobody_keeps_the_clock_right(flag: Path) -> None:
    system = SystemClock(synchronised=flag)
    assert system.served() is None
    assert system.now().clock is ClockState.UNSYNCED


def test_a_kernel_that_is_kept_in_step_says_no_time(
    flag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "_kept", lambda _: True)
    assert SystemClock(synchronised=flag).served() == 0


def test_who_vouches_for_the_clock_is_believed(flag: Path) -> None:
    assert SystemClock(vouched=True, synchronised=flag).now().clock is ClockState.VOUCHED
