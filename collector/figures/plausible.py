"""Whether what a gate counts is plausible: against its own past, and the others of today. Pure.

A gate that works may still see nobody: its lens is out of focus, its exit is blocked with a chair,
it was carried elsewhere. Nobody tells; the counts do. Each gate has at most one story, the worst.
"""

import enum
import math
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from collector.figures.chance import at_least, at_most, learnt_at_most
from collector.figures.tally import SLOT_MS, SLOTS, Day, Lag, Tally
from collector.figures.usual import WIDTHS, Usual, alike, moods, usual
from collector.localday import midnight
from collector.roster import Place, Roster

RARE_FEW: Mapping[int, float] = {2: 2e-6, 4: 2e-5, 8: 5e-4}
"""So unlikely must a low count of so many slots be: the more slots, the fewer looks that do not
overlap there are in a district's day."""
FEW_SHARE = 0.62
"""And no more than this share of what is usual: what differs by less is nobody's errand."""
RARE_ONE_WAY: Mapping[int, float] = {2: 3e-6, 4: 2e-5, 8: 1e-4}
RARE_RESTARTED = 2e-2
"""A gate is switched off to be carried elsewhere: after that less is enough, and few are."""
RESTARTED_LEAST, RESTARTED_SLOTS = 3, 10
RESTARTED_SHARES = (0.7, 1.4)
RARE_MANY = 2e-6
MANY_TIMES, MANY_MORE = 2.0, 10
OWN_LEAST, OWN_MOST = 0.85, 1.2
"""What a gate's own earlier hours may say of its day: more is no mood but a fault."""
RATIO_SURE = 100.0
"""People from whom a gate's share of exits is learnt at most: it is not the same on every day."""
JUST_NOW = 2
"""A place that has been closed for so many slots is not looked at."""
QUIET = 0.02
"""A slot with less than this share of the busiest one's is outside the hours."""
TOGETHER = 40.0
"""People at the other places of a kind that it takes before their mood is believed half."""
OFF_MS = 300_000
"""A clock is off if all live records say so, by more than this..."""
STEADY_MS = 180_000
"""...and agree: a backlog arrives late by ever less."""
CLOCK_RECORDS = 6
CLOCK_WIDTHS = (2, 6)


class Story(enum.StrEnum):
    """What is not plausible. The worst first."""

    SILENT = "silent"
    """Nobody, at an hour when there are always some."""
    FEW = "few"
    """Far fewer than usual."""
    EXITS = "exits-silent"
    """Entries as usual, and hardly any exits."""
    ENTRIES = "entries-silent"
    MANY = "many"
    """Far more than ever, or at hours when there is nobody: it may stand elsewhere."""
    MOVED = "moved"
    """Other counts than usual since it was switched off and on: it may stand elsewhere."""
    CLOCK = "clock-off"


class Finding(msgspec.Struct, frozen=True):
    """What is not plausible at one gate."""

    gate: str
    story: Story
    seen: int = 0
    usual: float = 0.0
    chance: float = 0.0
    """How likely that is by chance."""


class Past(msgspec.Struct, frozen=True):
    """What is usual on one day, at all gates."""

    day: int
    gates: Mapping[str, Usual]


def past(tally: Tally, roster: Roster, day: int) -> Past:
    """Return what is usual on `day`; some tenths of a second, once a day."""
    kinds: dict[str, dict[str, dict[int, Day]]] = {}
    for gate in roster.gates:
        if gate.gate in tally.days:
            kind = roster.place_of(gate.gate).kind
            kinds.setdefault(kind, {})[gate.gate] = tally.days[gate.gate]
    found: dict[str, Usual] = {}
    for gates in kinds.values():
        mood = moods(gates, day)
        known = {gate: usual(days, day, mood) for gate, days in gates.items()}
        found |= alike({gate: each for gate, each in known.items() if each is not None})
    return Past(day, found)


def implausible(
    tally: Tally, known: Past, roster: Roster, slot: int, alive: frozenset[str] | None = None
) -> dict[str, Finding]:
    """Return what is not plausible at the end of the quarter of an hour before `slot`.

    Only of gates that are `alive` (None: all): of the others it is known that something is wrong.
    """
    today = _Today(tally, known, roster)
    found: dict[str, Finding] = {}
    for gate in roster.gates:
        name = gate.gate
        if alive is not None and name not in alive:
            continue
        clock = off(tally.lags.get(name, {}), known.day, slot)
        if clock:
            found[name] = Finding(name, Story.CLOCK)
        elif name in known.gates and (first := next(today.findings(name, slot), None)):
            found[name] = first
    return found


