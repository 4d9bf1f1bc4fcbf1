"""What was seen on the wires beside what the table of patterns says."""

from collections.abc import Sequence
from typing import NamedTuple

from device.flow import Signal
from device.gpio.patterns import PATTERNS, Step
from device.pinout.pins import Pins

SLACK_S, STRETCH = 0.060, 1.6
"""By how much a step may be longer than the table says, on a machine that is emulated on a busy
one: only the order, and that nothing is missing or too much, is exact."""

TOGETHER_S = 0.045
"""Lamps that change together are switched one after the other, and an emulated machine may be kept
waiting in between. Nothing in the table is so short; tests/device/gpio/test_board.py sees each of
those changes, in its order."""


class Lit(NamedTuple):
    """Lamps that were on together, and for how long."""

    colours: frozenset[str]
    seconds: float


def expected(signal: Signal, pins: Pins) -> list[Lit]:
    """Return what the lamps of a door with these pins have to show, dark times included."""
    shown: list[Lit] = []
    for step in PATTERNS[signal]:
        colours = _colours(step, pins)
        if shown and shown[-1].colours == colours:
            shown[-1] = Lit(colours, shown[-1].seconds + step.ms / 1000)
        else:
            shown.append(Lit(colours, step.ms / 1000))
    while shown and not shown[-1].colours:
        shown.pop()
    while shown and not shown[0].colours:
        shown.pop(0)
    return shown


def _colours(step: Step, pins: Pins) -> frozenset[str]:
    on = {name for name in ("green", "red", "amber") if getattr(step, name)}
    if "amber" in on and pins.mixed:
        on = on - {"amber"} | {"green", "red"}
    elif "amber" in on and pins.amber is None:
        on = on - {"amber"} | {"red"}
    return frozenset(on)


def observed(levels: Sequence[tuple[float, int]], pins: Pins) -> list[Lit]:
    """Return what the lamps showed, from changes of level; pins change one after the other."""
    lamps = {"green": pins.green, "red": pins.red, "amber": pins.amber}
    rest = not pins.lamps_active_high
    shown: list[Lit] = []
    for (since, bits), (until, _) in zip(levels, [*levels[1:], levels[-1]], strict=True):
        colours = frozenset(
            name
            for name, pin in lamps.items()
            if pin is not None and bool(bits >> pin & 1) is not rest
        )
        if shown and (shown[-1].colours == colours or until - since < TOGETHER_S):
            shown[-1] = Lit(shown[-1].colours, shown[-1].seconds + until - since)
        else:
            shown.append(Lit(colours, until - since))
    return _merged(shown)


def _merged(shown: list[Lit]) -> list[Lit]:
    """Drop the dark at both ends, and join what is the same."""
    joined: list[Lit] = []
    for each in shown:
        if joined and joined[-1].colours == each.colours:
            joined[-1] = Lit(each.colours, joined[-1].seconds + each.seconds)
        else:
            joined.append(each)
    while joined and not joined[-1].colours:
        joined.pop()
    while joined and not joined[0].colours:
        joined.pop(0)
    return joined


def wrong(seen: list[Lit], table: list[Lit]) -> int:
    """Return how many edges are not as the table says: missing, too many, other, or mistimed."""
    count = abs(len(seen) - len(table))
    for was, should in zip(seen, table, strict=False):
        shortest = should.seconds / STRETCH - SLACK_S
        longest = should.seconds * STRETCH + SLACK_S
        in_time = shortest <= was.seconds <= longest
        count += was.colours != should.colours or not in_time
    return count
