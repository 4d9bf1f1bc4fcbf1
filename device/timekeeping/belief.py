"""What time it is and how far to believe it, from all that is known. Pure.

A receipt outranks a time server, which anybody on the network can pretend to be, and both outrank
what the system says of itself. Everything here is a number to be added to the time since boot, in
ms; a gate without any word from outside goes on from the latest time that it was once told.
"""

import enum

import msgspec

from device.timekeeping.bounds import Bounds
from wire.record import ANCHORED_MS, ClockState

AGREE_MS = 2_000
"""A clock that lies no farther outside of what receipts prove agrees with them."""


class Fault(enum.StrEnum):
    """What is wrong with the system's clock. Codes of alarms, so never renamed."""

    NONE = ""
    BEYOND = "clock-beyond"
    """It says a time at which this gate's certificate or this program is long out of date."""
    REFUTED = "clock-refuted"
    """A time server says it is right, and the district's receipts prove that it is not."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to go by."""

    system: int
    """What the system's wall clock says."""
    served: bool
    """A time server keeps it in step."""
    start: int
    """From where the time goes on: it is surely no earlier."""
    ceiling_ms: int
    """A time (since 1970) after which nothing is believed."""
    bounds: Bounds | None = None
    vouched: bool = False


class Belief(msgspec.Struct, frozen=True):
    """The decision."""

    offset: int
    clock: ClockState
    fault: Fault = Fault.NONE
    follows: bool = False
    """The system's clock is gone by, wherever it moves a little."""


def believe(known: Known, up_ms: int) -> Belief:
    """Decide what holds at `up_ms`."""
    system = known.system
    if known.vouched:
        return Belief(system, ClockState.VOUCHED, follows=True)
    is_beyond = up_ms + system > known.ceiling_ms
    if known.bounds is not None:
        return _receipted(known, known.bounds.at(up_ms), is_beyond=is_beyond)
    if is_beyond:
        return Belief(known.start, ClockState.UNSYNCED, Fault.BEYOND)
    if known.served:
        return Belief(system, ClockState.SYNCED, follows=True)
    return _unsure(known)


def _receipted(known: Known, bounds: Bounds, *, is_beyond: bool) -> Belief:
    """Decide where receipts have proved something in this boot."""
    is_late = bounds.hi is not None and known.system > bounds.hi + AGREE_MS
    fits = known.system >= bounds.lo - AGREE_MS and not is_late and not is_beyond
    width = bounds.width_ms
    sure = width is not None and width + AGREE_MS <= ANCHORED_MS
    if fits and known.served:
        return Belief(known.system, ClockState.SYNCED, follows=True)
    if fits and sure:
        return Belief(known.system, ClockState.ANCHORED, follows=True)
    if fits:
        return _unsure(known)
    fault = Fault.BEYOND if is_beyond else Fault.REFUTED if known.served else Fault.NONE
    if width is None:
        return Belief(max(bounds.lo, known.start), ClockState.UNSYNCED, fault)
    clock = ClockState.ANCHORED if sure else ClockState.UNSYNCED
    return Belief(bounds.middle, clock, fault)


def _unsure(known: Known) -> Belief:
    """Go by the system's clock, unless it lies before a time that is surely past."""
    ahead = known.system >= known.start
    return Belief(known.system if ahead else known.start, ClockState.UNSYNCED, follows=ahead)