def off(lags: Mapping[int, Lag], day: int, slot: int) -> bool:
    """Say whether the live records of the last half hour, or hour and a half, show a clock off."""
    end = midnight(day) // SLOT_MS + slot
    return any(
        _agree([lag for each in range(end - width, end) if (lag := lags.get(each))])
        for width in CLOCK_WIDTHS
    )


def _agree(last: list[Lag]) -> bool:
    count, doubtful = sum(lag.count for lag in last), sum(lag.doubtful for lag in last)
    if doubtful >= CLOCK_RECORDS and doubtful > 9 * count:
        return True
    sure = [lag for lag in last if lag.count]
    if count < CLOCK_RECORDS:
        return False
    least, most = min(lag.least_ms for lag in sure), max(lag.most_ms for lag in sure)
    return (least > OFF_MS or most < -OFF_MS / 5) and most - least < STEADY_MS


class _Today:
    """The counts of one day beside what is usual."""

    def __init__(self, tally: Tally, known: Past, roster: Roster) -> None:
        self._known, self._day = known, known.day
        self._days = {
            gate: tally.days.get(gate, {}).get(known.day) or Day() for gate in known.gates
        }
        self._starts = tally.starts
        self._places: dict[str, Place] = {gate: roster.place_of(gate) for gate in known.gates}
        self._moods: dict[tuple[str, tuple[int, ...]], dict[str, tuple[int, float]]] = {}

    def findings(self, gate: str, slot: int) -> Iterator[Finding]:
        """Yield what is not plausible, the worst first."""
        normal, day = self._known.gates[gate], self._days[gate]
        busiest = max(normal.both(each) for each in range(SLOTS))
        opened = [each for each in range(slot) if normal.both(each) > QUIET * busiest]
        for width in WIDTHS:
            if len(opened) >= width and slot - opened[-1] <= JUST_NOW:
                yield from self._few(gate, opened, width)
        yield from self._restarted(gate, opened)
        for width in WIDTHS[1:]:
            yield from _many(gate, normal, day, range(max(0, slot - width), slot))

    def _few(self, gate: str, opened: list[int], width: int) -> Iterator[Finding]:
        """Yield what is low in the last `width` of the slots in which the gate was open."""
        normal, day, window = self._known.gates[gate], self._days[gate], tuple(opened[-width:])
        mood, doubt = self._mood(gate, window)
        own, own_doubt = self._own(gate, tuple(opened[:-width]))
        ins, outs = (sum(row[each] for each in window) for row in (day.ins, day.outs))
        usual_ins, usual_outs = (
            mood * own * sum(row[each] for each in window) for row in (normal.ins, normal.outs)
        )
        both = usual_ins + usual_outs
        spread = _spread(normal, width, both, doubt + own_doubt)
        chance = at_most(ins + outs, both, spread)
        is_few = chance < RARE_FEW[width] and ins + outs < FEW_SHARE * both
        if is_few and not _one_way(ins, outs, usual_ins, usual_outs):
            yield Finding(gate, Story.FEW if ins + outs else Story.SILENT, ins + outs, both, chance)
        rare, days = RARE_ONE_WAY[width], normal.days
        past_ins, past_outs = (
            days * sum(row[each] for each in window) for row in (normal.ins, normal.outs)
        )
        yield from _lame(gate, Story.EXITS, (outs, past_outs), (ins, past_ins), rare)
        yield from _lame(gate, Story.ENTRIES, (ins, past_ins), (outs, past_outs), rare)

    def _own(self, gate: str, before: tuple[int, ...]) -> tuple[float, float]:
        """Return what the gate's own earlier hours say of its day, and how far off that may be."""
        normal, day = self._known.gates[gate], self._days[gate]
        weight = 1 / normal.daily**2
        if not before:
            return 1.0, 1 / weight
        mood, _ = self._mood(gate, before)
        usual_before = mood * sum(normal.both(each) for each in before)
        seen = sum(day.ins[each] + day.outs[each] for each in before)
        share = (seen + weight) / (usual_before + weight)
        return min(OWN_MOST, max(OWN_LEAST, share)), 1 / (usual_before + weight)

    def _restarted(self, gate: str, opened: list[int]) -> Iterator[Finding]:
        """Yield what differs either way since the gate was switched on, if that is not long."""
        begin = midnight(self._day) // SLOT_MS
        starts = [each - begin for each in self._starts.get(gate, ()) if each - begin in opened]
        since = [each for each in opened if each > max(starts)] if starts else []
        if not RESTARTED_LEAST <= len(since) <= RESTARTED_SLOTS:
            return
        normal, day, window = self._known.gates[gate], self._days[gate], tuple(since)
        mood, doubt = self._mood(gate, window)
        own, own_doubt = self._own(gate, tuple(each for each in opened if each < max(starts)))
        seen = sum(day.ins[each] + day.outs[each] for each in window)
        usual_seen = mood * own * sum(normal.both(each) for each in window)
        width = max(each for each in WIDTHS if each <= len(window))
        spread = _spread(normal, width, usual_seen, doubt + own_doubt)
        yield from _elsewhere(gate, seen, usual_seen, spread)

    def _mood(self, gate: str, window: tuple[int, ...]) -> tuple[float, float]:
        """Return the share of the usual that the others see, and how far off that may be."""
        place = self._places[gate]
        sums = self._sums(place.kind, window)
        seen = sum(count for name, (count, _) in sums.items() if name != place.id)
        expected = sum(mean for name, (_, mean) in sums.items() if name != place.id)
        share = (seen + TOGETHER) / (expected + TOGETHER)
        return min(2.0, max(0.02, share)), 1 / (expected + TOGETHER)

    def _sums(self, kind: str, window: tuple[int, ...]) -> dict[str, tuple[int, float]]:
        """Return by place of a kind how many were counted and how many are usual."""
        key = (kind, window)
        if key not in self._moods:
            sums: dict[str, tuple[int, float]] = {}
            for gate, place in self._places.items():
                if place.kind == kind:
                    count, mean = sums.get(place.id, (0, 0.0))
                    day, normal = self._days[gate], self._known.gates[gate]
                    count += sum(day.ins[each] + day.outs[each] for each in window)
                    mean += sum(normal.both(each) for each in window)
                    sums[place.id] = (count, mean)
            self._moods[key] = sums
        return self._moods[key]


