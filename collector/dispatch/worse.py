"""Whether the gates of a ring do worse under a new policy than they usually do. Pure.

Each share is held against what is usual at those gates at that hour, less a margin that was stated
before. It is worse only if chance would hardly do that, and only if not one gate alone is to blame
where several have the policy: one door fails by itself now and then, a policy fails everywhere.
"""

from collections.abc import Mapping

import msgspec

from collector.dispatch.entries import Limits, Measure, Why
from collector.dispatch.replay import share
from collector.figures import discretion
from collector.figures.chance import share_at_least, share_at_most

UNKNOWN = {Why.ACCEPTED: 0.8, Why.RETRIES: 0.15, Why.LATE: 0.1, Why.ALARMS: 0.1}
"""What is taken for usual where nothing was counted yet."""
SMOOTH = 20
"""So many codes of the kind above go into every usual share: a week without one refusal does not
make the first one a sign."""
SEVERAL = 2
"""Gates that must do worse, where so many or more have the policy."""


class Seen(msgspec.Struct, frozen=True):
    """What was counted somewhere for some time."""

    codes: int = 0
    accepted: int = 0
    retries: int = 0
    late: int = 0
    heard: int = 0
    """Gates, or hours of gates, that were heard."""
    alarmed: int = 0
    """With an alarm."""

    def __add__(self, other: "Seen") -> "Seen":
        """Return both together."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Seen(*(one + two for one, two in pairs))


def total(seen: Mapping[str, Seen]) -> Seen:
    """Return what all gates come to."""
    return sum(seen.values(), Seen())


def measured(now: Mapping[str, Seen], usual: Seen, limits: Limits) -> tuple[Measure, ...]:
    """Return each share of the gates that have the policy, and whether it is worse."""
    return (
        _less(now, usual, limits),
        _more(Why.RETRIES, limits.retries_rise, now, usual, limits),
        _more(Why.LATE, limits.late_rise, now, usual, limits),
        _more(Why.ALARMS, limits.alarms_rise, now, usual, limits),
    )


def usually(usual: Seen, why: Why) -> float:
    """Return what share is usual."""
    count, of = _parts(usual, why)
    return (count + SMOOTH * UNKNOWN[why]) / (of + SMOOTH)


def _less(now: Mapping[str, Seen], usual: Seen, limits: Limits) -> Measure:
    expected = usually(usual, Why.ACCEPTED)
    bound = max(0.0, expected - limits.accepted_drop)
    all_ = total(now)
    chance = share_at_most(all_.accepted, all_.codes, bound)
    low = [each for each in now.values() if each.codes and each.accepted / each.codes < bound]
    worse = all_.codes >= limits.least and chance < limits.chance and _several(now, len(low))
    return _told(Why.ACCEPTED, all_, expected, worse=worse)


def _more(why: Why, rise: float, now: Mapping[str, Seen], usual: Seen, limits: Limits) -> Measure:
    expected = usually(usual, why)
    bound = min(0.99, expected + rise)
    all_ = total(now)
    count, of = _parts(all_, why)
    each = [_parts(seen, why) for seen in now.values()]
    high = [1 for part, whole in each if whole and part / whole > bound]
    least = 1 if why is Why.ALARMS else limits.least
    chance = share_at_least(count, of, bound)
    worse = of >= least and chance < limits.chance and _several(now, len(high))
    if why is Why.LATE:  # one gate's network is no policy's doing, however long it is away
        worse = worse and len(high) >= SEVERAL
    return _told(why, all_, expected, worse=worse)


def _several(now: Mapping[str, Seen], worse: int) -> bool:
    """Say whether enough gates do worse for it to be the policy, and not one door."""
    watched = sum(1 for each in now.values() if each.codes or each.heard)
    return worse >= min(SEVERAL, watched)


def _parts(seen: Seen, why: Why) -> tuple[int, int]:
    match why:
        case Why.ACCEPTED:
            return seen.accepted, seen.codes
        case Why.RETRIES:
            return seen.retries, seen.codes
        case Why.LATE:
            return seen.late, seen.codes
    return seen.alarmed, seen.heard


def _told(why: Why, seen: Seen, expected: float, *, worse: bool) -> Measure:
    count, of = _parts(seen, why)
    usual = float(round(100 * expected))
    if why is Why.ALARMS:  # about gates, so exact
        return Measure(why, of, round(100 * count / of) if of else None, usual, worse)
    return Measure(why, discretion.nearly(of), share(count, of), usual, worse)
