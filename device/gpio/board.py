"""The pins of the board, through gpiozero."""

import contextlib
import warnings
from collections.abc import Callable, Mapping

from gpiozero import Buzzer, Device, DigitalOutputDevice, Factory, TonalBuzzer
from gpiozero.exc import BadPinFactory, PinFactoryFallback
from gpiozero.pins.mock import MockFactory
from gpiozero.tones import Tone

from device.errors import PinsMissing
from device.gpio import faults
from device.gpio.lamps import SideOfDoor
from device.gpio.patterns import REST, Step
from device.gpio.relay import Relay
from device.pinout.pins import Output, Pins


class Board:
    """The lamps, the buzzer and the relay of one door."""

    def __init__(self, pins: Pins, factory: Factory | None = None) -> None:
        """Take the pins, everything off; raise PinsMissing if they are not to be had."""
        self._open = contextlib.ExitStack()
        self._hz = 0.0
        self._factory = factory
        self._offset = pins.tone_offset or 1.0
        with contextlib.ExitStack() as undo, faults.told(), warnings.catch_warnings():
            # It warns of every driver it tries; the one error says it for all.
            warnings.simplefilter("ignore", PinFactoryFallback)
            undo.push(self._open)
            self._take(pins)
            undo.pop_all()

    def _take(self, pins: Pins) -> None:
        # The relay first: until a pin is taken, only a resistor keeps it at rest.
        taken = {each.name: self._output(each) for each in pins.outputs() if each.name != "buzzer"}
        self._sides = [_side(taken, "", mixed=pins.mixed)]
        if pins.attendant is not None:
            self._sides.append(_side(taken, "attendant.", mixed=pins.mixed))
        self._relay = Relay(taken["relay"], pins.relay_ms) if "relay" in taken else None
        self._white = taken.get("white")
        self._sound = self._buzzer(pins)

    def _output(self, output: Output) -> DigitalOutputDevice:
        device = DigitalOutputDevice(
            output.pin,
            active_high=output.active_high,
            initial_value=False,
            pin_factory=self._factory,
        )
        self._open.enter_context(device)
        if self._factory is None and isinstance(Device.pin_factory, MockFactory):
            # gpiozero takes GPIOZERO_PIN_FACTORY=mock from the environment; only configuration may.
            msg = "gpiozero was told by the environment to pretend"
            raise BadPinFactory(msg)
        return device

    def _buzzer(self, pins: Pins) -> Callable[[float], None]:
        if pins.buzzer is None:
            return _no_sound
        if pins.tonal:
            pitched = TonalBuzzer(pins.buzzer, octaves=3, pin_factory=self._factory)
            return _pitch(self._open.enter_context(pitched))
        plain = Buzzer(pins.buzzer, pin_factory=self._factory)
        return _one_tone(self._open.enter_context(plain))

    def show(self, step: Step) -> None:
        """Set the pins: the light first, then the sound; the relay's pulse ends by itself.

        Raises PinsMissing if they are lost.
        """
        with faults.told():
            self._set(step)

    def _set(self, step: Step) -> None:
        for side in self._sides:
            side.show(step)
        if self._relay is not None and step.relay:
            self._relay.pulse()
        hz = step.hz * self._offset
        if hz != self._hz:
            self._hz = hz
            self._sound(hz)

    def light(self, *, on: bool) -> None:
        """Switch the white lamp, if there is one; harmless after closing."""
        if self._white is not None and self._white.pin is not None:
            with faults.told():
                self._white.value = on

    def close(self) -> None:
        """Switch everything off, then let go: closing alone leaves a pin floating as it was."""
        try:
            with faults.told():
                if self._relay is not None:
                    self._relay.rest()
            self.light(on=False)
            self.show(REST)
        except PinsMissing:  # closed before, or lost: there is nothing left to switch
            return
        finally:
            self._open.close()


def _side(taken: Mapping[str, DigitalOutputDevice], prefix: str, *, mixed: bool) -> SideOfDoor:
    names = ("green", "red", "amber")
    lamps = {name: taken[prefix + name] for name in names if prefix + name in taken}
    return SideOfDoor(lamps, mixed=mixed)


def _no_sound(_hz: float) -> None:
    """Sound nothing."""


def _pitch(buzzer: TonalBuzzer) -> Callable[[float], None]:
    """Return how to sound a passive buzzer: it is given the pitch, as near as it can play it."""
    low, high = buzzer.min_tone.frequency, buzzer.max_tone.frequency

    def sound(hz: float) -> None:
        if hz:
            buzzer.play(Tone.from_frequency(min(max(hz, low), high)))
        else:
            buzzer.stop()
            # lgpio ends a tone at whatever level the wire has: half of the time it would stay high,
            # and a current would flow through the buzzer for ever.
            buzzer.pwm_device.value = 0

    return sound


def _one_tone(buzzer: Buzzer) -> Callable[[float], None]:
    """Return how to sound a buzzer with a tone of its own."""

    def sound(hz: float) -> None:
        buzzer.value = bool(hz)

    return sound
