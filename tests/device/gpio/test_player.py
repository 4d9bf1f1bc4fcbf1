"""Patterns played in time: every pulse ends."""

import threading
from collections.abc import Sequence

import pytest

from device.errors import PinsMissing
from device.flow import Signal
from device.gpio import player
from device.gpio.patterns import REST, Pattern, Step, hushed
from device.gpio.player import Player

LIMIT_S = 20.0
"""A broken player fails here; a working one never waits so long."""
LONG = Step(ms=10**6, green=True, relay=True)
"""A step that ends only if something ends it."""
SHORT = (Step(ms=1, red=True), Step(ms=1), Step(ms=1, red=True, hz=330.0))


class FakeLamps:
    """Lamps that remember what they showed, and fail like a driver when told to."""

    def __init__(self) -> None:
        self.seen: list[Step] = []
        self.closed = 0
        self.fails_at: Step | None = None
        self._changed = threading.Condition()

    def show(self, step: Step) -> None:
        with self._changed:
            if step == self.fails_at:
                self.fails_at = None
                msg = "the wire is off"
                raise OSError(msg)
            self.seen.append(step)
            self._changed.notify_all()

    def close(self) -> None:
        self.closed += 1
        self.seen.append(REST)

    def wait_for(self, seen: Sequence[Step]) -> None:
        """Wait until exactly these steps were shown."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.seen) >= len(seen), LIMIT_S)
        assert self.seen == list(seen)


@pytest.fixture
def lamps() -> FakeLamps:
    return FakeLamps()


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Play patterns of a millisecond, and one that never ends by itself."""
    patterns: dict[Signal, Pattern] = {
        Signal.REST: (),
        Signal.REJECT: SHORT,
        Signal.ACCEPT: (LONG,),
        Signal.ATTENDANT: (SHORT[0], LONG),
    }
    monkeypatch.setattr(player, "PATTERNS", patterns)


def test_a_pattern_is_played_step_by_step_and_ends_at_rest(lamps: FakeLamps) -> None:
    with Player([lamps]) as panel:
        panel.show(Signal.REJECT)
        lamps.wait_for([REST, *SHORT, REST])


def test_the_first_step_is_there_when_show_returns(lamps: FakeLamps) -> None:
    with Player([lamps]) as panel:
        panel.show(Signal.ACCEPT)
        assert lamps.seen == [REST, LONG]


def test_a_new_signal_replaces_the_one_being_shown(lamps: FakeLamps) -> None:
    with Player([lamps]) as panel:
        panel.show(Signal.ACCEPT)
        panel.show(Signal.REJECT)
        lamps.wait_for([REST, LONG, *SHORT, REST])


def test_a_new_signal_wakes_a_player_that_waits_out_a_long_step(lamps: FakeLamps) -> None:
    with Player([lamps]) as panel:
        panel.show(Signal.ATTENDANT)
        lamps.wait_for([REST, SHORT[0], LONG])  # set by the player itself, which now waits
        panel.show(Signal.REJECT)
        lamps.wait_for([REST, SHORT[0], LONG, *SHORT, REST])


def test_the_same_signal_again_begins_again(lamps: FakeLamps) -> None:
    with Player([lamps]) as panel:
        panel.show(Signal.ACCEPT)
        panel.show(Signal.ACCEPT)
        panel.show(Signal.REJECT)
        lamps.wait_for([REST, LONG, LONG, *SHORT, REST])


def test_in_quiet_hours_a_signal_is_played_without_its_tones(lamps: FakeLamps) -> None:
    quiet = [False]
    with Player([lamps], lambda: quiet[0]) as panel:
        panel.show(Signal.REJECT)
        lamps.wait_for([REST, *SHORT, REST])
        quiet[0] = True
        panel.show(Signal.REJECT)
        lamps.wait_for([REST, *SHORT, REST, *hushed(SHORT), REST])


def test_rest_ends_a_signal_at_once(lamps: FakeLamps) -> None:
    with Player([lamps]) as panel:
        panel.show(Signal.ACCEPT)
        panel.show(Signal.REST)
        assert lamps.seen == [REST, LONG, REST]


def test_everything_is_at_rest_after_leaving_in_the_middle(lamps: FakeLamps) -> None:
    other = FakeLamps()
    with Player([lamps, other]) as panel:
        panel.show(Signal.ACCEPT)
    for each in (lamps, other):
        assert each.seen[-1] == REST
        assert each.closed == 1


def test_everything_is_at_rest_when_the_gate_fails(lamps: FakeLamps) -> None:
    def fail() -> None:
        with Player([lamps]) as panel:
            panel.show(Signal.ACCEPT)
            msg = "the camera is gone"
            raise RuntimeError(msg)

    with pytest.raises(RuntimeError):
        fail()
    assert lamps.seen[-1] == REST
    assert lamps.closed == 1


def test_leaving_twice_is_harmless(lamps: FakeLamps) -> None:
    panel = Player([lamps])
    with panel:
        panel.show(Signal.ACCEPT)
    panel.__exit__()
    assert lamps.seen[-1] == REST


def test_a_player_that_does_not_run_shows_nothing(lamps: FakeLamps) -> None:
    """A light that nothing would switch off again must not be lit."""
    panel = Player([lamps])
    with pytest.raises(PinsMissing):
        panel.show(Signal.ACCEPT)
    with panel:
        pass
    with pytest.raises(PinsMissing):
        panel.show(Signal.ACCEPT)
    assert LONG not in lamps.seen


def test_a_lamp_that_fails_in_the_middle_is_told_with_the_next_signal(lamps: FakeLamps) -> None:
    other = FakeLamps()
    other.fails_at = SHORT[2]
    with Player([lamps, other]) as panel:
        panel.show(Signal.REJECT)
        lamps.wait_for([REST, *SHORT, REST])
        with pytest.raises(PinsMissing) as refused:
            panel.show(Signal.ACCEPT)
    assert isinstance(refused.value.__cause__, OSError)
    for each in (lamps, other):
        assert LONG not in each.seen
        assert each.seen[-1] == REST


def test_one_that_cannot_be_closed_keeps_no_other_lit(lamps: FakeLamps) -> None:
    class Stuck(FakeLamps):
        def close(self) -> None:
            msg = "the terminal is gone"
            raise BrokenPipeError(msg)

    for order in ([Stuck(), lamps], [lamps, Stuck()]):
        with pytest.raises(BrokenPipeError), Player(order) as panel:
            panel.show(Signal.ACCEPT)
        assert lamps.seen[-1] == REST
    assert lamps.closed == 2
