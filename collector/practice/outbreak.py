"""Who fell ill in the practice district, and whom they truly met: the solution. Pure.

The truth is known here, scans are not needed for it; what a trace finds differs from it exactly by
what gates did not see, and that is what there is to practise.
"""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from collector.localday import MINUTE_MS, day_of
from collector.practice.crowd import SPOTS, Presence, Town


class Truth(msgspec.Struct, frozen=True):
    """One contact, as it truly was."""

    body: int
    minutes: int
    """Of the day on which it was longest."""
    spots: tuple[str, ...]
    unseen: bool
    """A gate missed an exit on the way: the trace can only say bounds."""


class Outbreak(msgspec.Struct, frozen=True):
    """The exercise: who is ill, since when, and the solution."""

    index: int
    """In the town's list of people."""
    from_ms: int
    until_ms: int
    contacts: tuple[Truth, ...]
    """The longest first."""


def outbreak(town: Town, from_ms: int, until_ms: int, min_minutes: int = 15) -> Outbreak:
    """Let somebody with an ordinary life fall ill; return whom they met within the window."""
    within = [each for each in town.presences if from_ms <= each.came_ms < until_ms]
    index = _ordinary(within)
    mine = [each for each in within if each.body == index]
    met: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    spots: dict[int, set[str]] = defaultdict(set)
    unseen: dict[int, bool] = defaultdict(bool)
    for own, other, minutes in _meetings(mine, within):
        met[other.body][day_of(own.came_ms)] += minutes
        spots[other.body].add(SPOTS[own.spot].name)
        unseen[other.body] |= not (own.seen_leaving and other.seen_leaving)
    found = [
        Truth(body, max(days.values()), tuple(sorted(spots[body])), unseen[body])
        for body, days in met.items()
        if max(days.values()) >= min_minutes
    ]
    ranked = sorted(found, key=lambda each: (-each.minutes, each.body))
    return Outbreak(index, from_ms, until_ms, tuple(ranked))


def _ordinary(within: list[Presence]) -> int:
    """Return who was at the most different places: the first of them."""
    places: dict[int, set[int]] = defaultdict(set)
    for each in within:
        places[each.body].add(each.spot)
    return max(places, key=lambda body: (len(places[body]), -body))


def _meetings(
    mine: list[Presence], within: list[Presence]
) -> Iterator[tuple[Presence, Presence, int]]:
    """Yield every time that the index person and somebody else were at one place together."""
    for own in mine:
        for other in within:
            if other.spot != own.spot or other.body == own.body:
                continue
            together = min(own.left_ms, other.left_ms) - max(own.came_ms, other.came_ms)
            if together > 0:
                yield own, other, together // MINUTE_MS
