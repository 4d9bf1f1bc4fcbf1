"""The whole scanner, when a code is in view and cannot be read: the door asks for another try."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from device.credential import classify
from device.flow import Guidance
from device.gpio.patterns import speaks_ms
from device.reading.guidance import Adviser
from device.reading.presence import OnePerShowing
from device.scanner import Scanner
from tests.device.doorstep import GATE, VAULT, Doorstep
from tests.device.fakes import (
    MemoryJournal,
    S,
    SeenPanel,
    ShownFrames,
    SteppedClock,
    ToldReader,
)
from wire.record import Direction


def signals(seconds: float, guidance: Guidance | None, texts: list[bytes]) -> list[str]:
    """Return what a door shows and stores in so many seconds, one line each."""
    told: list[str] = []
    clock, reader = SteppedClock(1_790_000_000_000), ToldReader()
    panel = SeenPanel(lambda up_ns, what: told.append(f"{up_ns / S:.1f} {what}"), clock)

    def frames() -> Iterator[int]:
        reader.view = texts
        for number in range(round(seconds * 10)):
            clock.up_ns = number * S // 10
            yield clock.up_ns

    journal = MemoryJournal(GATE, VAULT, lambda: None)
    with tempfile.TemporaryDirectory() as folder:
        Scanner(
            camera=ShownFrames(frames),
            reader=reader,
            presence=OnePerShowing(lambda _: True),
            classify=classify,
            doorman=Doorstep(Path(folder), (Direction.IN,)).attendant(journal),
            journal=journal,
            panel=panel,
            clock=clock,
            speaks_ms=speaks_ms,
            report=lambda _frame, _now: None,
            guide=Adviser(lambda: guidance),
        ).run()
    return [line for line in told if "retry" in line]


def test_a_code_that_cannot_be_read_is_answered_with_try_again_once_in_a_while() -> None:
    assert len(signals(10, Guidance.TOO_FAR, [])) == 3


def test_an_empty_door_shows_nothing() -> None:
    assert signals(30, None, []) == []