def _spread(normal: Usual, width: int, mean: float, doubt: float) -> float:
    """Return how far a count may be from `mean` beyond chance, as a share."""
    once = normal.spread[width] ** 2
    learnt = (once + normal.daily**2) / normal.days + 1 / (1 + mean * normal.days)
    return math.sqrt(once + learnt + doubt)


def _lame(
    gate: str, story: Story, way: tuple[int, float], other: tuple[int, float], rare: float
) -> Iterator[Finding]:
    """Yield one way of a gate, if it has fallen far behind what the other way lets expect.

    Each is what was seen today, and at the same hours on all days from which the usual is known.
    """
    (seen, past_seen), (beside, past_beside) = way, other
    if not beside or not past_beside:
        return
    mean = past_seen * beside / past_beside
    known = min(1.0, RATIO_SURE / (past_seen + past_beside))
    chance = learnt_at_most(seen, seen + beside, known * past_seen, known * past_beside)
    if chance < rare and seen < mean / 3:
        yield Finding(gate, story, seen, mean, chance)


def _elsewhere(gate: str, seen: int, usual: float, spread: float) -> Iterator[Finding]:
    """Yield a count that differs either way, of a gate that was switched off just before."""
    low, high = RESTARTED_SHARES
    chance = 1.0
    if seen < low * usual:
        chance = at_most(seen, usual, spread)
    elif seen > high * usual:
        chance = at_least(seen, usual, spread)
    if chance < RARE_RESTARTED:
        yield Finding(gate, Story.MOVED, seen, usual, chance)


def _one_way(ins: int, outs: int, usual_ins: float, usual_outs: float) -> bool:
    """Say whether one way is as usual, and only the other is missing."""
    if min(usual_ins, usual_outs) < 4:  # one of the ways is not used anyway
        return False
    return ins > 0.75 * usual_ins or outs > 0.75 * usual_outs


def _many(gate: str, normal: Usual, day: Day, window: Iterable[int]) -> Iterator[Finding]:
    """Yield a count that this gate never has at this hour."""
    slots = tuple(window)
    count = sum(day.ins[each] + day.outs[each] for each in slots)
    mean = sum(normal.both(each) for each in slots) + 0.5
    if count < MANY_TIMES * mean + MANY_MORE:
        return
    chance = at_least(count, mean, max(0.25, 2 * normal.spread[WIDTHS[-1]]))
    if chance < RARE_MANY:
        yield Finding(gate, Story.MANY, count, mean, chance)
