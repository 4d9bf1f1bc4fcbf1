"""What the keeper of a place is told of it: their own count, exactly. Pure.

Whoever stands at the door has seen the same people. Nobody else is told by this.
"""

from collections.abc import Collection

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
    """With those who came before midnight and have not left yet."""
    ins: int
    outs: int
    hours: tuple[Hour, ...]
    """As far as the day has gone, those in which somebody came or went."""


def counted(gates: Collection[str], tally: Tally, now_ms: int, longest_min: int) -> OwnPlace:
    """Return what the gates of one place have counted today; `longest_min` is its longest stay."""
    today, slot = local_slot(now_ms)
    days = [day for gate in gates if (day := tally.days.get(gate, {}).get(today)) is not None]
    inside = sum(tally.inside(gate, now_ms, longest_min) for gate in gates)
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
    return OwnPlace(max(0, inside), ins, outs, busy)
