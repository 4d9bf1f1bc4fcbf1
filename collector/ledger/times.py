"""When a record was made, as nearly as can be told: a time with a bound, from anchors. Pure.

No stamp is rewritten. A gate's boot clock (`up`) runs evenly within one boot, so one number is
looked for: what to add to `up` to get the time. It is bounded by

- what the gate's wall clock said while a time server or receipts of ours kept it right,
- what our receipts have proved to the gate, as it notes it,
- arrival: no record was made after it was received, by the collector's own clock,
- order: a boot begins after the last record of the boot before it.

Bounds are kept by the hour of `up` (a *slot*), because a boot clock drifts; they are computed when
somebody asks, so that what is learned later serves what came earlier.
"""

from collections.abc import Iterable, Mapping

import msgspec

from wire.record import ANCHORED_MS, ClockState

SLOT_MS = 3_600_000
DRIFT_MS = 360
"""Of a boot clock within one slot: 100 parts in a million."""
STATED_MS: Mapping[ClockState, int] = {
    ClockState.SYNCED: 1_000,
    ClockState.VOUCHED: 5_000,
    ClockState.ANCHORED: ANCHORED_MS,
}
"""How far a wall clock in that state may be off; one in no other state says anything."""


class Slot(msgspec.Struct, frozen=True):
    """What is known of one hour of one boot: `lo` <= time - up <= `hi`, in ms."""

    boot: str
    slot: int
    first: int
    """The first seq: boots are in the order of their records."""
    last_up: int
    """The greatest `up` seen in it."""
    lo: int | None
    """None while nothing says how early it can have been."""
    hi: int


class Moment(msgspec.Struct, frozen=True):
    """A corrected time, ms since 1970, UTC."""

    ms: int
    bound_ms: int | None
    """It is off by no more than this. None: `ms` is the latest it can have been."""


def observed(
    slots: dict[tuple[str, int], Slot],
    boot: str,
    seq: int,
    stamp: tuple[int, int, ClockState],
    received_ms: int,
) -> None:
    """Enter one record with its stamp (up, wall, clock) into `slots`."""
    up, wall, clock = stamp
    key = (boot, up // SLOT_MS)
    stated = STATED_MS.get(clock)
    lo, hi = None, received_ms - up
    if stated is not None and wall - up - stated <= hi:  # else the gate is ahead of us: no anchor
        lo, hi = wall - up - stated, min(hi, wall - up + stated)
    old = slots.get(key)
    slots[key] = (
        Slot(boot, key[1], seq, up, lo, hi) if old is None else joined(old, seq, up, (lo, hi))
    )


def proved(slots: dict[tuple[str, int], Slot], boot: str, up: int, known: object) -> None:
    """Enter what a clock note says our receipts have proved to the gate; see What.CLOCK.

    A gate that says what contradicts the arrival of its record is not heard.
    """
    slot = slots.get((boot, up // SLOT_MS))
    if slot is None or not isinstance(known, dict):
        return
    lo, hi = known.get("lo"), known.get("hi", slot.hi)
    if type(lo) is int and type(hi) is int and lo <= min(hi, slot.hi):
        slots[boot, slot.slot] = joined(slot, slot.first, up, (lo, hi))


def joined(old: Slot, seq: int, up: int, bounds: tuple[int | None, int]) -> Slot:
    """Return a slot with what another record says."""
    lo, hi = bounds
    if lo is None or (old.lo is not None and old.lo > lo):
        lo = old.lo
    return Slot(old.boot, old.slot, min(old.first, seq), max(old.last_up, up), lo, min(old.hi, hi))


class Times:
    """The times of one journal."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        """Take all that is known of the journal's boots, in any order."""
        ordered = sorted(slots, key=lambda each: (each.first, each.slot))
        bounds = _later(ordered, _earlier(ordered))
        self._bounds = {
            (slot.boot, slot.slot): pair for slot, pair in zip(ordered, bounds, strict=True)
        }

    def interval(self, boot: str, up: int) -> tuple[int | None, int] | None:
        """Return the earliest (None if unknown) and latest time; None if they contradict."""
        found = self._bounds.get((boot, up // SLOT_MS))
        if found is None:
            return None
        lo, hi = found
        if lo is None:
            return None, hi + up
        return (lo + up, hi + up) if lo <= hi else None

    def moment(self, boot: str, up: int, received_ms: int) -> Moment:
        """Return the corrected time of a record that was received at `received_ms`."""
        interval = self.interval(boot, up)
        if interval is None:
            return Moment(received_ms, None)
        earliest, latest = interval
        if earliest is None:
            return Moment(min(latest, received_ms), None)
        latest = max(earliest, min(latest, received_ms))
        return Moment((earliest + latest) // 2, (latest - earliest + 1) // 2)


_Bounds = tuple[int | None, int]


def _earlier(slots: list[Slot]) -> list[_Bounds]:
    """Return the bounds with what the slots before them say."""
    found: list[_Bounds] = []
    for number, slot in enumerate(slots):
        lo, hi = _own(slot)
        if number:
            before, (lo_before, hi_before) = slots[number - 1], found[-1]
            if before.boot == slot.boot:
                drift = (slot.slot - before.slot) * DRIFT_MS
                lo, hi = _most(lo, lo_before, -drift), min(hi, hi_before + drift)
            else:  # this boot began after that record
                drift = (slot.slot + 1) * DRIFT_MS
                lo = _most(lo, lo_before, before.last_up - drift)
        found.append((lo, hi))
    return found


def _later(slots: list[Slot], bounds: list[_Bounds]) -> list[_Bounds]:
    """Return the bounds with what the slots after them say as well."""
    for number in range(len(slots) - 2, -1, -1):
        slot, after = slots[number], slots[number + 1]
        lo, hi = bounds[number]
        lo_after, hi_after = bounds[number + 1]
        if after.boot == slot.boot:
            drift = (after.slot - slot.slot) * DRIFT_MS
            lo, hi = _most(lo, lo_after, -drift), min(hi, hi_after + drift)
        else:
            hi = min(hi, hi_after + (after.slot + 2) * DRIFT_MS - slot.last_up)
        bounds[number] = (lo, hi)
    return bounds


def _own(slot: Slot) -> _Bounds:
    """Return what a slot says of itself, with room for drift inside the hour."""
    return (None if slot.lo is None else slot.lo - DRIFT_MS), slot.hi + DRIFT_MS


def _most(lo: int | None, other: int | None, shift: int) -> int | None:
    """Return the greater of two lower bounds, either of which may be missing."""
    if other is None:
        return lo
    return other + shift if lo is None else max(lo, other + shift)
