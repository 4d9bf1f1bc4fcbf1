"""Buttons and contacts, on gpiozero's mock board and by themselves."""

import itertools
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from device.errors import PinsMissing
from device.flow import Press, Pressed
from device.gpio.board import Board
from device.gpio.contact import Contact
from device.gpio.inputs import Contacts
from device.gpio.mock import traced_factory
from device.pinout.pins import InputPins, Pins

MS = 1_000_000
PINS = InputPins(service=5, direction=6, admit=13, passed=19, enclosure=12, bounce_ms=30)


class Hands:
    """Whoever closes and opens contacts, on a board whose time is stepped."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.factory: MockFactory = traced_factory(None, lambda: 0)
        self.pin(PINS.enclosure)._set_pull("down")  # the box is shut before the gate starts

    def pin(self, number: int | None) -> Any:  # noqa: ANN401  (gpiozero says no types)
        assert number is not None
        return self.factory.pin(number)

    def close(self, number: int | None) -> None:
        self.pin(number).drive_low()

    def open(self, number: int | None) -> None:
        self.pin(number).drive_high()

    def press(self, number: int | None) -> None:
        self.close(number)
        self.open(number)

    def contacts(self, pins: InputPins = PINS) -> Contacts:
        return Contacts(pins, lambda: self.now_ns, self.factory)


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_each_contact_has_one_meaning(hands: Hands) -> None:
    with hands.contacts(InputPins(service=5, direction=6, admit=13, passed=19)) as contacts:
        for pin, what in [
            (PINS.service, Press.SERVICE),
            (PINS.direction, Press.DIRECTION),
            (PINS.admit, Press.ADMIT),
            (PINS.passed, Press.PASSED),
        ]:
            hands.now_ns += MS
            hands.press(pin)
            assert contacts.pressed() == (Pressed(what, hands.now_ns),)
            assert contacts.pressed() == ()


def test_what_came_in_between_two_calls_is_told_in_order_with_its_own_time(hands: Hands) -> None:
    with hands.contacts(InputPins(service=5, passed=19)) as contacts:
        for step, pin in enumerate([19, 19, 5, 19]):
            hands.now_ns = step * MS
            hands.press(pin)
        hands.now_ns = 90 * MS
        found = [(each.what, each.up_ns // MS) for each in contacts.pressed()]
    assert found == [
        (Press.PASSED, 0),
        (Press.PASSED, 1),
        (Press.SERVICE, 2),
        (Press.PASSED, 3),
    ]


def test_a_button_that_is_held_is_pressed_once(hands: Hands) -> None:
    with hands.contacts(InputPins(service=5)) as contacts:
        hands.close(5)
        assert len(contacts.pressed()) == 1
        for _ in range(5):
            hands.now_ns += 100 * MS
            assert contacts.pressed() == ()


def test_a_button_that_is_held_when_the_gate_starts_was_pressed_by_nobody(hands: Hands) -> None:
    button = hands.pin(5)
    button._set_pull("down")
    button._set_pull = lambda _value: None  # something stronger than the chip's resistor
    with hands.contacts(InputPins(service=5)) as contacts:
        for _ in range(3):
            hands.now_ns += 100 * MS
            assert contacts.pressed() == ()
        hands.open(5)
        hands.close(5)
        assert [each.what for each in contacts.pressed()] == [Press.SERVICE]


def test_a_box_that_stands_open_at_the_start_is_told(hands: Hands) -> None:
    """So is a cut wire: the resistor pulls the pin up."""
    with hands.contacts(InputPins(enclosure=12)) as contacts:
        assert contacts.pressed() == ()
        hands.now_ns += 30 * MS
        assert [each.what for each in contacts.pressed()] == [Press.OPENED]
        hands.close(12)
        hands.open(12)
        assert [each.what for each in contacts.pressed()] == [Press.CLOSED, Press.OPENED]


def test_what_no_edge_has_told_is_found_by_looking(hands: Hands) -> None:
    with hands.contacts(InputPins(service=5)) as contacts:
        hands.pin(5)._state = False  # closed, and nobody says so
        assert contacts.pressed() == ()
        hands.now_ns += 67 * MS
        assert contacts.pressed() == (Pressed(Press.SERVICE, 67 * MS),)


def test_a_spark_that_one_look_falls_into_is_no_press(hands: Hands) -> None:
    with hands.contacts(InputPins(service=5)) as contacts:
        for _ in range(5):
            hands.pin(5)._state = False
            assert contacts.pressed() == ()
            hands.pin(5)._state = True
            hands.now_ns += 67 * MS
            assert contacts.pressed() == ()
            hands.now_ns += 67 * MS


def test_a_storm_of_edges_neither_fills_the_memory_nor_leaves_a_wrong_state(hands: Hands) -> None:
    with hands.contacts(InputPins(enclosure=12)) as contacts:
        hands.close(12)
        contacts.pressed()
        for _ in range(5000):
            hands.press(12)
        hands.close(12)
        told = [each.what for each in contacts.pressed()]
        assert len(told) <= 300
        assert told[-1] is Press.CLOSED


def test_pins_are_free_again_after_leaving_and_twice_is_harmless(hands: Hands) -> None:
    contacts = hands.contacts()
    for _ in range(2):
        with contacts:
            pass
    contacts.__exit__()
    with hands.contacts():
        pass


def test_a_pin_that_an_output_has_is_refused_and_the_others_are_let_go(hands: Hands) -> None:
    board = Board(Pins(green=19), hands.factory)
    with pytest.raises(PinsMissing), hands.contacts():
        pass
    with hands.contacts(InputPins(service=5)):
        pass
    board.close()


def test_pins_that_are_lost_while_running_are_said(hands: Hands) -> None:
    def lost(_self: object) -> None:
        msg = "the chip is gone"
        raise OSError(msg)

    with hands.contacts(InputPins(service=5)) as contacts:
        type(hands.pin(5))._get_state = lost
        with pytest.raises(PinsMissing, match="the chip is gone"):
            contacts.pressed()


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 100)), max_size=40))
def test_presses_and_releases_alternate_whatever_is_seen(
    seen: list[tuple[bool, bool, int]],
) -> None:
    contact = Contact(Press.CLOSED, Press.OPENED, is_closed=False, settle_ns=30)
    now, told = 0, []
    for is_edge, closed, later in seen:
        now += later
        what = contact.edge(closed=closed) if is_edge else contact.level(closed=closed, up_ns=now)
        told.append(what)
    found = [each for each in told if each is not None]
    alternating = itertools.cycle([Press.CLOSED, Press.OPENED])
    assert found == list(itertools.islice(alternating, len(found)))
