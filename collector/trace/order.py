"""One person's sightings in the order in which they were made, whatever order they came in. Pure.

Nothing was made after what follows it in its own journal, but what was written on paper. Between
journals the middle of the time
decides; where the times overlap, the order is not certain, and that is said.
"""

from collections.abc import Iterable, Mapping

import msgspec

from collector.trace.entries import Flag, Setting, Sighting, Way


def ordered(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Return each sighting once, in order, without those after which nobody passed."""
    each_once = {
        (each.mark, each.seq): each for each in sightings if not each.flags & Flag.CANCELLED
    }
    middles: dict[tuple[int, int], int] = {}
    following: dict[int, int] = {}
    for key in sorted(each_once, reverse=True):
        each = each_once[key]
        if each.flags & Flag.PAPER:
            middles[key] = each.at + each.span // 2
            continue
        middle = min(each.at + each.span // 2, following.get(each.mark, each.until))
        middles[key] = following[each.mark] = middle
    return tuple(each_once[key] for key in sorted(each_once, key=lambda key: (middles[key], *key)))


def turned(line: tuple[Sighting, ...], settings: Mapping[int, Setting]) -> tuple[Sighting, ...]:
    """Return the sightings with the ways that doors for both ways had to guess.

    A door knows only what it saw itself; a place with several doors, and the other places, know
    more. Whoever was last seen coming in here, no longer ago than people stay, goes out.
    """
    found: list[Sighting] = []
    for each in line:
        if each.flags & Flag.INFERRED:
            is_inside = bool(found) and _is_inside(found[-1], each, settings)
            way = Way.OUT if is_inside else Way.IN
            found.append(msgspec.structs.replace(each, way=way))
        else:
            found.append(each)
    return tuple(found)


def _is_inside(last: Sighting, now: Sighting, settings: Mapping[int, Setting]) -> bool:
    is_here = last.place == now.place and last.way is Way.IN
    return is_here and now.at - last.until <= setting(now.place, settings).longest_ms


def certain(before: Sighting, after: Sighting) -> bool:
    """Say whether the one was certainly made before the other."""
    both = before.flags | after.flags
    if before.mark == after.mark and not both & Flag.PAPER:
        return before.seq < after.seq
    return not both & Flag.ARRIVAL and before.until <= after.at


def setting(place: int, settings: Mapping[int, Setting]) -> Setting:
    """Return what goes at a place; one that the roster no longer has is near to every other."""
    return settings.get(place) or Setting(place, area=NOWHERE)


NOWHERE = 0
"""The area of a place of which it is not known where it is."""
