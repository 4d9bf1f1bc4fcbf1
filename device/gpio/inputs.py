"""The buttons and contacts of the board, through gpiozero.

Each connects its pin to ground, and the chip's own resistor pulls it up, so that no voltage from
outside ever comes near a pin. gpiozero reports edges in a thread of its own; here they wait in a
queue until the scanner's loop asks.
"""

import contextlib
import warnings
from collections import deque
from collections.abc import Callable
from typing import Self

from gpiozero import DigitalInputDevice, Factory
from gpiozero.exc import PinFactoryFallback

from device.flow import Pressed
from device.gpio import faults
from device.gpio.contact import MEANINGS, Contact
from device.pinout.pins import InputPins

QUEUE = 256
"""Edges that wait at most; what is lost beyond is found again by looking at the level."""


class Contacts:
    """The Inputs port on real pins."""

    def __init__(
        self, pins: InputPins, up_ns: Callable[[], int], factory: Factory | None = None
    ) -> None:
        """Take which contact is where, and what says the time since boot."""
        self._pins, self._up_ns, self._factory = pins, up_ns, factory
        self._open = contextlib.ExitStack()
        self._edges: deque[tuple[str, bool, int]] = deque(maxlen=QUEUE)
        self._devices: dict[str, DigitalInputDevice] = {}
        self._contacts: dict[str, Contact] = {}

    def __enter__(self) -> Self:
        """Take the pins; raise PinsMissing if they are not to be had."""
        with contextlib.ExitStack() as undo, faults.told(), warnings.catch_warnings():
            warnings.simplefilter("ignore", PinFactoryFallback)
            undo.push(self._open)
            for name, pin in self._pins.inputs():
                self._take(name, pin)
            undo.pop_all()
        return self

    def _take(self, name: str, pin: int) -> None:
        bounce_s = self._pins.bounce_ms / 1000
        device = DigitalInputDevice(
            pin, pull_up=True, bounce_time=bounce_s, pin_factory=self._factory
        )
        self._devices[name] = self._open.enter_context(device)
        settle_ns = self._pins.bounce_ms * 1_000_000
        self._contacts[name] = MEANINGS[name](device.is_active, settle_ns)
        # Active is low: closed. The handlers run in gpiozero's thread and only queue.
        device.when_activated = lambda: self._edges.append((name, True, self._up_ns()))
        device.when_deactivated = lambda: self._edges.append((name, False, self._up_ns()))

    def __exit__(self, *exc: object) -> None:
        """Let go of the pins; twice is harmless."""
        self._devices.clear()
        self._open.close()

    def pressed(self) -> tuple[Pressed, ...]:
        """Return what came in since the last call, in order; raise PinsMissing if pins are lost."""
        found = []
        while self._edges:
            name, closed, up_ns = self._edges.popleft()
            what = self._contacts[name].edge(closed=closed)
            if what is not None:
                found.append(Pressed(what, up_ns))
        with faults.told():
            levels = [(name, each.is_active) for name, each in self._devices.items()]
        now = self._up_ns()
        for name, closed in levels:
            what = self._contacts[name].level(closed=closed, up_ns=now)
            if what is not None:
                found.append(Pressed(what, now))
        return tuple(found)
