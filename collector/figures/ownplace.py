"""What the keeper of a place is told of it: their own count, exactly. Pure.

Whoever stands at the door has seen the same people. Nobody else is told by this.
"""

from collections.abc import Iterable

import msgspec

from collector.figures.tally import SLOTS_AN_HOUR, Tally, in_hour, local_slot


class Hour(msgspec.Struct, frozen=True):
    """One hour of today."""

    hour: int
    ins: int
    outs: int


class OwnPlace(msgspec.Struct, frozen=True):
    """How many people one place has had today."""

    inside: int
    ins: int
    outs: int
    hours: tuple[Hour, ...]
    """As far as the day has gone, those in which somebody came or went."""


def counted(gates: Iterable[str], tally: Tally, now_ms: int) -> OwnPlace:
    """Return what the gates of one place have counted today."""
    today, slot = local_slot(now_ms)
    days = [day for gate in gates if (day := tally.days.get(gate, {}).get(today)) is not None]
    found = [
        Hour(
            hour,
            sum(in_hour(day.ins, hour) for day in days),
            sum(in_hour(day.outs, hour) for day in days),
        )
        for hour in range(slot // SLOTS_AN_HOUR + 1)
    ]
    ins, outs = sum(each.ins for each in found), sum(each.outs for each in found)
    busy = tuple(each for each in found if each.ins or each.outs)
    return OwnPlace(max(0, ins - outs), ins, outs, busy)
