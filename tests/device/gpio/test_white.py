"""The white lamp at night."""

from device.gpio.white import HOLD_NS, REST_NS, WhiteLamp

S = 1_000_000_000


def test_it_is_dark_and_somebody_comes() -> None:
    lamp = WhiteLamp()
    assert not lamp.look(dark=False, moved=True, up_ns=0)
    assert not lamp.look(dark=True, moved=False, up_ns=S)
    assert lamp.look(dark=True, moved=True, up_ns=2 * S)


def test_its_own_light_does_not_switch_it_off() -> None:
    lamp = WhiteLamp()
    lamp.look(dark=True, moved=True, up_ns=0)
    assert lamp.look(dark=False, moved=False, up_ns=HOLD_NS - 1)


def test_it_stays_on_while_somebody_is_there_and_a_while_longer() -> None:
    lamp = WhiteLamp()
    lamp.look(dark=True, moved=True, up_ns=0)
    assert lamp.look(dark=False, moved=True, up_ns=HOLD_NS - 1)
    assert lamp.look(dark=False, moved=False, up_ns=2 * HOLD_NS - 2)
    assert not lamp.look(dark=False, moved=False, up_ns=2 * HOLD_NS - 1)


def test_going_off_is_a_movement_that_does_not_switch_it_on_again() -> None:
    lamp = WhiteLamp()
    lamp.look(dark=True, moved=True, up_ns=0)
    off_ns = HOLD_NS
    assert not lamp.look(dark=False, moved=False, up_ns=off_ns)
    assert not lamp.look(dark=True, moved=True, up_ns=off_ns + REST_NS - 1)
    assert lamp.look(dark=True, moved=True, up_ns=off_ns + REST_NS)
