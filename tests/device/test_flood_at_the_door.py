"""A phone plays made-up codes to the lens, ten a second: whoever has a pass is let in all the same.

Real are the scanner, presence, credential, attendant and the signals' lengths; time is stepped.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from device.credential import classify
from device.credential.own_pass import KIND as PASS
from device.flow import Signal
from device.gpio.patterns import speaks_ms
from device.reading.presence import OnePerShowing
from device.scanner import Scanner
from tests.device.doorstep import GATE, NOW_S, VAULT, Doorstep, text_of
from tests.device.fakes import (
    MemoryJournal,
    S,
    SeenPanel,
    ShownFrames,
    SteppedClock,
    ToldReader,
)
from wire.record import Direction

FRAME_S = 1 / 15
LONGEST_S = max(speaks_ms(signal) for signal in Signal) / 1000
"""What the door may be saying to somebody else."""
MADE_UP: dict[str, Callable[[int], bytes]] = {
    "passes": lambda number: text_of(f"FORGED-{number}"),
    "torn": lambda number: text_of(f"TORN-{number}"),
    "links": lambda number: text_of(f"LINK-{number}"),
    "bytes": lambda number: number.to_bytes(4) * 20,
}


class Door:
    """A door that is shown what `view` returns for each moment."""

    def __init__(self, folder: Path, view: Callable[[float], list[bytes]], until_s: float) -> None:
        self.view, self.until_s = view, until_s
        self.clock = SteppedClock(NOW_S * 1000)
        self.shown: list[tuple[float, str]] = []
        self.journal = MemoryJournal(GATE, VAULT, lambda: None)
        self.spared: list[float] = []
        self.reader = ToldReader()
        self.doorman = Doorstep(folder, (Direction.IN,)).attendant(self.journal)

    def run(self) -> None:
        Scanner(
            camera=ShownFrames(self.frames),
            reader=self.reader,
            presence=OnePerShowing(lambda text: classify(text).kind == PASS),
            classify=classify,
            doorman=self.doorman,
            journal=self.journal,
            panel=SeenPanel(lambda up, what: self.shown.append((up / S, what)), self.clock),
            clock=self.clock,
            speaks_ms=speaks_ms,
            report=lambda _frame, _now: None,
            patient=self.patient,
        ).run()

    @contextmanager
    def patient(self, after_s: float) -> Iterator[None]:
        self.spared.append(round(after_s, 3))
        yield

    def frames(self) -> Iterator[int]:
        at = 0.0
        while at < self.until_s:
            self.clock.up_ns = int(at * S)
            self.reader.view = self.view(at)
            yield self.clock.up_ns
            at += FRAME_S

    def accepted(self) -> list[float]:
        """Return when somebody was let in, in seconds."""
        return [
            each["up"] / 1000 for each in self.journal.documents if each.get("reason") == "accepted"
        ]


@pytest.mark.parametrize("kind", MADE_UP)
@pytest.mark.parametrize("comes_s", [1.0, 2.31, 3.77])
@pytest.mark.parametrize("is_larger", [True, False])
def test_a_pass_is_delayed_by_at_most_one_signal_and_half_a_second(
    tmp_path: Path, kind: str, comes_s: float, *, is_larger: bool
) -> None:
    honest = text_of("PASS-A")

    def view(at: float) -> list[bytes]:
        codes = [MADE_UP[kind](int(at * 10))]
        if at >= comes_s:
            codes.insert(len(codes) if is_larger else 0, honest)
        return codes

    door = Door(tmp_path, view, comes_s + 3.0)
    door.run()
    (when,) = door.accepted()
    assert when - comes_s <= LONGEST_S + 0.5 + FRAME_S


def test_whoever_comes_while_the_card_hangs_sees_it_but_an_answer_is_seen_first(
    tmp_path: Path,
) -> None:
    door = Door(tmp_path, lambda at: [text_of("PASS-A")] if 1 <= at < 2 else [], 4.0)
    door.run()
    (when,) = door.accepted()
    answered = round(when / FRAME_S)
    speaks_s = speaks_ms(Signal.ACCEPT) / 1000
    idle, after = door.spared[:answered], door.spared[answered:]
    assert set(idle) == {0.0}
    assert after[:2] == [0.0, speaks_s]  # the scan itself, then what may wait behind it
    assert after[2] == pytest.approx(speaks_s - FRAME_S, abs=0.002)
    assert after[-1] == 0.0
