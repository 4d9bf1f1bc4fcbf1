"""What the keeper of a place is told of it: their own count, exactly. Pure.

Whoever stands at the door has seen the same people. Nobody else is told by this.
"""

from collections.abc import Collection, Mapping

import msgspec

from collector.figures.tally import SLOTS_AN_HOUR, Tally, in_hour, local_slot
from wire.record import Direction


class Hour(msgspec.Struct, frozen=True):
    """One hour of today."""

    hour: int
    ins: int
    outs: int


class OwnPlace(msgspec.Struct, frozen=True):
    """How many people one place has had today."""

    inside: int | None
    """With those who came before midnight and have not left yet; None: no gate sees who leaves."""
    ins: int
    outs: int
    hours: tuple[Hour, ...]
    """As far as the day has gone, those in which somebody came or went."""


def counted(
    gates: Mapping[str, Collection[Direction]], tally: Tally, now_ms: int, longest_min: int
) -> OwnPlace:
    """Return what the gates of one place have counted today.

    `gates` says which ways each serves; `longest_min` is the place's longest stay.
    """
    today, slot = local_slot(now_ms)
    is_known = any(tally.sees_exits(gate, ways, today) for gate, ways in gates.items())
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
    return OwnPlace(max(0, inside) if is_known else None, ins, outs, busy)
