"""The pins, on gpiozero's mock board: what a wire would show."""

import itertools
import json
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from device.errors import PinsBusy, PinsMissing
from device.flow import Signal
from device.gpio.board import Board
from device.gpio.mock import traced_factory
from device.gpio.patterns import PATTERNS, REST, Step
from device.pinout.pins import Pins, SideLamps

PINS = Pins(green=17, red=27, amber=22, buzzer=18, relay=26, relay_ms=10_000)
WITHOUT_AMBER = msgspec.structs.replace(PINS, amber=None)
OFF = {"green": 0.0, "red": 0.0, "amber": 0.0, "buzzer": 0.0, "relay": 0.0}
# With a passive buzzer the mock pin's level is its duty cycle.
SOUND = 0.5
LIMIT_S = 20.0
"""A pulse that never ends fails here; one that does never waits so long."""


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
        (Step(ms=1, green=True), {"green": 1.0}),
        (Step(ms=1, red=True, hz=330.0), {"red": 1.0, "buzzer": SOUND}),
        (Step(ms=1, amber=True), {"amber": 1.0}),
        (Step(ms=1, hz=880.0), {"buzzer": SOUND}),
    ],
    ids=str,
)
def test_a_step_sets_what_it_says_and_clears_the_rest(
    factory: MockFactory, step: Step, on: dict[str, float]
) -> None:
    everything = Step(ms=1, green=True, red=True, amber=True, hz=440.0)
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


OPEN = Step(ms=1, green=True, relay=True)


def test_a_pulse_of_the_relay_does_not_end_with_the_light(factory: MockFactory) -> None:
    """A door needs longer than a lamp, and the next person in line must not close it."""
    with closing(Board(PINS, factory)) as board:
        board.show(OPEN)
        assert levels(factory)["relay"] == 1.0
        board.show(REST)
        board.show(Step(ms=1, red=True))
        assert levels(factory)["relay"] == 1.0
    assert levels(factory)["relay"] == 0.0


def test_a_pulse_of_the_relay_ends_although_nobody_says_so(factory: MockFactory) -> None:
    """The thread that ends it is not the one that plays the lamps, which may hang."""
    at_rest = threading.Event()
    relay = wire(factory, PINS.relay or 0)
    change = relay._change_state

    def watched(value: float) -> bool:
        changed = bool(change(value))
        if changed and not value:
            at_rest.set()
        return changed

    relay._change_state = watched
    with closing(Board(msgspec.structs.replace(PINS, relay_ms=50), factory)) as board:
        board.show(OPEN)
        assert at_rest.wait(LIMIT_S)


