"""The outputs and inputs of a door, checked.

No pin twice, none that is kept for something else, nothing that switches itself on at power-on.
Lamps may glow unseen through the chip's own pull resistor; whatever is driven through a transistor
(buzzer, relay, white lamp) may not, because that little current is enough to switch it.
"""

from collections.abc import Iterable
from typing import Annotated, NamedTuple

import msgspec

from device.i18n import _
from device.pinout.header import KEPT, PLACES, PULLED_UP

Pin = Annotated[int, msgspec.Meta(ge=0, le=27)]
PulseMs = Annotated[int, msgspec.Meta(ge=50, le=10_000)]
Factor = Annotated[float, msgspec.Meta(ge=0.5, le=2.0)]


class Output(NamedTuple):
    """One output as a driver needs it."""

    name: str
    pin: int
    active_high: bool


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values that a configuration file may give."""


class SideLamps(Table, frozen=True, kw_only=True):
    """The same lamps again, for whoever sits beside the door."""

    green: Pin
    red: Pin
    amber: Pin | None = None


class Pins(Table, frozen=True, kw_only=True):
    """Which output is on which pin (BCM numbers)."""

    green: Pin = 17
    red: Pin = 27
    amber: Pin | None = None
    """Without an amber lamp amber is red; rhythm and tone tell them apart."""
    mixed: bool = False
    """Green and red are legs of one RGB lamp: amber is both at once. Its blue leg stays free."""
    lamps_active_high: bool = True
    """False for lamps with a common anode, which a low level lights."""
    attendant: SideLamps | None = None
    buzzer: Pin | None = 18
    tonal: bool = True
    """True for a passive buzzer, which is given its pitch; false for one with its own."""
    tone_offset: Factor | None = None
    """Multiplies every pitch, so that neighbouring doors sound apart; without it the gate's name
    decides."""
    relay: Pin | None = None
    relay_active_high: bool = True
    relay_ms: PulseMs = 1000
    """How long the relay is on after each person who is let in."""
    white: Pin | None = None
    """A lamp that lights the door when it is dark and somebody comes."""

    def outputs(self) -> tuple[Output, ...]:
        """Return every output that is connected, first the one that can do most harm."""
        side, lit = self.attendant, self.lamps_active_high
        every = (
            ("relay", self.relay, self.relay_active_high),
            ("buzzer", self.buzzer, True),
            ("green", self.green, lit),
            ("red", self.red, lit),
            ("amber", self.amber, lit),
            ("attendant.green", side.green if side else None, lit),
            ("attendant.red", side.red if side else None, lit),
            ("attendant.amber", side.amber if side else None, lit),
            ("white", self.white, True),
        )
        return tuple(Output(name, pin, high) for name, pin, high in every if pin is not None)

    def __post_init__(self) -> None:
        """Refuse what would do harm."""
        if self.mixed and (self.amber is not None or (self.attendant and self.attendant.amber)):
            msg = _("a lamp that mixes its colours has no amber pin")
            raise ValueError(msg)
        outputs = self.outputs()
        refuse_shared([(each.name, each.pin) for each in outputs])
        for each in outputs:
            if each.name in ("relay", "buzzer", "white"):
                _refuse_on_at_power_on(each)


class InputPins(Table, frozen=True, kw_only=True):
    """Which contact is on which pin (BCM numbers). Each connects its pin to ground."""

    service: Pin | None = None
    """The button inside the box."""
    direction: Pin | None = None
    """The next person goes the other way."""
    admit: Pin | None = None
    """The attendant lets one person in."""
    passed: Pin | None = None
    """Closes for a moment when somebody went through."""
    enclosure: Pin | None = None
    """Closed while the box is shut: a cut wire counts as open."""
    bounce_ms: Annotated[int, msgspec.Meta(ge=1, le=500)] = 30
    """A contact that changes again within this time has not changed."""

    def inputs(self) -> tuple[tuple[str, int], ...]:
        """Return every contact that is connected, and its pin."""
        names = ("service", "direction", "admit", "passed", "enclosure")
        return tuple((name, pin) for name in names if (pin := getattr(self, name)) is not None)

    def __post_init__(self) -> None:
        """Refuse a pin that is used twice or kept for something else."""
        refuse_shared(self.inputs())


def refuse_shared(used: Iterable[tuple[str, int]]) -> None:
    """Raise ValueError if two names have one pin, or one has a pin that is kept."""
    taken: dict[int, str] = {}
    for name, pin in used:
        if pin in KEPT:
            msg = _("pin {pin} of {name} is kept for {use}").format(
                pin=pin, name=name, use=_(KEPT[pin])
            )
            raise ValueError(msg)
        if pin in taken:
            msg = _("pin {pin} is given to both {first} and {second}").format(
                pin=pin, first=taken[pin], second=name
            )
            raise ValueError(msg)
        taken[pin] = name


def _refuse_on_at_power_on(output: Output) -> None:
    if (output.pin in PULLED_UP) is not output.active_high:
        return
    others = sorted(
        pin for pin in PLACES if pin not in KEPT and (pin in PULLED_UP) is not output.active_high
    )
    msg = _(
        "pin {pin} would switch {name} on from power-on until the gate runs; take one of {pins}"
    ).format(pin=output.pin, name=output.name, pins=", ".join(map(str, others)))
    raise ValueError(msg)
