"""The pins, on gpiozero's mock board: what a wire would show."""

import itertools
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory

from device.errors import PinsMissing
from device.flow import Signal
from device.gpio.board import Board, Pins
from device.gpio.mock import traced_factory
from device.gpio.patterns import PATTERNS, REST, Step

PINS = Pins(green=17, red=27, amber=22, buzzer=18, relay=26)
WITHOUT_AMBER = msgspec.structs.replace(PINS, amber=None)
OFF = {"green": 0.0, "red": 0.0, "amber": 0.0, "buzzer": 0.0, "relay": 0.0}
# With a passive buzzer the mock pin's level is its duty cycle.
SOUND = 0.5


@pytest.fixture
def factory() -> MockFactory:
    return traced_factory(None, lambda: 0)


def wire(factory: MockFactory, number: int) -> Any:  # noqa: ANN401  (gpiozero says no types)
    return factory.pin(number)


def levels(factory: MockFactory, pins: Pins = PINS) -> dict[str, float]:
    """Return the level on each wire."""
    names = [name for name in OFF if getattr(pins, name) is not None]
    return {name: float(wire(factory, getattr(pins, name)).state) for name in names}


@pytest.mark.parametrize(
    ("step", "on"),
    [
        (REST, {}),
        (Step(ms=1, green=True, relay=True), {"green": 1.0, "relay": 1.0}),
        (Step(ms=1, red=True, hz=330.0), {"red": 1.0, "buzzer": SOUND}),
        (Step(ms=1, amber=True), {"amber": 1.0}),
        (Step(ms=1, hz=880.0), {"buzzer": SOUND}),
    ],
    ids=str,
)
def test_a_step_sets_what_it_says_and_clears_the_rest(
    factory: MockFactory, step: Step, on: dict[str, float]
) -> None:
    everything = Step(ms=1, green=True, red=True, amber=True, hz=440.0, relay=True)
    with closing(Board(PINS, factory)) as board:
        assert levels(factory) == OFF
        for before in (REST, everything):
            board.show(before)
            board.show(step)
            assert levels(factory) == OFF | on


def test_without_an_amber_lamp_amber_is_red_and_never_green(factory: MockFactory) -> None:
    with closing(Board(WITHOUT_AMBER, factory)) as board:
        board.show(Step(ms=1, amber=True))
        shown = levels(factory, WITHOUT_AMBER)
        assert (shown["green"], shown["red"]) == (0.0, 1.0)
        board.show(Step(ms=1, red=True))
        shown = levels(factory, WITHOUT_AMBER)
        assert (shown["green"], shown["red"]) == (0.0, 1.0)


def test_a_relay_that_is_active_low_rests_high(factory: MockFactory) -> None:
    pins = msgspec.structs.replace(PINS, relay_active_high=False)
    with closing(Board(pins, factory)) as board:
        assert levels(factory, pins)["relay"] == 1.0
        board.show(Step(ms=1, green=True, relay=True))
        assert levels(factory, pins)["relay"] == 0.0
        board.show(REST)
        assert levels(factory, pins)["relay"] == 1.0


def test_a_buzzer_with_a_tone_of_its_own_is_on_or_off(factory: MockFactory) -> None:
    with closing(Board(msgspec.structs.replace(PINS, tonal=False), factory)) as board:
        board.show(Step(ms=1, hz=330.0))
        assert levels(factory)["buzzer"] == 1.0
        board.show(REST)
        assert levels(factory)["buzzer"] == 0.0


@pytest.mark.parametrize(("offset", "hz"), [(1.0, 440.0), (1.05, 462.0)])
def test_neighbouring_doors_sound_apart(factory: MockFactory, offset: float, hz: float) -> None:
    pins = msgspec.structs.replace(PINS, tone_offset=offset)
    with closing(Board(pins, factory)) as board:
        board.show(Step(ms=1, hz=440.0))
        assert wire(factory, pins.buzzer).frequency == pytest.approx(hz)


