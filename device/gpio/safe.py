"""Drives every output to rest without playing anything: for after a crash.

One pin that cannot be had keeps no other from being driven. The pins stay driven only as long as
the process does, unless the kernel keeps them (`persist_gpio_outputs`); see device/safe.py.
"""

from collections.abc import Sequence
from typing import TypeAlias

from gpiozero import DigitalInputDevice, DigitalOutputDevice, Factory

from device.errors import PinsMissing
from device.gpio import faults
from device.pinout.header import KEPT, PLACES
from device.pinout.pins import Output

Held: TypeAlias = DigitalOutputDevice | DigitalInputDevice
"""A pin that stays as it is as long as this is kept."""
Failure = tuple[str, str]
"""Which output could not be driven, and what the driver says."""


def drive_to_rest(
    outputs: Sequence[Output], factory: Factory | None = None
) -> tuple[list[Held], list[Failure]]:
    """Switch every output off, in order; return what holds them, and what could not be driven."""
    held: list[Held] = []
    failed: list[Failure] = []
    for each in outputs:
        try:
            with faults.told():
                held.append(
                    DigitalOutputDevice(
                        each.pin,
                        active_high=each.active_high,
                        initial_value=False,
                        pin_factory=factory,
                    )
                )
        except PinsMissing as error:
            failed.append((f"{each.name} ({each.pin})", str(error)))
    return held, failed


def let_go(factory: Factory | None = None) -> tuple[list[Held], list[Failure]]:
    """Make every pin that a panel may have an input, so that the resistors on the wires decide.

    For when it is not known what is connected: no level is safe for a pin of unknown use.
    """
    held: list[Held] = []
    failed: list[Failure] = []
    for pin in sorted(set(PLACES) - set(KEPT)):
        try:
            with faults.told():
                held.append(
                    DigitalInputDevice(pin, pull_up=None, active_state=True, pin_factory=factory)
                )
        except PinsMissing as error:
            failed.append((str(pin), str(error)))
    return held, failed
