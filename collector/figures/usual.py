"""What is usual at a gate, from its own past. Pure.

A gate's weekdays are alike, and so are its Saturdays and its Sundays. A day on which all places of
a kind saw few (rain, a holiday) is not held against any of their gates.
"""

import math
from array import array
from collections.abc import Mapping
from statistics import median

import msgspec

from collector.figures.tally import SLOTS, Day, weekday

LEAST_DAYS = 3
"""Of one kind; with fewer nothing is known to be usual."""
PAST_DAYS = 28
CLOSED_SHARE = 0.25
"""A day with less than this share of the usual was no usual day."""
WIDTHS = (2, 4, 8)
"""Quarters of an hour that are looked at together: half an hour, one, two."""
LEAST_SPREAD, MOST_SPREAD = 0.08, 0.5
LEAST_DAILY = 0.03
LEAST_MEAN = 8.0
"""Of fewer people nothing can be said about their spread."""


class Usual(msgspec.Struct, frozen=True):
    """What one gate usually counts on a kind of day."""

    ins: tuple[float, ...]
    outs: tuple[float, ...]
    spread: Mapping[int, float]
    """How much the counts of so many slots differ from their day, beyond chance, as a share."""
    daily: float
    """How much a day differs from the others of its kind."""
    days: int

    def both(self, slot: int) -> float:
        """Return how many pass in a quarter of an hour."""
        return self.ins[slot] + self.outs[slot]


Days = Mapping[int, Day]


def kind(day: int) -> int:
    """Return which kind of day it is: weekday, Saturday, Sunday."""
    return max(0, weekday(day) - 4)


def moods(gates: Mapping[str, Days], day: int) -> dict[int, float]:
    """Return, for each of the days before `day`, the share of the usual that these gates saw.

    The gates are those of one kind of place: their median says how the day was for all.
    """
    seen: dict[int, list[float]] = {}
    for days in gates.values():
        totals = {each: total(found) for each, found in _past(days, day).items()}
        for group in range(3):
            own = {each: count for each, count in totals.items() if kind(each) == group}
            middle = median(own.values()) if own else 0
            for each, count in own.items() if middle else ():
                seen.setdefault(each, []).append(count / middle)
    return {each: median(shares) for each, shares in seen.items()}


def usual(days: Days, day: int, mood: Mapping[int, float]) -> Usual | None:
    """Return what is usual on a day like `day`; None if too little is known."""
    same = {each: found for each, found in _past(days, day).items() if kind(each) == kind(day)}
    totals = {each: total(found) for each, found in same.items()}
    middle = median(totals.values()) if totals else 0
    shares = {each: max(mood.get(each, 1.0), 0.05) for each in same}
    kept = [
        each
        for each in same
        if shares[each] > CLOSED_SHARE and totals[each] >= CLOSED_SHARE * middle * shares[each]
    ]
    if len(kept) < LEAST_DAYS or not middle:
        return None
    ins = _mean([(same[each].ins, shares[each]) for each in kept])
    outs = _mean([(same[each].outs, shares[each]) for each in kept])
    means = [one + other for one, other in zip(ins, outs, strict=True)]
    ratios = [totals[each] / (shares[each] * sum(means)) for each in kept]
    rows = [
        (_both(same[each]), shares[each] * ratio) for each, ratio in zip(kept, ratios, strict=True)
    ]
    spread = {width: _spread(rows, means, width) for width in WIDTHS}
    return Usual(ins, outs, spread, _daily(ratios, sum(means)), len(kept))


def total(day: Day) -> int:
    """Return how many passed on a day."""
    return sum(day.ins) + sum(day.outs)


def _past(days: Days, day: int) -> dict[int, Day]:
    return {each: found for each, found in days.items() if day - PAST_DAYS <= each < day}


def _mean(rows: list[tuple["array[int]", float]]) -> tuple[float, ...]:
    """Return the mean by slot, smoothed a little: buses are not punctual."""
    weighed = [[count / share for count in row] for row, share in rows]
    plain = [sum(slot) / len(rows) for slot in zip(*weighed, strict=True)]
    edges = [0.0, *plain, 0.0]
    return tuple(
        0.25 * edges[slot] + 0.5 * edges[slot + 1] + 0.25 * edges[slot + 2] for slot in range(SLOTS)
    )


def _both(day: Day) -> list[int]:
    return [one + other for one, other in zip(day.ins, day.outs, strict=True)]


def _daily(ratios: list[float], mean: float) -> float:
    """Return how much whole days differ from their mean, beyond chance."""
    wide = sum((ratio - 1) ** 2 for ratio in ratios) / (len(ratios) - 1)
    return min(MOST_SPREAD, max(LEAST_DAILY, math.sqrt(max(0.0, wide - 1 / mean))))


def _spread(counts: list[tuple[list[int], float]], means: list[float], width: int) -> float:
    excess, weight = 0.0, 0.0
    for begin in range(0, SLOTS, width):
        mean = sum(means[begin : begin + width])
        if mean < LEAST_MEAN:
            continue
        for seen, share in counts:
            ratio = sum(seen[begin : begin + width]) / (mean * share)
            excess += mean * ((ratio - 1) ** 2 - 1 / (mean * share))
            weight += mean
    if not weight:
        return MOST_SPREAD
    # The mean was made from the same days, so they differ from it less than another day will.
    wider = len(counts) / max(1, len(counts) - 1)
    return min(MOST_SPREAD, max(LEAST_SPREAD, math.sqrt(max(0.0, wider * excess / weight))))


def alike(gates: Mapping[str, Usual]) -> dict[str, Usual]:
    """Return the gates of one kind of place, each with at least the spread that is usual of them.

    A few days say little about how much a gate differs from day to day; all of its kind say more.
    """
    if not gates:
        return {}
    common = {width: median(each.spread[width] for each in gates.values()) for width in WIDTHS}
    daily = median(each.daily for each in gates.values())
    return {
        gate: msgspec.structs.replace(
            each,
            spread={width: max(each.spread[width], common[width]) for width in WIDTHS},
            daily=max(each.daily, daily),
        )
        for gate, each in gates.items()
    }
