"""Which gates get a policy when. Pure: values and the time in, a decision out."""

import enum
import math
from itertools import pairwise

import msgspec

from collector.dispatch.entries import MINUTE_MS, Limits, Measure, Rollout

LAST = 3
"""The ring that has all gates."""


class Step(enum.StrEnum):
    """What to do with a rollout now."""

    WAIT = "wait"
    WIDEN = "widen"
    END = "end"
    BACK = "back"


class Watched(msgspec.Struct, frozen=True):
    """What is known of the gates that the ring has added, and of all that were given the policy."""

    first_ms: int
    """When the first of the added said that it goes by it; 0: none has."""
    codes: int
    """Shown at them since."""
    took: int
    """How many of them go by it."""
    added: int
    measures: tuple[Measure, ...]
    """Of all that were given it."""


def rings(order: tuple[str, ...], limits: Limits) -> tuple[tuple[str, ...], ...]:
    """Return which gates each ring adds: a few, some of all, all; an empty one is left out."""
    second = max(limits.first, math.ceil(len(order) * limits.second_percent / 100))
    cuts = (0, min(limits.first, len(order)), min(second, len(order)), len(order))
    return tuple(order[begin:end] for begin, end in pairwise(cuts))


def given(order: tuple[str, ...], limits: Limits, ring: int) -> tuple[str, ...]:
    """Return the gates that have it in a ring and those before."""
    return tuple(gate for added in rings(order, limits)[:ring] for gate in added)


def following(order: tuple[str, ...], limits: Limits, ring: int) -> int:
    """Return the next ring that adds a gate; 0 after the last."""
    found = rings(order, limits)
    return next((n for n in range(ring + 1, LAST + 1) if found[n - 1]), 0)


def decide(rollout: Rollout, watched: Watched, now_ms: int) -> Step:
    """Say what is next. Worse comes before all; a ring widens only on what was seen in it."""
    if any(each.worse for each in watched.measures):
        return Step.BACK
    limits = rollout.limits
    soaked = watched.first_ms and now_ms - watched.first_ms >= limits.soak_min * MINUTE_MS
    most = 2 * watched.took >= watched.added
    if not soaked or not most or watched.codes < limits.people:
        return Step.WAIT
    return Step.WIDEN if following(rollout.order, limits, rollout.ring) else Step.END
