"""What is last known of a gate: which report counts, and what its records say. Pure.

Reports are hints for the board. An old last will must not overwrite a new birth, and what the
broker merely repeats is no news.
"""

from functools import lru_cache

import msgspec

from collector.ledger.entries import Entry, Report, Taking, Topic
from collector.ledger.times import Slot, observed, proved
from wire.errors import WireError
from wire.record import Note, What
from wire.state import unpack_state


class Heard(msgspec.Struct, frozen=True):
    """The last that one commit says about a gate."""

    high: int = 0
    wall: int = 0
    clock: str = ""
    said: str = ""
    """`start` or `stop`, if such a note was among the records."""


def heard(takings: tuple[Taking, ...]) -> dict[str, Heard]:
    """Sum up by gate what a commit stored."""
    last: dict[str, Heard] = {}
    for taking in takings:
        gate = taking.mark.gate
        for entry in taking.fresh:
            last[gate] = _after(last.get(gate, Heard()), entry)
    return last


def supersedes(report: Report, kept: bytes) -> bool:
    """Say whether `report` is to be stored over the `kept` one (empty if there is none)."""
    if not kept:
        return True
    if report.raw == kept:
        return not report.retained
    if report.topic is not Topic.STATE:
        return True
    try:
        new, old = unpack_state(report.raw), unpack_state(kept)
    except WireError:  # what was kept is of another version: the newer message counts
        return True
    # A gate on a new card counts its starts from the beginning again, in a new journal.
    reborn = new.online and new.journal != old.journal
    return reborn or new.incarnation >= old.incarnation


@lru_cache(maxsize=20_000)
def writes(state: bytes) -> str:
    """Return the journal that a state message names; "" if it names none."""
    try:
        return unpack_state(state).journal if state else ""
    except WireError:
        return ""


NARROWER_MS = 100
LATER_MS = 60_000


def seen(fresh: tuple[Entry, ...], at_ms: int) -> dict[tuple[str, int], Slot]:
    """Return what records received at `at_ms` say about the time of their boots."""
    slots: dict[tuple[str, int], Slot] = {}
    for entry in fresh:
        record = entry.record
        if record is not None:
            stamp = (record.up, record.wall, record.clock)
            observed(slots, record.boot, entry.seq, stamp, at_ms)
            if isinstance(record, Note) and record.what is What.CLOCK:
                proved(slots, record.boot, record.up, record.data.get("known"))
    return slots


def is_news(known: Slot | None, slot: Slot) -> bool:
    """Say whether `slot` says enough more than the known one to be written down."""
    if known is None:
        return True
    if slot.lo is not None and (known.lo is None or slot.lo > known.lo + NARROWER_MS):
        return True
    return slot.hi < known.hi - NARROWER_MS or slot.last_up > known.last_up + LATER_MS


def _after(before: Heard, entry: Entry) -> Heard:
    record = entry.record
    if record is None:
        return Heard(entry.last, before.wall, before.clock, before.said)
    said = before.said
    if isinstance(record, Note) and record.what in (What.START, What.STOP):
        said = record.what.value
    return Heard(entry.last, record.wall, record.clock.value, said)
