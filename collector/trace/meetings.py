"""How long two people were at one place together: at least, and at most. Pure.

Whatever was not seen is taken at its worst for each of the two: the exit that nobody saw, the
clock, and the gate that did not work, by which either can have gone out and come in again.
"""

from collections.abc import Sequence

import msgspec

from collector.trace.entries import Doubt, Stay

NEVER = 2**62
Break = tuple[int, int]
"""From when until when a gate of the place was down or blind."""


class Absence(msgspec.Struct, frozen=True):
    """When one stay may have been interrupted unseen: from the first break in it to the last.

    Who goes out in one break may come back in another. `before` and `after` are the breaks next to
    the stay: whoever else was there longer may have used them.
    """

    before: int = 0
    """The end of the last break before the stay; 0 for none."""
    first: int = 0
    last: int = 0
    """The beginning of the first break in the stay and the end of the last; 0 for none."""
    after: int = NEVER
    """The beginning of the first break after the stay."""


def absence(stay: Stay, breaks: Sequence[Break]) -> Absence:
    """Return when a stay may have been interrupted."""
    inside = [each for each in breaks if each[0] < stay.out_lo and each[1] > stay.in_hi]
    return Absence(
        before=max((end for _, end in breaks if end <= stay.in_hi), default=0),
        first=min((begin for begin, _ in inside), default=0),
        last=max((end for _, end in inside), default=0),
        after=min((begin for begin, _ in breaks if begin >= stay.out_lo), default=NEVER),
    )


def bounds(
    index: Stay, other: Stay, window: tuple[int, int], margin_ms: int, away: Absence
) -> tuple[int, int]:
    """Return the least and the most time, in ms, that they were there together in the window.

    `margin_ms` is how long it still counts after the index person has left; `away` is of the index
    person's stay.
    """
    since, until = window
    begin = max(index.in_lo, other.in_lo, since)
    end = min(index.out_hi + margin_ms, other.out_hi, until)
    most = max(0, end - begin)
    if (index.doubts | other.doubts) & ~Doubt.PAPER:
        return 0, most
    begin = max(index.in_hi, other.in_hi, since)
    end = min(index.out_lo + margin_ms, other.out_lo, until)
    came_before, left_after = other.in_hi < away.before, other.out_lo > away.after
    if left_after:  # and may have gone by it, which matters where a margin goes on beyond it
        end = min(end, away.after)
    if came_before and left_after:
        return 0, most
    if came_before:
        return max(0, end - max(begin, away.last)), most
    if left_after and away.last:
        return max(0, min(end, away.first) - begin), most
    return max(0, min(end, away.first) - begin) + max(0, end - max(begin, away.last)), most
