"""Stays, paired from one person's sightings and the settings of the places, and nothing else. Pure.

The order in which sightings arrive does not matter: what comes late changes the stays to what they
would have been. An exit that was not seen lies between the entry and the first of: the next
sighting, closing time, the longest usual stay. The entry to an exit alone lies between the sighting
before, or the longest usual stay, and that exit.

Who seems to be at two distant places at once is marked, and then nothing is certain about how long
either stay was: one of them is another's.
"""

from collections.abc import Iterable, Mapping

from collector.localday import MINUTE_MS
from collector.trace import hours
from collector.trace.entries import Doubt, Flag, How, Setting, Sighting, Stay, Way
from collector.trace.order import NOWHERE, certain, ordered, setting, turned

TRAVEL_MS = 3 * MINUTE_MS
"""Nobody gets from one area to another in less."""


def stays(sightings: Iterable[Sighting], settings: Mapping[int, Setting]) -> tuple[Stay, ...]:
    """Return the stays of one person, by place and entry; no two of one place begin alike."""
    pairing = Pairing(turned(ordered(sightings), settings), settings)
    found: dict[tuple[int, int], Stay] = {}
    for each in pairing.stays():
        begin = each.in_lo
        while (each.place, begin) in found:
            begin -= 1
        found[each.place, begin] = each if begin == each.in_lo else _from(each, begin)
    return tuple(found[key] for key in sorted(found))


class Pairing:
    """The pairing of one person's sightings, which are in order."""

    def __init__(self, line: tuple[Sighting, ...], settings: Mapping[int, Setting]) -> None:
        """Find which entry goes with which exit."""
        self._line, self._settings = line, settings
        self._copied = self._hurried()
        self._exit_of: dict[int, int] = {}
        coming: dict[int, int] = {}
        for at in range(len(line) - 1, -1, -1):
            after = coming.get(line[at].place)
            if after is not None and self._belong(at, after):
                self._exit_of[at] = after
            coming[line[at].place] = at

    def stays(self) -> Iterable[Stay]:
        """Yield every stay."""
        exits = set(self._exit_of.values())
        for at, each in enumerate(self._line):
            if each.way is Way.IN:
                after = self._exit_of.get(at)
                yield self._left(at) if after is None else self._whole(at, after)
            elif at not in exits:
                yield self._unentered(at)

    def _belong(self, at: int, after: int) -> bool:
        """Say whether the entry and the next sighting at its place are of one stay.

        Not if the person was seen nearby in between; if only far away, the code is in two hands.
        """
        entry, leaving = self._line[at], self._line[after]
        if entry.way is not Way.IN or leaving.way is not Way.OUT:
            return False
        if leaving.at - entry.until > setting(entry.place, self._settings).longest_ms:
            return False
        between = range(at + 1, after)
        if not all(self._distant(entry, self._line[number]) for number in between):
            return False
        if between:
            self._copied |= {at, after, *between}
        return True

    def _hurried(self) -> set[int]:
        """Return which sightings follow one another faster than anybody can travel."""
        found: set[int] = set()
        for at in range(len(self._line) - 1):
            one, other = self._line[at], self._line[at + 1]
            is_sure = not (one.flags | other.flags) & Flag.ARRIVAL
            apart = max(one.until, other.until) - min(one.at, other.at)
            if is_sure and apart < TRAVEL_MS and self._distant(one, other):
                found |= {at, at + 1}
        return found

    def _distant(self, one: Sighting, other: Sighting) -> bool:
        areas = {setting(each.place, self._settings).area for each in (one, other)}
        return len(areas) == 2 and NOWHERE not in areas

    def _whole(self, at: int, after: int) -> Stay:
        entry, leaving = self._line[at], self._line[after]
        in_hi = min(entry.until, leaving.until)
        out_lo = max(entry.at, leaving.at)
        bounds = (entry.at, in_hi, out_lo, max(leaving.until, out_lo))
        return self._stay(entry.place, bounds, How.SEEN, (at, after))

    def _left(self, at: int) -> Stay:
        """Return a stay whose exit was not seen."""
        entry = self._line[at]
        here = setting(entry.place, self._settings)
        ends = [(entry.until + here.longest_ms, How.LONGEST)]
        closing = hours.closing(here.hours, entry.until)
        if closing is not None:
            ends.append((closing, How.CLOSING))
        later = (each for each in self._line[at + 1 :] if certain(entry, each))
        if (following := next(later, None)) is not None:
            ends.append((following.until, How.ELSEWHERE))
        latest, how = min(ends)
        latest = max(latest, entry.at)
        bounds = (entry.at, min(entry.until, latest), entry.at, latest)
        return self._stay(entry.place, bounds, how, (at,))

    def _unentered(self, at: int) -> Stay:
        """Return a stay whose entry was not seen."""
        leaving = self._line[at]
        earliest = leaving.at - setting(leaving.place, self._settings).longest_ms
        for each in reversed(self._line[:at]):
            if certain(each, leaving) and not each.flags & Flag.ARRIVAL:
                earliest = max(earliest, min(each.at, leaving.at))
                break
        bounds = (earliest, leaving.until, leaving.at, leaving.until)
        return self._stay(leaving.place, bounds, How.UNENTERED, (at,))

    def _stay(
        self, place: int, bounds: tuple[int, int, int, int], how: How, seen: tuple[int, ...]
    ) -> Stay:
        doubts = Doubt(0)
        if not self._copied.isdisjoint(seen):
            doubts |= Doubt.COPIED
        if any(self._is_unsure(at) for at in seen):
            doubts |= Doubt.UNSURE
        in_lo, in_hi, out_lo, out_hi = bounds
        is_told = any(self._line[at].flags & Flag.PAPER for at in seen)
        if doubts and how is not How.UNENTERED:
            out_lo = in_lo
        return Stay(
            place, in_lo, in_hi, out_lo, out_hi, how, doubts | Doubt.PAPER if is_told else doubts
        )

    def _is_unsure(self, at: int) -> bool:
        """Say whether a sighting's time has no bounds, or its order among the others is a guess."""
        if self._line[at].flags & Flag.ARRIVAL:
            return True
        around = range(max(0, at - 1), min(len(self._line), at + 2) - 1)
        return not all(certain(self._line[each], self._line[each + 1]) for each in around)


def _from(stay: Stay, begin: int) -> Stay:
    """Return the stay with an earlier beginning."""
    out_lo = begin if stay.out_lo == stay.in_lo else stay.out_lo
    return Stay(stay.place, begin, stay.in_hi, out_lo, stay.out_hi, stay.how, stay.doubts)
