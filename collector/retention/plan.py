"""How far a journal goes: its records up to a local day, by their corrected times. Pure.

A journal is in the order in which its records were made, so what goes is its beginning. Hours that
lie whole on one side of midnight are not looked into; of the others each record is.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from collector.ledger.entries import Stamp
from collector.ledger.times import SLOT_MS, Slot, Times


class Span(msgspec.Struct, frozen=True):
    """The records of one hour, by seq, and what is known of their times."""

    first: int
    last: int
    earliest: int | None
    """The earliest that one of them can count as made; None if that depends on its arrival."""
    latest: int | None
    """The latest that one of them can count as made; None if that is its arrival."""


Stamps = Callable[[int, int], Sequence[Stamp]]
"""Returns the stamps of the records from a seq to another."""


def end_of(slots: Sequence[Slot], high: int, before_ms: int, stamps: Stamps) -> int:
    """Return the last seq that counts as made before a moment; 0 if none does.

    `slots` are the oldest hours, in order; the last of them may go on up to `high`.
    """
    times = Times(slots)
    end = 0
    unsure: list[Span] = []
    for span in _spans(slots, high, times):
        if span.latest is not None and span.latest < before_ms:
            end, unsure = span.last, []  # what came before it was made before it
        elif span.earliest is None or span.earliest < before_ms:
            unsure.append(span)
    if unsure:
        found = stamps(unsure[0].first, unsure[-1].last)
        end = max((each.seq for each in found if _made(times, each) < before_ms), default=end)
    return end


def _made(times: Times, stamp: Stamp) -> int:
    """Return when a record counts as made; one without a time of its own, when it came."""
    if stamp.boot is None or stamp.up is None:
        return stamp.received_ms
    return times.moment(stamp.boot, stamp.up, stamp.received_ms).ms


def _spans(slots: Sequence[Slot], high: int, times: Times) -> Iterator[Span]:
    for number, slot in enumerate(slots):
        last = slots[number + 1].first - 1 if number + 1 < len(slots) else high
        begin = times.interval(slot.boot, slot.slot * SLOT_MS)
        end = times.interval(slot.boot, (slot.slot + 1) * SLOT_MS - 1)
        if begin is None or end is None:
            yield Span(slot.first, last, None, None)
        elif begin[0] is None or end[0] is None:
            yield Span(slot.first, last, None, end[1])
        else:
            yield Span(slot.first, last, begin[0], (end[0] + end[1]) // 2)
