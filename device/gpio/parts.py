"""The parts that hang on a pin, as a wiring diagram draws them: from the pin outwards."""

from collections.abc import Callable
from typing import NamedTuple

from device.gpio.drawing import INK, Drawing, Point
from device.i18n import N_

Say = Callable[[str], str]
RED = "#b3261e"


class Side(NamedTuple):
    """A line of parts that begins at (x, y) and goes left (-1) or right (1)."""

    drawing: Drawing
    x: float
    y: float
    way: int

    def at(self, along: float, up: float = 0) -> Point:
        """Return the place so far along the line, and so far above it."""
        return self.x + self.way * along, self.y - up

    def wire(self, begin: float, end: float) -> None:
        """Draw a piece of wire."""
        self.drawing.line(self.at(begin), self.at(end))

    def title(self, name: str) -> None:
        """Write what this is, above it."""
        anchor = "start" if self.way > 0 else "end"
        self.drawing.words(self.at(0, 32), name, size=14, anchor=anchor, bold=True)

    def resistor(self, along: float, value: str) -> float:
        """Draw a resistor; return where it ends."""
        (x, y), width = self.at(along), 52
        self.drawing.box((min(x, x + self.way * width), y - 8), (width, 16))
        self.drawing.words(self.at(along + width / 2, -24), value, size=12, anchor="middle")
        return along + width

    def end(self, along: float, name: str) -> None:
        """Draw where the line ends: ground or a voltage."""
        x, y = self.at(along)
        wide = 16 + 8 * len(name)
        left = x if self.way > 0 else x - wide
        self.drawing.box((left, y - 12), (wide, 24), fill="#eef2f7", round_=5)
        self.drawing.words((left + wide / 2, y + 5), name, size=13, anchor="middle", bold=True)

    def block(self, along: float, wide: float, *lines: str) -> None:
        """Draw a part as a box with words in it."""
        x, y = self.at(along)
        left = x if self.way > 0 else x - wide
        self.drawing.box((left, y - 18), (wide, 36), round_=4)
        foot = y + 5 - 8 * (len(lines) - 1)
        for number, line in enumerate(lines):
            place = (left + wide / 2, foot + 16 * number)
            self.drawing.words(place, line, size=11, anchor="middle")

    def diode(self, along: float, *, towards_end: bool) -> float:
        """Draw a lamp (LED); return where it ends. Its bar is on the side of the minus."""
        tip, foot = (along + 24, along) if towards_end else (along, along + 24)
        self.drawing.shape(self.at(foot, 12), self.at(foot, -12), self.at(tip), fill="#ffffff")
        self.drawing.line(self.at(tip, 12), self.at(tip, -12), width=3)
        for lift in (0, 8):
            begin, end = self.at(along + 12 + lift, 14), self.at(along + 18 + lift, 22)
            self.drawing.line(begin, end, width=1.5)
        return along + 24

    def note(self, text: str) -> None:
        """Write a line below."""
        anchor = "start" if self.way > 0 else "end"
        self.drawing.words(self.at(0, -44), text, size=11, anchor=anchor, colour="#444444")


def lamp(side: Side, _say: Say) -> None:
    """Draw a lamp between pin and ground."""
    side.wire(0, 40)
    end = side.resistor(40, "330 Ω")
    side.wire(end, 150)
    side.wire(side.diode(150, towards_end=True), 230)
    side.end(230, "GND")


def lamp_of_common_anode(side: Side, say: Say) -> None:
    """Draw a leg of a lamp whose common leg is at 3.3 V."""
    side.wire(0, 40)
    end = side.resistor(40, "330 Ω")
    side.wire(end, 150)
    side.wire(side.diode(150, towards_end=False), 230)
    side.end(230, "3V3")
    side.note(say(N_("common anode (the longest leg) at 3.3 V")))