@pytest.mark.parametrize("hz", [1.0, 20_000.0])
def test_a_pitch_out_of_reach_sounds_as_near_as_it_can(factory: MockFactory, hz: float) -> None:
    with closing(Board(PINS, factory)) as board:
        board.show(Step(ms=1, hz=hz))
        assert levels(factory)["buzzer"] == SOUND


def test_closing_switches_everything_off_and_twice_is_harmless(factory: MockFactory) -> None:
    board = Board(PINS, factory)
    board.show(Step(ms=1, green=True, red=True, amber=True, hz=440.0, relay=True))
    board.close()
    assert levels(factory) == OFF
    board.close()
    with closing(Board(PINS, factory)):  # the pins are free again
        pass


def test_a_pin_given_to_two_things_is_refused_and_the_others_are_let_go(
    factory: MockFactory,
) -> None:
    with pytest.raises(PinsMissing, match="in use"):
        Board(msgspec.structs.replace(PINS, red=17), factory)
    with closing(Board(PINS, factory)):
        pass


def test_a_pin_that_is_none_is_refused(factory: MockFactory) -> None:
    with pytest.raises(PinsMissing):
        Board(msgspec.structs.replace(PINS, relay=99), factory)


@pytest.mark.skipif(Path("/dev/gpiomem").exists(), reason="this machine has pins")
@pytest.mark.parametrize("named", [None, "native", "lgpio", "nothing"])
def test_a_machine_without_pins_says_so_and_pretends_nothing(
    monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    if named is None:
        monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    else:
        monkeypatch.setenv("GPIOZERO_PIN_FACTORY", named)
    monkeypatch.setattr("gpiozero.Device.pin_factory", None)
    with pytest.raises(PinsMissing):
        Board(PINS)


def test_pretending_is_asked_for_by_configuration_and_by_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An environment left over from a try must not make a door that lights nothing."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setattr("gpiozero.Device.pin_factory", None)
    for _ in range(2):
        with pytest.raises(PinsMissing, match="pretend"):
            Board(PINS)


def changes(trace: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in trace.read_text().splitlines()]


def test_the_trace_has_one_line_for_each_change(tmp_path: Path) -> None:
    ticks = itertools.count(100)
    factory = traced_factory(tmp_path / "pins.jsonl", lambda: next(ticks))
    with closing(Board(Pins(tonal=False), factory)) as board:
        for step in (Step(ms=1, green=True), Step(ms=9, green=True), Step(ms=1, red=True), REST):
            board.show(step)
    assert changes(tmp_path / "pins.jsonl") == [
        {"up_ns": 100, "pin": "GPIO17", "level": 1.0},
        {"up_ns": 101, "pin": "GPIO17", "level": 0.0},
        {"up_ns": 102, "pin": "GPIO27", "level": 1.0},
        {"up_ns": 103, "pin": "GPIO27", "level": 0.0},
    ]


def test_a_trace_goes_on_where_it_ended(tmp_path: Path) -> None:
    for _ in range(2):
        with closing(Board(PINS, traced_factory(tmp_path / "pins.jsonl", lambda: 5))) as board:
            board.show(Step(ms=1, green=True))
    greens = [each["level"] for each in changes(tmp_path / "pins.jsonl")]
    assert greens == [1.0, 0.0] * 2


@pytest.mark.parametrize("first", list(Signal))
@pytest.mark.parametrize("second", list(Signal))
def test_green_is_on_the_wires_only_while_accepting(
    tmp_path: Path, first: Signal, second: Signal
) -> None:
    """Also between two steps, and on a board without an amber lamp."""
    trace = tmp_path / "pins.jsonl"
    for pins in (PINS, WITHOUT_AMBER):
        trace.unlink(missing_ok=True)
        accepting = False
        on: set[object] = set()
        with closing(Board(pins, traced_factory(trace, lambda: 0))) as board:
            done = 0
            for signal in (first, second):
                # What is cut off in the middle goes over into the next from any of its steps.
                for step in (*PATTERNS[signal], *PATTERNS[second][:1], *PATTERNS[signal], REST):
                    board.show(step)
                    accepting = step.green
                    for line in changes(trace)[done:]:
                        done += 1
                        (on.add if line["level"] else on.discard)(line["pin"])
                        assert accepting or "GPIO17" not in on
