"""How many went in and out at each gate, by the quarter of an hour. No file, no clock.

A passage counts where its own time lies; where its gate's clock says nothing, or what cannot be, it
counts where it was received. What was on paper counts where the paper says.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator

import msgspec

from collector.ledger.entries import STARTED, Glance
from collector.localday import DAY_MS, ZONE_MS, midnight
from wire.record import ClockState, Direction, Outcome

SLOT_MS = 900_000
SLOTS = 96
"""In a day."""
SLOTS_AN_HOUR = 4
SLOT_MIN = 60 // SLOTS_AN_HOUR
AHEAD_MS = 60_000
"""A record cannot have been made after it was received; a clock may be so far off all the same."""
KEPT_DAYS = 35


class Day:
    """One gate's day: three rows of 96 counts."""

    __slots__ = ("ins", "outs", "refused")

    def __init__(self) -> None:
        """Begin with nobody."""
        self.ins, self.outs, self.refused = (array("i", bytes(4 * SLOTS)) for _ in range(3))

    def rows(self) -> tuple["array[int]", "array[int]", "array[int]"]:
        """Return them in the order in which they are stored."""
        return self.ins, self.outs, self.refused


class Lag(msgspec.Struct):
    """How far behind a gate's own stamps its records arrived, in one quarter of an hour."""

    count: int = 0
    least_ms: int = 0
    most_ms: int = 0
    doubtful: int = 0
    """Records whose clock says nothing."""


class Tally:
    """The counts of all gates."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self.days: dict[str, dict[int, Day]] = {}
        """By gate and local day (an ordinal since 1970)."""
        self.lags: dict[str, dict[int, Lag]] = {}
        """By gate and the quarter of an hour of their arrival since 1970; the latest only."""
        self.starts: dict[str, set[int]] = {}
        """By gate, the quarters of an hour since 1970 in which it was switched on; the latest."""
        self.changed: set[tuple[str, int, int]] = set()
        """(gate, day, slot) counted since somebody last took note and emptied it."""

    def add(self, glances: Iterable[Glance]) -> None:
        """Count passages."""
        for each in glances:
            if each.outcome == STARTED:
                self.starts.setdefault(each.gate, set()).add(each.received // SLOT_MS)
                continue
            if not each.told:
                self._lag(each)
            day, slot = divmod(_made_ms(each) + ZONE_MS, DAY_MS)
            slot //= SLOT_MS
            counts = self.day(each.gate, day)
            row = counts.refused
            if each.outcome == Outcome.ACCEPTED:
                row = counts.ins if each.dir == Direction.IN else counts.outs
            row[slot] = max(0, row[slot] + (-1 if each.undone else 1))
            self.changed.add((each.gate, day, slot))

    def day(self, gate: str, day: int) -> Day:
        """Return the counts of a gate's day, to be read or written."""
        days = self.days.setdefault(gate, {})
        if day not in days:
            days[day] = Day()
        return days[day]

    def inside(self, gate: str, now_ms: int, longest_min: int) -> int:
        """Return how many more came in than went out since midnight, or in the longest stay.

        Who came to a wedding is inside at midnight too; who came before the longest usual stay is
        taken to have left, whether a gate saw it or not. Below zero where an entry was not seen.
        """
        today, slot = local_slot(now_ms)
        begin = today * SLOTS + min(0, slot + 1 - -(-longest_min // SLOT_MIN))
        total = 0
        for day in range(begin // SLOTS, today + 1):
            found = self.days.get(gate, {}).get(day)
            if found is not None:
                first = max(0, begin - day * SLOTS)
                total += sum(found.ins[first:]) - sum(found.outs[first:])
        return total

    def sees_exits(self, gate: str, ways: Collection[Direction], day: int) -> bool:
        """Say whether a gate counts who goes out: it serves that way, or has seen it on `day`."""
        found = self.days.get(gate, {}).get(day)
        return Direction.OUT in ways or (found is not None and any(found.outs))

    def forget(self, day: int) -> None:
        """Drop what is older than is looked at on `day`."""
        for days in self.days.values():
            for old in [each for each in days if each < day - KEPT_DAYS]:
                del days[old]
        edge = midnight(day) // SLOT_MS
        for lags in self.lags.values():
            for slot in [each for each in lags if each < edge]:
                del lags[slot]
        for slots in self.starts.values():
            slots -= {each for each in slots if each < edge}

    def _lag(self, each: Glance) -> None:
        lags = self.lags.setdefault(each.gate, {})
        lag = lags.setdefault(each.received // SLOT_MS, Lag())
        if each.clock == ClockState.UNSYNCED:
            lag.doubtful += 1
            return
        behind_ms = each.received - each.wall
        lag.least_ms = min(lag.least_ms, behind_ms) if lag.count else behind_ms
        lag.most_ms = max(lag.most_ms, behind_ms) if lag.count else behind_ms
        lag.count += 1


def _made_ms(each: Glance) -> int:
    if each.received - KEPT_DAYS * DAY_MS < each.told <= each.received + AHEAD_MS:
        return each.told
    is_told = each.clock != ClockState.UNSYNCED and 0 < each.wall <= each.received + AHEAD_MS
    return each.wall if is_told else each.received


def local_slot(now_ms: int) -> tuple[int, int]:
    """Return the local day and the quarter of an hour in it."""
    day, rest = divmod(now_ms + ZONE_MS, DAY_MS)
    return day, rest // SLOT_MS


def in_hour(row: "array[int]", hour: int) -> int:
    """Return what the four slots of an hour of the day come to."""
    return sum(row[hour * SLOTS_AN_HOUR : (hour + 1) * SLOTS_AN_HOUR])


def weekday(day: int) -> int:
    """Return the day of the week of a local day; Monday is 0."""
    return (day + 3) % 7


def sums(days: Iterable[Day]) -> Iterator[tuple[int, int, int]]:
    """Yield what several days come to, slot by slot."""
    rows = [day.rows() for day in days]
    for slot in range(SLOTS):
        ins, outs, refused = (sum(row[which][slot] for row in rows) for which in range(3))
        yield ins, outs, refused
