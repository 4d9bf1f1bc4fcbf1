"""A wiring diagram of a set of outputs and contacts, drawn from the values that the gate runs with.

The header is in the middle as it is on the board, seen from above; what hangs on its left row is
drawn on the left, and on the right row on the right, in order, so that no wire crosses another.
"""

from collections.abc import Callable
from typing import NamedTuple

from device.gpio import parts
from device.gpio.drawing import INK, PALE, Drawing, Point
from device.i18n import N_
from device.pinout.header import HEADER, KEPT, PLACES
from device.pinout.pins import InputPins, Output, Pins

WIDTH, TOP, PITCH = 1440, 130, 30
HEADER_X, HEADER_WIDTH = 605, 230
STRIP_PITCH = 92
Say = Callable[[str], str]

NAMES = {
    "relay": N_("relay of the door"),
    "buzzer": N_("buzzer"),
    "green": N_("green lamp"),
    "red": N_("red lamp: the status lamp"),
    "amber": N_("amber lamp"),
    "attendant.green": N_("green lamp, attendant's side"),
    "attendant.red": N_("red lamp, attendant's side"),
    "attendant.amber": N_("amber lamp, attendant's side"),
    "white": N_("white lamp for the night"),
    "service": N_("service button, inside the box"),
    "direction": N_("direction button"),
    "admit": N_("attendant's button"),
    "passed": N_("contact: somebody passed"),
    "enclosure": N_("contact: the box is shut"),
}


class Strip(NamedTuple):
    """One thing that is connected, and what draws it."""

    name: str
    pin: int
    draw: Callable[[parts.Side, Say], None]


def diagram(title: str, pins: Pins, inputs: InputPins, say: Say) -> str:
    """Return the diagram of a set as SVG, in the language of `say`."""
    strips = sorted(
        [
            *(Strip(each.name, each.pin, _drawer(each, pins)) for each in pins.outputs()),
            *(Strip(name, pin, parts.contact) for name, pin in inputs.inputs()),
        ],
        key=lambda strip: PLACES[strip.pin],
    )
    left = [strip for strip in strips if PLACES[strip.pin] % 2]
    right = [strip for strip in strips if not PLACES[strip.pin] % 2]
    tallest = max(len(left), len(right)) * STRIP_PITCH
    below = TOP + max(20 * PITCH, tallest) + 30
    drawing = Drawing(WIDTH, below + (300 if pins.relay is not None else 160))
    drawing.words((30, 44), say(N_("Wiring: {name}")).format(name=title), size=26, bold=True)
    drawing.words((30, 72), say(N_("Raspberry Pi, seen from above, its header at the top right")))
    _header(drawing, {strip.pin for strip in strips}, say)
    _strips(drawing, left, -1, say)
    _strips(drawing, right, 1, say)
    _notes(drawing, below, pins, say)
    return drawing.svg()


def _drawer(output: Output, pins: Pins) -> Callable[[parts.Side, Say], None]:
    if output.name == "relay":
        return parts.relay if output.active_high else parts.relay_active_low
    if output.name == "buzzer":
        return parts.passive_buzzer if pins.tonal else parts.active_buzzer
    if output.name == "white":
        return parts.white_lamp
    return parts.lamp if output.active_high else parts.lamp_of_common_anode


def _header(drawing: Drawing, used: set[int], say: Say) -> None:
    drawing.box((HEADER_X, TOP - 14), (HEADER_WIDTH, 20 * PITCH + 12), fill="#f3f6f3", round_=8)
    for place, what in enumerate(HEADER, 1):
        right = place % 2 == 0
        x, y = _place(place)
        inward, anchor = (-1, "end") if right else (1, "start")
        mine = what.isdecimal() and int(what) in used
        colour = INK if mine else PALE
        drawing.dot((x, y), 7, fill=INK if mine else "#ffffff", line=colour)
        label = f"GPIO{what}" if what.isdecimal() else what
        at = (x + inward * 36, y + 5)
        drawing.words(at, label, size=12, anchor=anchor, colour=colour, bold=mine)
        drawing.words((x + inward * 12, y + 5), str(place), size=11, anchor=anchor, colour=colour)
    kept = ", ".join(f"GPIO{pin}" for pin in sorted(KEPT))
    words = say(N_("kept for other uses: {pins}")).format(pins=kept)
    middle = HEADER_X + HEADER_WIDTH / 2
    drawing.words((middle, TOP + 20 * PITCH + 18), words, size=11, anchor="middle", colour=PALE)


def _place(place: int) -> Point:
    x = HEADER_X + (HEADER_WIDTH - 14 if place % 2 == 0 else 14)
    return x, TOP + (place - 1) // 2 * PITCH + 10


def _strips(drawing: Drawing, strips: list[Strip], way: int, say: Say) -> None:
    spread = max(0.0, (20 * PITCH - len(strips) * STRIP_PITCH) / (len(strips) + 1))
    for number, strip in enumerate(strips):
        y = TOP + spread * (number + 1) + STRIP_PITCH * number + 46
        pin_x, pin_y = _place(PLACES[strip.pin])
        edge = HEADER_X + (HEADER_WIDTH + 10 if way > 0 else -10)
        start = edge + way * 70
        drawing.line((pin_x, pin_y), (edge, pin_y), (start, y), (start + way * 10, y))
        side = parts.Side(drawing, start + way * 10, y, way)
        where = say(N_("place {place}")).format(place=PLACES[strip.pin])
        side.title(f"{say(NAMES[strip.name])} · {where}")
        strip.draw(side, say)


def _notes(drawing: Drawing, y: float, pins: Pins, say: Say) -> None:
    grounds = ", ".join(str(place) for place, what in enumerate(HEADER, 1) if what == "GND")
    ground = N_("GND is any of the places {places}; all grounds are joined.")
    notes = [
        say(ground).format(places=grounds),
        say(N_("Places are counted on the header; GPIO numbers are the configuration's.")),
        say(N_("No wire brings more than 3.3 V to a GPIO pin: contacts join it to GND.")),
    ]
    if pins.mixed:
        notes.append(
            say(N_("Green and red are two legs of one RGB lamp; its blue leg stays free."))
        )
    for line, note in enumerate(notes):
        drawing.words((30, y + 24 + 22 * line), note, size=14)
    if pins.relay is not None:
        parts.lock(drawing, (30, y + 130), say)