def test_a_pulse_that_cannot_be_timed_is_none(
    factory: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_thread(_self: object, **_how: object) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    with closing(Board(PINS, factory)) as board:
        monkeypatch.setattr("gpiozero.DigitalOutputDevice.blink", no_thread)
        with pytest.raises(RuntimeError):
            board.show(OPEN)
        assert levels(factory)["relay"] == 0.0


def test_a_pulse_begins_anew_with_the_next_person_without_a_break(tmp_path: Path) -> None:
    trace = tmp_path / "pins.jsonl"
    with closing(Board(PINS, traced_factory(trace, lambda: 0))) as board:
        for step in (OPEN, OPEN, Step(ms=1, green=True), REST, OPEN):
            board.show(step)
    relay = [each["level"] for each in changes(trace) if each["pin"] == "GPIO26"]
    assert relay == [1.0, 0.0]


def test_a_relay_that_is_active_low_rests_high(factory: MockFactory) -> None:
    pins = msgspec.structs.replace(PINS, relay=6, relay_active_high=False)
    with closing(Board(pins, factory)) as board:
        assert levels(factory, pins)["relay"] == 1.0
        board.show(OPEN)
        assert levels(factory, pins)["relay"] == 0.0


COLOURS = {
    "dark": (REST, {}),
    "green": (Step(ms=1, green=True), {"green"}),
    "red": (Step(ms=1, red=True), {"red"}),
    "amber": (Step(ms=1, amber=True), {"green", "red"}),
    "both": (Step(ms=1, red=True, amber=True), {"green", "red"}),
}


@pytest.mark.parametrize("high", [True, False], ids=["cathode", "anode"])
def test_a_lamp_that_mixes_shows_amber_as_green_and_red(tmp_path: Path, *, high: bool) -> None:
    pins, trace = Pins(mixed=True, lamps_active_high=high), tmp_path / "pins.jsonl"
    factory = traced_factory(trace, lambda: 0)
    with closing(Board(pins, factory)) as board:
        for (before, _), (after, on) in itertools.product(COLOURS.values(), repeat=2):
            board.show(before)
            board.show(after)
            lit = {name for name in ("green", "red") if levels(factory, pins)[name] == float(high)}
            assert lit == set(on)


def test_a_lamp_that_mixes_never_looks_green_between_two_colours(tmp_path: Path) -> None:
    trace = tmp_path / "pins.jsonl"
    on: set[object] = set()
    names = [name for name in COLOURS if name != "green"]
    with closing(Board(Pins(mixed=True), traced_factory(trace, lambda: 0))) as board:
        for before, after in itertools.product(names, repeat=2):
            board.show(COLOURS[before][0])
            board.show(COLOURS[after][0])
    for line in changes(trace):
        (on.add if line["level"] else on.discard)(line["pin"])
        assert on != {"GPIO17"}


def test_the_attendants_side_shows_what_the_door_shows(factory: MockFactory) -> None:
    pins = Pins(amber=22, attendant=SideLamps(green=23, red=24))
    with closing(Board(pins, factory)) as board:
        for step, there in [
            (Step(ms=1, green=True), {23}),
            (Step(ms=1, red=True), {24}),
            (Step(ms=1, amber=True), {24}),  # without an amber lamp of its own
            (REST, set()),
        ]:
            board.show(step)
            assert {pin for pin in (23, 24) if wire(factory, pin).state} == there


def test_the_white_lamp_is_nobodys_but_its_own(factory: MockFactory) -> None:
    board = Board(Pins(white=16), factory)
    board.light(on=True)
    board.show(Step(ms=1, red=True))
    board.show(REST)
    assert wire(factory, 16).state
    board.close()
    assert not wire(factory, 16).state
    board.light(on=True)
    assert not wire(factory, 16).state


def test_a_door_without_a_buzzer_shows_its_lamps(factory: MockFactory) -> None:
    with closing(Board(Pins(buzzer=None), factory)) as board:
        board.show(Step(ms=1, red=True, hz=330.0))
        assert wire(factory, 27).state


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
        assert wire(factory, pins.buzzer or 0).frequency == pytest.approx(hz)


@pytest.mark.parametrize("hz", [1.0, 20_000.0])
def test_a_pitch_out_of_reach_sounds_as_near_as_it_can(factory: MockFactory, hz: float) -> None:
    with closing(Board(PINS, factory)) as board:
        board.show(Step(ms=1, hz=hz))
        assert levels(factory)["buzzer"] == SOUND


def test_closing_switches_everything_off_and_twice_is_harmless(
    factory: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A mock pin falls to 0 when it is closed; a wire keeps the level that it was driven to.
    monkeypatch.setattr("gpiozero.pins.mock.MockPWMPin.close", MockPin.close)
    board = Board(msgspec.structs.replace(PINS, white=16), factory)
    board.show(Step(ms=1, green=True, red=True, amber=True, hz=440.0, relay=True))
    board.light(on=True)
    board.close()
    assert levels(factory) == OFF
    assert not wire(factory, 16).state
    board.close()
    with closing(Board(PINS, factory)):  # the pins are free again
        pass


def test_a_pin_that_another_has_is_refused_and_the_others_are_let_go(
    factory: MockFactory,
) -> None:
    with closing(Board(Pins(green=5, red=27, buzzer=12), factory)):
        with pytest.raises(PinsBusy, match="in use"):
            Board(PINS, factory)
        with closing(Board(Pins(green=17, red=4, buzzer=18), factory)):
            pass


class LibraryError(Exception):
    """As lgpio's own, which is no kind of any other."""


LibraryError.__module__ = "lgpio"


def test_what_the_library_under_gpiozero_raises_is_said_as_well(
    factory: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_pin: object, function: str) -> None:
        if function == "output":
            msg = "GPIO busy"
            raise LibraryError(msg)

    monkeypatch.setattr("gpiozero.pins.mock.MockPWMPin._set_function", busy)
    with pytest.raises(PinsBusy, match="GPIO busy"):
        Board(PINS, factory)


def test_a_mistake_of_our_own_is_not_said_to_be_the_pins(
    factory: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(_pin: object, function: str) -> None:
        if function == "output":
            raise ZeroDivisionError

    monkeypatch.setattr("gpiozero.pins.mock.MockPWMPin._set_function", wrong)
    with pytest.raises(ZeroDivisionError):
        Board(PINS, factory)


def test_a_pin_that_is_none_is_refused(factory: MockFactory) -> None:
    with pytest.raises(PinsMissing):
        Board(Pins(green=99), factory)


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
