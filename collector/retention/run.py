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
    day = day_of(now.at_ms) - min(days, LONGEST_DAYS)
    found = (
        None if is_sure else doubt(archive.last_run(), now, archive.witnesses(now.at_ms - DAY_MS))
    )
    if found is not None:
        log.warning("retention.stopped", why=found.value)
        if not dry:
            archive.note_run(msgspec.structs.replace(now, stopped=found.value))
        return Outcome(found, day, {})
    with archive.moment():
        ends = _ends(archive, day, midnight(day_of(now.at_ms) - LONGEST_DAYS))
    named = {f"{journal.gate} {journal.journal}": end for journal, end in ends.items()}
    if dry:
        return Outcome(None, day, named)
    receipts = archive.delete(ends, day, now.at_ms)
    left = archive.sweep(day_of(now.at_ms), pause)
    archive.note_run(now)
    records = sum(each.records for each in receipts)
    log.info("retention.done", day=day, journals=len(receipts), records=records, left=left)
    return Outcome(None, day, named, receipts, left)


def _ends(archive: Archive, day: int, early_ms: int) -> dict[Kept, int]:
    """Return how far each journal goes of which something does."""
    ends = {}
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
