"""The gate's own panel and contacts on the pins of a Raspberry Pi, with its kernel and lgpio.

The Pi is QEMU's; the levels are read and driven from outside, at the chip's registers. Seen are
order and level of everything, and times as far as an emulated machine on a busy host keeps them.
Not seen, because QEMU has none: pull resistors and edges (a contact is found by its level here, as
in tests/device/gpio/test_inputs.py by its edges), current and voltage, a Pi 5.
"""

import itertools
import time

import pytest

from device.flow import Press, Signal
from device.gpio.patterns import PATTERNS
from device.pinout import sets
from device.pinout.pins import Pins
from tests.lanes.pins.conftest import leave_out_where_it_cannot_run
from tests.lanes.pins.door import Door
from tests.lanes.pins.pi import LONG_S
from tests.lanes.pins.seen import expected, wrong

leave_out_where_it_cannot_run()
pytestmark = pytest.mark.timeout(3 * LONG_S)

RELAY_DOOR = Pins(**sets.PINS["relay-door"])  # type: ignore[arg-type]
ANODE = Pins(**sets.PINS["rgb-anode"])  # type: ignore[arg-type]
OUTPUTS = [each.pin for each in RELAY_DOOR.outputs()]
ACTIVE_LOW = 6
TONE_S = 1.5
"""Long enough for a tone to have begun and ended."""
LOWEST = 100
"""Changes of level a second that nothing but a tone makes."""
TRIES, BLIND_S = 5, 0.03
"""A pattern that was mistimed, or looked at with a gap because the host was busy, is looked at
again; one that was looked at without a gap and has another order or other lamps is wrong."""


def looked_at(door: Door, signal: Signal, pins: Pins) -> int:
    """Return how many edges of a signal were wrong on the wires."""
    table = expected(signal, pins)
    found = 0
    for _ in range(TRIES):
        seen = door.show(signal, pins)
        found = wrong(seen, table)
        same_order = [each.colours for each in seen] == [each.colours for each in table]
        if not found or not (same_order or door.pi.blind_s > BLIND_S):
            break
    return found


def test_a_door_on_real_pins(door: Door, figures: dict[str, int]) -> None:
    """One machine, in the order of a day: each step needs what the one before has left."""
    at_boot(door)
    door.start("relay-door")
    at_rest(door)
    another_finds_the_pins_in_use(door)
    every_pattern(door, RELAY_DOOR, figures)
    tones(door)
    contacts(door)
    stopped_in_mid_pulse(door)
    door.start("relay-door")
    a_pulse_ends_although_the_panel_hangs(door)
    killed_and_put_to_rest(door)
    colours_of_a_common_anode(door, figures)
    assert figures == {"patterns": len(Signal) + len(COLOURS), "edges_wrong": 0}


def at_boot(door: Door) -> None:
    """Nothing drives a pin before the gate does: the resistors on the wires decide."""
    assert [door.pin(pin).is_output for pin in OUTPUTS] == [False] * len(OUTPUTS)


def at_rest(door: Door) -> None:
    assert [door.pin(pin) for pin in OUTPUTS] == [(True, 0)] * len(OUTPUTS)


def another_finds_the_pins_in_use(door: Door) -> None:
    """And the one that has them goes on."""
    assert "PinsBusy" in door.second("relay-door")
    at_rest(door)


def every_pattern(door: Door, pins: Pins, figures: dict[str, int]) -> None:
    for signal in Signal:
        figures["edges_wrong"] += looked_at(door, signal, pins)
        # A tone that ends high would send a current through the buzzer for ever.
        figures["edges_wrong"] += door.pin(pins.buzzer).level
        figures["patterns"] += 1
    at_rest(door)


def tones(door: Door) -> None:
    """Software PWM: the wire of the buzzer swings while a tone lasts, high and low for as long.

    The pitch itself an emulated machine cannot keep; tests/device/gpio/test_board.py sees which one
    is asked for.
    """
    buzzer = RELAY_DOOR.buzzer or 0
    for signal in (Signal.ACCEPT, Signal.RETRY):
        first_s = PATTERNS[signal][0].ms / 1000
        door.tell(f"show {signal}")
        changes = door.pi.watch(1 << buzzer, lambda now: now > TONE_S)
        began = changes[1][0]
        tone = [change for change in changes[1:] if change[0] < began + first_s * 0.9]
        seconds = tone[-1][0] - began
        high = sum(b[0] - a[0] for a, b in itertools.pairwise(tone) if a[1])
        assert 0.25 < high / seconds < 0.75
        assert len(tone) / seconds > LOWEST
        assert changes[-1][1] == 0
    door.show(Signal.REST, RELAY_DOOR)
    silent = door.pi.watch(1 << buzzer, lambda now: now > 0.5)
    assert [level for _, level in silent] == [0]


