"""When the door is silent, and how gates sound apart."""

import itertools
from datetime import time

import pytest

from device.flow import Instant
from device.gpio.patterns import HIGH_HZ, LOW_HZ
from device.gpio.quiet import QuietHours
from device.gpio.voice import OFFSETS, offset_of
from device.pinout.pins import Pins
from wire.record import ClockState

NIGHT = QuietHours(time(22), time(6), 420)
SIESTA = QuietHours(time(11, 30), time(13), 420)


def at(hour: int, minute: int = 0, clock: ClockState = ClockState.SYNCED) -> Instant:
    """Return a moment by the local clock of Vietnam."""
    wall_ms = ((20_000 * 24 + hour - 7) * 60 + minute) * 60_000
    return Instant(0, wall_ms, clock, "0a0b0c0d")


@pytest.mark.parametrize(
    ("hours", "moment", "quiet"),
    [
        (NIGHT, at(21, 59), False),
        (NIGHT, at(22), True),
        (NIGHT, at(0), True),
        (NIGHT, at(5, 59), True),
        (NIGHT, at(6), False),
        (NIGHT, at(12), False),
        (SIESTA, at(11, 29), False),
        (SIESTA, at(11, 30), True),
        (SIESTA, at(12, 59), True),
        (SIESTA, at(13), False),
        (SIESTA, at(0), False),
        (QuietHours(time(8), time(8), 420), at(8), False),
    ],
)
def test_quiet_hours_begin_and_end_by_the_local_clock(
    hours: QuietHours, moment: Instant, *, quiet: bool
) -> None:
    assert hours.cover(moment) is quiet


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [(ClockState.SYNCED, True), (ClockState.VOUCHED, True), (ClockState.UNSYNCED, False)],
)
def test_a_clock_that_is_not_to_be_trusted_silences_no_door(
    clock: ClockState, *, quiet: bool
) -> None:
    assert NIGHT.cover(at(23, clock=clock)) is quiet


def test_neighbours_that_are_numbered_sound_apart() -> None:
    tones = [offset_of(f"ben-xe-{number}") for number in range(1, 30)]
    assert all(one != other for one, other in itertools.pairwise(tones))
    assert all(tones[i] != tones[i + 2] for i in range(len(tones) - 2))


@pytest.mark.parametrize("name", ["cho-mau", "cong-7", "x" * 64, "9" * 64, ""])
def test_a_gate_always_has_the_same_tone_and_one_that_may_be_configured(name: str) -> None:
    assert offset_of(name) == offset_of(name)
    assert Pins(tone_offset=offset_of(name)).tone_offset in OFFSETS


def test_no_gates_high_is_as_low_as_anothers_low() -> None:
    assert HIGH_HZ * min(OFFSETS) > 1.5 * LOW_HZ * max(OFFSETS)
