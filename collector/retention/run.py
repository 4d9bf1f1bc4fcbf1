"""One run of retention: decide for every journal, leave the receipts, sweep the files."""

from collections.abc import Callable
from functools import partial

import msgspec
import structlog

from collector.ledger.entries import Deletion, Kept, Run
from collector.ledger.ports import Archive
from collector.localday import DAY_MS, day_of, midnight
from collector.retention.doubt import Doubt, doubt
from collector.retention.plan import end_of

LONGEST_DAYS = 30
"""No day outlives this, whatever is configured; nor does a record that came so long ago."""
HOURS = 120
"""Of a journal, looked at in one go."""

log = structlog.get_logger()


class Outcome(msgspec.Struct, frozen=True):
    """What a run did, or would do."""

    doubt: Doubt | None
    day: int
    """The last local day that goes, in days since 1970."""
    ends: dict[str, int]
    """How far each journal goes, by "gate journal"."""
    receipts: tuple[Deletion, ...] = ()
    left: int = 0
    """Files that must wait for the next run; what is gone in them is gone for every reader."""
    is_new: bool = False
    """Nothing was deleted, and nobody need look at the clock: see `is_new`."""


def run(
    archive: Archive,
    days: int,
    now: Run,
    pause: Callable[[float], None],
    *,
    is_sure: bool = False,
    dry: bool = False,
) -> Outcome:
    """Delete what is older than `days` local days; nothing while the clock is in doubt.

    `is_sure`: a person has looked at the clock. `dry`: say what would go, and change nothing.
    """
    day = _last_day(days, now)
    found = (
        None if is_sure else doubt(archive.last_run(), now, archive.witnesses(now.at_ms - DAY_MS))
    )
    if found is not None:
        new = is_new(archive, found, days, now)
        if new:
            log.info("retention.new", day=day)
        else:
            log.warning("retention.stopped", why=found.value)
        if not dry:
            archive.note_run(msgspec.structs.replace(now, stopped=found.value))
        return Outcome(found, day, {}, is_new=new)
    ends = _ends(archive, day, now)
    named = {f"{journal.gate} {journal.journal}": end for journal, end in ends.items()}
    if dry:
        return Outcome(None, day, named)
    receipts = archive.delete(ends, day, now.at_ms)
    left = archive.sweep(day_of(now.at_ms), pause)
    archive.note_run(now)
    records = sum(each.records for each in receipts)
    log.info("retention.done", day=day, journals=len(receipts), records=records, left=left)
    return Outcome(None, day, named, receipts, left)


def is_new(archive: Archive, found: Doubt | None, days: int, now: Run) -> bool:
    """Say whether a district is so new that nobody need confirm what day it is yet.

    No run was believed, no record is old enough to go, and the first run was less than the policy's
    days ago: so nothing else that is deleted by the same time is over either. That nothing is
    deleted, and no time believed, stays.
    """
    if found is not Doubt.UNSURE or archive.last_run() is not None:
        return False
    age_ms = now.at_ms - (archive.first_run() or now).at_ms
    return 0 <= age_ms < days * DAY_MS and not _ends(archive, _last_day(days, now), now)


def _last_day(days: int, now: Run) -> int:
    """Return the last local day that goes."""
    return day_of(now.at_ms) - min(days, LONGEST_DAYS)


def _ends(archive: Archive, day: int, now: Run) -> dict[Kept, int]:
    """Return how far each journal goes of which something does."""
    ends, early_ms = {}, midnight(day_of(now.at_ms) - LONGEST_DAYS)
    with archive.moment():
        for journal in archive.kept():
            if journal.gone < journal.high:
                end = _end(archive, journal, midnight(day + 1))
                end = max(end, archive.received_before(journal, early_ms))
                if end > journal.gone:
                    ends[journal] = end
    return ends


def _end(archive: Archive, journal: Kept, before_ms: int) -> int:
    """Look at a journal from its beginning, some days at a time."""
    end, rest = journal.gone, journal
    while True:
        slots = archive.hours(rest, HOURS + 1)
        last = slots[HOURS].first - 1 if len(slots) > HOURS else journal.high
        end = max(end, end_of(slots[:HOURS], last, before_ms, partial(archive.stamps, journal)))
        if end < last or last == journal.high or last <= rest.gone:
            return min(end, journal.high)
        rest = msgspec.structs.replace(journal, gone=last)