def contact(side: Side, _say: Say) -> None:
    """Draw a contact that joins the pin to ground."""
    side.wire(0, 110)
    side.drawing.dot(side.at(110), 4)
    side.drawing.dot(side.at(170), 4)
    side.drawing.line(side.at(110), side.at(166, 20), width=2.5)
    side.wire(170, 230)
    side.end(230, "GND")


def _through_transistor(side: Side, load: str, volts: str, *, coil: bool, say: Say) -> None:
    side.wire(0, 40)
    end = side.resistor(40, "1 kΩ")
    side.wire(end, 130)
    side.block(130, 84, "NPN", "BC337")
    side.wire(214, 250)
    side.block(250, 130, load, *(("+ 1N4148",) if coil else ()))
    side.wire(380, 410)
    side.end(410, volts)
    base = say(N_("base to the resistor, emitter to GND, collector to the part"))
    side.note(base)


def passive_buzzer(side: Side, say: Say) -> None:
    """Draw a buzzer that is given its pitch."""
    _through_transistor(side, say(N_("passive buzzer")), "5V", coil=True, say=say)


def active_buzzer(side: Side, say: Say) -> None:
    """Draw a buzzer with a tone of its own."""
    _through_transistor(side, say(N_("active buzzer")), "5V", coil=True, say=say)


def white_lamp(side: Side, say: Say) -> None:
    """Draw a lamp that needs more than a pin gives."""
    _through_transistor(side, say(N_("white LED + resistor")), "5V", coil=False, say=say)


def _relay(side: Side, pull: str, note: str, say: Say) -> None:
    side.wire(0, 60)
    x, y = side.at(60)
    side.drawing.dot((x, y), 3.5)
    side.drawing.line((x, y), (x, y + 16))
    side.drawing.box((x - 8, y + 16), (16, 26))
    side.drawing.words(
        (x + side.way * 14, y + 34), f"10 kΩ → {pull}", size=12, anchor=_outward(side)
    )
    side.wire(60, 150)
    side.block(150, 170, say(N_("relay module, 3.3 V input")), "IN · VCC 5V · GND")
    side.wire(320, 360)
    side.end(360, "COM · NC")
    side.drawing.words(side.at(130, -58), note, size=11, anchor=_outward(side), colour=RED)


def _outward(side: Side) -> str:
    return "start" if side.way > 0 else "end"


def relay(side: Side, say: Say) -> None:
    """Draw a relay that a high level switches on; its resistor keeps it at rest."""
    _relay(side, "GND", say(N_("never leave the 10 kΩ out: it keeps the relay at rest")), say)


def relay_active_low(side: Side, say: Say) -> None:
    """Draw a relay that a low level switches on."""
    _relay(side, "3V3", say(N_("never leave the 10 kΩ out: it keeps the relay at rest")), say)


def lock(drawing: Drawing, at: Point, say: Say) -> None:
    """Draw the circuit of the lock: fire release and relay both cut its current."""
    x, y = at
    drawing.words((x, y), say(N_("The lock (opens without current)")), size=16, bold=True)
    parts = (
        (N_("supply of the lock, +"), "#eef2f7"),
        (N_("fire release, breaks"), "#fdecea"),
        (N_("relay: COM to NC"), "#ffffff"),
        (N_("lock"), "#ffffff"),
        (N_("supply of the lock, -"), "#eef2f7"),
    )
    for number, (name, fill) in enumerate(parts):
        left = x + 270 * number
        drawing.box((left, y + 18), (210, 40), fill=fill, round_=5)
        drawing.words((left + 105, y + 43), say(name), size=13, anchor="middle")
        if number:
            drawing.line((left - 60, y + 38), (left, y + 38), colour=INK)
    for line, text in enumerate(
        (
            N_("The fire release is wired past the gate: it cuts the lock's current by itself."),
            N_("No program, pin or relay of the gate can keep the door locked against it."),
            N_("Power cut, crash, pulled plug: without current the door is open."),
        )
    ):
        drawing.words((x, y + 86 + 22 * line), say(text), size=14, colour=RED, bold=line == 0)
