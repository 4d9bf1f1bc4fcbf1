"""The pins of the board, through gpiozero."""

import contextlib
import warnings
from collections.abc import Callable

import msgspec
from gpiozero import Buzzer, Device, DigitalOutputDevice, Factory, TonalBuzzer
from gpiozero.exc import BadPinFactory, GPIOZeroError, PinFactoryFallback
from gpiozero.pins.mock import MockFactory
from gpiozero.tones import Tone

from device.errors import PinsMissing
from device.gpio.patterns import REST, Step


class Pins(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which pin does what (BCM numbers). Sources of harm are explained in docs for technicians."""

    green: int = 17
    red: int = 27
    amber: int | None = None
    """Without an amber lamp amber is red; rhythm and tone tell them apart."""
    buzzer: int = 18
    tonal: bool = True
    """True for a passive buzzer, which is given its pitch; false for one with its own."""
    relay: int | None = None
    relay_active_high: bool = True
    tone_offset: float = 1.0
    """Multiplies every pitch, so that neighbouring doors sound apart."""


class Board:
    """The lamps, the buzzer and the relay of one door."""

    def __init__(self, pins: Pins, factory: Factory | None = None) -> None:
        """Take the pins, everything off; raise PinsMissing if they are not to be had."""
        self._pins = pins
        self._open = contextlib.ExitStack()
        self._hz = 0.0
        try:
            with warnings.catch_warnings():
                # It warns of every driver it tries; the one error below says it for all.
                warnings.simplefilter("ignore", PinFactoryFallback)
                self._take(pins, factory)
        except (GPIOZeroError, OSError, ImportError) as error:
            self._open.close()
            raise PinsMissing(str(error)) from error

    def _take(self, pins: Pins, factory: Factory | None) -> None:
        def output(number: int | None, *, active_high: bool = True) -> DigitalOutputDevice | None:
            if number is None:
                return None
            return self._open.enter_context(
                DigitalOutputDevice(
                    number, active_high=active_high, initial_value=False, pin_factory=factory
                )
            )

        self._green, self._red = output(pins.green), output(pins.red)
        if factory is None and isinstance(Device.pin_factory, MockFactory):
            # gpiozero takes GPIOZERO_PIN_FACTORY=mock from the environment; only configuration may.
            msg = "gpiozero was told by the environment to pretend"
            raise BadPinFactory(msg)
        self._amber = output(pins.amber)
        self._relay = output(pins.relay, active_high=pins.relay_active_high)
        if pins.tonal:
            pitched = TonalBuzzer(pins.buzzer, octaves=3, pin_factory=factory)
            self._sound: Callable[[float], None] = _pitch(self._open.enter_context(pitched))
        else:
            plain = Buzzer(pins.buzzer, pin_factory=factory)
            self._sound = _one_tone(self._open.enter_context(plain))

    def show(self, step: Step) -> None:
        """Set the pins: the light first, then the sound."""
        _switch(self._green, on=step.green)
        _switch(self._red, on=step.red or (step.amber and self._amber is None))
        _switch(self._amber, on=step.amber)
        _switch(self._relay, on=step.relay)
        hz = step.hz * self._pins.tone_offset
        if hz != self._hz:
            self._hz = hz
            self._sound(hz)

    def close(self) -> None:
        """Switch everything off, then let go: closing alone leaves a pin floating as it was."""
        try:
            self.show(REST)
        except GPIOZeroError:  # closed before
            return
        finally:
            self._open.close()


def _switch(device: DigitalOutputDevice | None, *, on: bool) -> None:
    if device is not None:
        device.value = on


def _pitch(buzzer: TonalBuzzer) -> Callable[[float], None]:
    """Return how to sound a passive buzzer: it is given the pitch, as near as it can play it."""
    low, high = buzzer.min_tone.frequency, buzzer.max_tone.frequency

    def sound(hz: float) -> None:
        if hz:
            buzzer.play(Tone.from_frequency(min(max(hz, low), high)))
        else:
            buzzer.stop()

    return sound


def _one_tone(buzzer: Buzzer) -> Callable[[float], None]:
    """Return how to sound a buzzer with a tone of its own."""

    def sound(hz: float) -> None:
        buzzer.value = bool(hz)

    return sound
