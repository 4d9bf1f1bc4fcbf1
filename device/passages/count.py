"""How many people this door let in and has not let out.

A pure sum over the gate's own records, so that after a power cut it can be had again from the
journal: what the journal has, the count has. It knows no person and no file.
"""

from collections import OrderedDict

from wire.canonical import Document
from wire.record import Direction, Outcome, What

REMEMBERED = 512
"""Passages that can still be cancelled."""
STEPS = {Direction.IN: 1, Direction.OUT: -1}


class Count:
    """Entries less exits. At a place's only gate it never falls below nobody."""

    def __init__(self, own: int = 0) -> None:
        """Begin with `own`."""
        self.own = own
        self._steps: OrderedDict[int, int] = OrderedDict()

    def passed(self, seq: int, way: Direction, *, alone: bool) -> None:
        """Count the passage that record `seq` tells of.

        Where this gate is `alone`, an exit from an empty place was an entry that nobody saw. With
        sibling gates only the sum of all is a number of people, so one's own may be below zero.
        """
        step = STEPS[way]
        if alone and self.own + step < 0:
            step = 0
        self.own += step
        self._steps[seq] = step
        if len(self._steps) > REMEMBERED:
            self._steps.popitem(last=False)

    def cancelled(self, seq: int) -> None:
        """Take the passage of record `seq` back; harmless when repeated."""
        self.own -= self._steps.pop(seq, 0)

    def set(self, own: int) -> None:
        """Go on from `own`; what was counted before can't be cancelled any more."""
        self.own = own
        self._steps.clear()

    def follow(self, record: Document, *, alone: bool) -> None:
        """Count what a stored record of this gate says; whatever else it is, it changes nothing."""
        match record:
            case {"t": "scan", "told": _}:  # on paper: it is over
                pass
            case {"t": "scan", "outcome": Outcome.ACCEPTED, "seq": int(seq), "dir": way}:
                self.passed(seq, Direction(way), alone=alone)
            case {"t": "note", "what": What.CANCELLED, "data": {"seq": int(seq)}}:
                self.cancelled(seq)
            case {"t": "note", "what": What.COUNT, "data": {"own": int(own)}}:
                self.set(own)


def people(own: int, siblings: int = 0) -> int:
    """Return how many people are inside, as far as is known: never fewer than none."""
    return max(0, own + siblings)
