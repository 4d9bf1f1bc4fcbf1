"""A slow card is shown at the door, and an answer is never painted over by it."""

import threading

import pytest

from device.flow import Signal
from device.patience import Patience

ALL = [Signal.WAIT, Signal.ATTENDANT]


class SteppedFlush:
    """A flush that takes so many seconds, of which none pass."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self.asked: list[float] = []

    def wait(self, timeout: float) -> bool:
        self.asked.append(timeout)
        self._left -= timeout
        return self._left <= 0

    def is_set(self) -> bool:
        return self._left <= 0

    def set(self) -> None:
        self._left = 0


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.01, []), (0.29, []), (0.31, ALL[:1]), (2.9, ALL[:1]), (3.1, ALL), (10**6, ALL)],
)
def test_a_flush_is_outlasted_step_by_step(seconds: float, shown: list[Signal]) -> None:
    seen: list[Signal] = []
    flush = SteppedFlush(seconds)
    Patience(seen.append).outlast(flush)
    assert seen == shown
    assert sum(flush.asked) == pytest.approx(3.0 if seconds > 0.3 else 0.3)


@pytest.mark.parametrize(("seconds", "shown"), [(1.2, []), (1.4, ALL[:1]), (4.1, ALL)])
def test_an_answer_that_is_still_shown_is_left_alone(seconds: float, shown: list[Signal]) -> None:
    seen: list[Signal] = []
    Patience(seen.append).outlast(SteppedFlush(seconds), spared_s=1.0)
    assert seen == shown


def test_a_flush_that_ends_at_that_very_moment_shows_nothing() -> None:
    class EndsLate(SteppedFlush):
        def wait(self, timeout: float) -> bool:
            super().wait(timeout)
            self.set()
            return False

    seen: list[Signal] = []
    Patience(seen.append).outlast(EndsLate(100))
    assert seen == []


class HungFlush(threading.Event):
    """An event of which every wait ends at once, as if its time had passed."""

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        return self.is_set()


def test_the_thread_shows_while_the_caller_stands_still_and_never_after() -> None:
    seen: list[Signal] = []
    shown = threading.Event()

    def show(signal: Signal) -> None:
        seen.append(signal)
        if signal is Signal.ATTENDANT:
            shown.set()

    with Patience(show, HungFlush) as patience:
        with patience.during():
            assert shown.wait(10)
        seen.append(Signal.ACCEPT)
    assert seen == [*ALL, Signal.ACCEPT]


def test_an_error_inside_ends_the_watch_too() -> None:
    flushes: list[SteppedFlush] = []

    def made() -> SteppedFlush:
        flushes.append(SteppedFlush(10**6))
        return flushes[-1]

    patience = Patience(lambda _signal: None, made)
    with pytest.raises(OSError, match="gone"), patience.during():
        raise OSError("gone")  # noqa: EM101  (as a card says it)
    assert flushes[0].is_set()


def test_closing_twice_is_harmless() -> None:
    patience = Patience(lambda _signal: None)
    with patience:
        pass
    patience.__exit__()