def contacts(door: Door) -> None:
    """Driven from outside; an open contact is high, as the chip's resistor would make it."""
    inputs = {"service": 5, "passed": 6, "enclosure": 12}
    for pin in inputs.values():
        door.pi.drive(pin, high=True)
    asked(door)
    told: dict[str, list[str]] = {name: [] for name in inputs}
    for name, pin in inputs.items():
        for high in (False, True):
            door.pi.drive(pin, high=high)
            told[name] += asked(door)
    assert told == {
        "service": [Press.SERVICE],
        "passed": [Press.PASSED],
        "enclosure": [Press.CLOSED, Press.OPENED],
    }


SETTLED_S = 0.2


def asked(door: Door) -> list[str]:
    """Return what came in; a level counts when it was seen twice, apart by the time it settles."""
    found: list[str] = []
    for _ in range(3):
        time.sleep(SETTLED_S)
        door.tell("pressed")
        found += door.pi.expect("@pressed(.*)")[1].split()
    return found


def stopped_in_mid_pulse(door: Door) -> None:
    """Rest is driven before the pins are let go of: a wire keeps what it was driven to."""
    door.tell("show accept")
    door.pi.expect("@shown accept")
    door.leave()
    assert [door.pin(pin) for pin in OUTPUTS] == [(False, 0)] * len(OUTPUTS)


def a_pulse_ends_although_the_panel_hangs(door: Door) -> None:
    """Neither the thread that plays nor the one that is asked moves on; the relay does."""
    relay, green = RELAY_DOOR.relay or 0, RELAY_DOOR.green
    door.tell("show accept")
    door.pi.expect("@shown accept")
    door.tell("hang")
    door.pi.expect("@hanging")
    bits = 1 << relay | 1 << green
    seen = door.pi.watch(bits, lambda now: now > 3 * RELAY_DOOR.relay_ms / 1000)
    assert seen[-1][1] == 1 << green, "the lamp hangs, as this test wants it; the relay does not"


def killed_and_put_to_rest(door: Door) -> None:
    """Debian's kernel takes the pins back with the process: a resistor must hold the relay."""
    door.kill()
    assert not door.pin(RELAY_DOOR.relay).is_output
    assert door.safe("relay-door") == 0
    assert not door.pin(RELAY_DOOR.relay).is_output


def colours_of_a_common_anode(door: Door, figures: dict[str, int]) -> None:
    door.start("rgb-anode")
    assert [door.pin(pin) for pin in (ANODE.green, ANODE.red)] == [(True, 1)] * 2
    for signal in COLOURS:
        figures["edges_wrong"] += looked_at(door, signal, ANODE)
        figures["patterns"] += 1
    door.leave()


COLOURS = [Signal.ACCEPT, Signal.REJECT, Signal.RETRY]


def test_a_kernel_that_keeps_outputs_keeps_a_door_open_until_it_is_put_to_rest(
    keeper: Door,
) -> None:
    """The trap of persist_gpio_outputs: what was on stays on, and what is let go of is an input."""
    keeper.start("active-low")
    assert keeper.pin(ACTIVE_LOW) == (True, 1)
    keeper.tell("show accept")
    keeper.pi.expect("@shown accept")
    keeper.kill()
    assert keeper.pin(ACTIVE_LOW) == (True, 0), "the door stands open: this is the trap"
    assert keeper.safe("active-low") == 0
    assert keeper.pin(ACTIVE_LOW) == (True, 1), "closed, and driven so after the command has ended"
    assert [keeper.pin(pin) for pin in (17, 27, 18)] == [(True, 0)] * 3


def test_without_a_configuration_every_pin_is_let_go_of(keeper: Door) -> None:
    """Nobody knows then which level is safe; the resistors do."""
    assert keeper.safe("active-low") == 0
    assert keeper.pin(ACTIVE_LOW).is_output
    assert keeper.safe("torn") == 2
    assert not any(keeper.pin(pin).is_output for pin in (ACTIVE_LOW, 17, 27, 18))
