"""Whether the server's clock can be believed so far that records may be deleted by it. Pure.

A wrong clock would delete what must stay, so nothing is deleted while there is doubt: the clock has
moved by more than a day against the last run, or the gates whose clocks are sure say another day.
The last run is the last that was believed: one that was stopped vouches for no later one, or a
clock that stays wrong would be right on the second day. A gate that has its time from our receipts
may contradict, but confirms nothing: to a server that starts in 2099 it says 2099.
"""

import enum
from collections.abc import Sequence

from collector.ledger.entries import Run, Witness
from collector.localday import DAY_MS


class Doubt(enum.StrEnum):
    """Why nothing is deleted. Stored and printed by `--json`, so never renamed."""

    BACK = "clock-went-back"
    """It is more than a day before the last run."""
    MOVED = "clock-moved"
    """More or less time has passed on it than on the clock that never steps, by more than a day."""
    GATES = "gates-disagree"
    """Most gates that were heard within a day say another day."""
    UNSURE = "nobody-confirms"
    """It is long since the last run, and no gate that was heard is sure of its clock by itself."""


LONG_MS = 2 * DAY_MS
"""Retention is run every day; after so long without, a gate must confirm what day it is."""


def doubt(last: Run | None, now: Run, witnesses: Sequence[Witness]) -> Doubt | None:
    """Say why the clock is not to be believed at `now`; None if it is.

    `last` is the last run that was believed.
    `witnesses` are the gates that were heard within the day before `now`, by the same clock.
    """
    if last is not None and now.at_ms < last.at_ms - DAY_MS:
        return Doubt.BACK
    if last is not None and last.boot == now.boot:
        moved = (now.at_ms - last.at_ms) - (now.up_ms - last.up_ms)
        if abs(moved) > DAY_MS:
            return Doubt.MOVED
    own = [each for each in witnesses if not each.is_echo]
    heard = own or witnesses
    elsewhere = [each for each in heard if abs(each.wall - each.received_ms) > DAY_MS]
    if 2 * len(elsewhere) > len(heard):
        return Doubt.GATES
    if not own and (last is None or now.at_ms - last.at_ms > LONG_MS):
        return Doubt.UNSURE
    return None
