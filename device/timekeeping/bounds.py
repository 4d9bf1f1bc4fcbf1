"""What receipts prove about the time. Pure.

A boot clock runs evenly within one boot, so one number is looked for: what to add to the time since
boot to get the time. The collector signs a receipt when it commits a record, by its own clock. That
was after the record was made and before the receipt was here: so the number lies between two that
are known. Whoever holds a receipt back, or shows an old one again, makes the two lie farther apart,
and can make neither wrong.
"""

from collections import deque

import msgspec

DRIFT_PPM = 100
"""A boot clock is off by no more than so many parts in a million."""
SIGNERS_MS = 1_000
"""Workers of one collector, and their time server, agree to so much."""
MOST_MADE = 4_096


class Bounds(msgspec.Struct, frozen=True):
    """`lo` <= time - up <= `hi`, in ms, as it was known at `up_ms`."""

    lo: int
    hi: int | None
    """None while nothing says how late it can be."""
    up_ms: int

    def at(self, up_ms: int) -> "Bounds":
        """Return what is left of it at another moment of the same boot."""
        drift = -(-abs(up_ms - self.up_ms) * DRIFT_PPM // 1_000_000)
        return Bounds(self.lo - drift, None if self.hi is None else self.hi + drift, up_ms)

    def joined(self, newer: "Bounds") -> "Bounds":
        """Return both together; where they contradict each other, the newer alone."""
        old = self.at(newer.up_ms)
        lo = max(old.lo, newer.lo)
        his = [each.hi for each in (old, newer) if each.hi is not None]
        hi = min(his, default=None)
        return Bounds(lo, hi, newer.up_ms) if hi is None or lo <= hi else newer

    @property
    def width_ms(self) -> int | None:
        """Return how far apart the two are; None if one is missing."""
        return None if self.hi is None else self.hi - self.lo

    @property
    def middle(self) -> int:
        """Return the best guess."""
        return self.lo if self.hi is None else (self.lo + self.hi) // 2


class Made:
    """When which records of a journal were not there yet."""

    def __init__(self) -> None:
        """Know of none."""
        self._journal, self._last, self._looked_ms = "", 0, 0
        self._spans: deque[tuple[int, int, int]] = deque(maxlen=MOST_MADE)
        """First and last record of a few, and a time in ms since boot at which none was there."""

    def look(self, journal: str, last: int, up_ms: int) -> None:
        """Take note of how far the journal has come; to be called often."""
        if journal != self._journal:
            self._journal = journal
            self._spans.clear()
        elif last > self._last:
            self._spans.append((self._last + 1, last, self._looked_ms))
        self._last, self._looked_ms = last, up_ms

    def before(self, journal: str, seq: int) -> int | None:
        """Return a time since boot, in ms, at which record `seq` was not there; None if unknown.

        What it knows of the records before `seq` it forgets.
        """
        if journal != self._journal:
            return None
        while self._spans and self._spans[0][1] < seq:
            self._spans.popleft()
        if not self._spans or self._spans[0][0] > seq:
            return None
        return self._spans[0][2]


def proved(time_ms: int, before_ms: int | None, arrived_ms: int) -> Bounds:
    """Return what a receipt signed at `time_ms` proves.

    Its last record was not there yet at `before_ms` (None: not known), and it was here at
    `arrived_ms`, both in ms since boot.
    """
    hi = None if before_ms is None else time_ms - before_ms + SIGNERS_MS
    return Bounds(time_ms - arrived_ms - SIGNERS_MS, hi, arrived_ms)
