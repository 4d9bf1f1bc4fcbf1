"""All signals on one sheet: lamps and tones along a line of time.

A lamp has a sign as well as a colour, so that the sheet can be printed in grey. What is drawn is
the table of patterns itself, so the sheet cannot say anything else than the door does.
"""

from collections.abc import Callable
from typing import NamedTuple

from device.flow import Signal
from device.gpio.drawing import INK, PALE, Drawing
from device.gpio.meanings import MEANINGS
from device.gpio.patterns import LENGTHENED, PATTERNS, Step, length_ms
from device.i18n import N_

WIDTH, ROW, TOP, LEFT = 1180, 66, 118, 420
PX_PER_MS = 0.24
LAMP, TONE = 22, 12
SECOND_MS, TENTH_MS = 1000, 100


class Look(NamedTuple):
    """How lamps that are on together are drawn."""

    sign: str
    colour: str


LOOKS = {
    (True, False, False): Look("●", "#1f9d4d"),
    (False, True, False): Look("■", "#d33a2c"),
    (False, False, True): Look("▲", "#f2b01e"),
    (False, True, True): Look("■▲", "#e4751f"),
}
"""(green, red, amber) -> its look."""


def sheet(say: Callable[[str], str]) -> str:
    """Return the sheet as SVG, in the language of `say`."""
    drawing = Drawing(WIDTH, TOP + ROW * len(Signal) + 84)
    _head(drawing, say)
    for row, signal in enumerate(Signal):
        _signal(drawing, TOP + row * ROW, signal, say)
    _foot(drawing, TOP + ROW * len(Signal), say)
    return drawing.svg()


def _head(drawing: Drawing, say: Callable[[str], str]) -> None:
    drawing.words((24, 38), say(N_("What the door shows")), size=24, bold=True)
    keys = ((True, False, False), (False, True, False), (False, False, True))
    names = (N_("green"), N_("red"), N_("amber"))
    for column, (key, name) in enumerate(zip(keys, names, strict=True)):
        look = LOOKS[key]
        x = 24.0 + 110 * column
        drawing.box((x, 58), (24, LAMP), fill=look.colour)
        drawing.words((x + 12, 75), look.sign, size=13, anchor="middle", colour="#ffffff")
        drawing.words((x + 32, 75), say(name))
    drawing.box((354, 63), (24, TONE), fill=INK)
    drawing.words((386, 75), say(N_("tone, with its pitch in hertz")))
    for second in range(4):
        at = LEFT + second * SECOND_MS * PX_PER_MS
        drawing.words((at, TOP - 8), f"{second} s", size=12, anchor="middle", colour=PALE)


def _signal(drawing: Drawing, y: float, signal: Signal, say: Callable[[str], str]) -> None:
    name, meaning = MEANINGS[signal]
    drawing.line((24, y), (WIDTH - 24, y), colour="#e2e2e2", width=1)
    drawing.words((24, y + 26), say(name), size=17, bold=True)
    drawing.words((24, y + 48), say(meaning), size=12, colour="#444444")
    for tenth in range(0, 3 * SECOND_MS + 1, TENTH_MS):
        x, tall = LEFT + tenth * PX_PER_MS, ROW - 6 if tenth % SECOND_MS == 0 else 4
        drawing.line((x, y + ROW - 4), (x, y + ROW - 4 - tall), colour="#e2e2e2", width=1)
    since = 0
    for step in PATTERNS[signal]:
        _step(drawing, LEFT + since * PX_PER_MS, y, step)
        since += step.ms
    if since:
        end = LEFT + since * PX_PER_MS + 8
        drawing.words((end, y + 26), f"{length_ms(signal) / 1000:g} s", size=12, colour=PALE)


def _step(drawing: Drawing, x: float, y: float, step: Step) -> None:
    width = step.ms * PX_PER_MS
    look = LOOKS.get((step.green, step.red, step.amber))
    if look is not None:
        drawing.box((x, y + 10), (width, LAMP), fill=look.colour, line=look.colour)
        middle = (x + width / 2, y + 26)
        size = 13 if width > 14 * len(look.sign) else 9
        drawing.words(middle, look.sign, size=size, anchor="middle", colour="#ffffff")
    if step.hz:
        drawing.box((x, y + 36), (width, TONE), fill=INK)
        drawing.words((x, y + 60), f"{step.hz:.0f}", size=9, colour="#444444")


def _foot(drawing: Drawing, y: float, say: Callable[[str], str]) -> None:
    drawing.line((24, y), (WIDTH - 24, y), colour="#e2e2e2", width=1)
    for line, text in enumerate(
        (
            N_("Without an amber lamp amber is red: the rhythm says which signal it is."),
            N_("Green is lit for one thing only: the passage is stored on the gate's card."),
            N_("In quiet hours nothing sounds and everything lasts {factor} times as long."),
        )
    ):
        words = say(text).format(factor=f"{LENGTHENED:g}")
        drawing.words((24, y + 24 + 22 * line), words, size=13)
