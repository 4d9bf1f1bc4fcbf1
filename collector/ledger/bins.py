"""The bin of a local day in which PostgreSQL keeps its records. Pure.

Where a record lies is a matter of room, not of truth: what its time was found to be later decides
when it goes, and it is found wherever it lies.
"""

from collector.ledger.times import STATED_MS
from collector.localday import day_of
from wire.record import Record

BINS = 40
"""The days of retention, at most 30, one more on either side, and some in which it was not run."""
EARLY_MS = 600_000
"""What was made just after midnight lies with the day before. When that day goes, those few are
moved; were they taken for that day's after all, the bin of a whole day would have to be."""
LATE_DAYS = 31
"""What is older when it arrives lies with what is so old: nothing that stays is there."""


def bin_for(record: Record | None, received_ms: int) -> int:
    """Return the bin for a record that was received now."""
    made_ms = received_ms
    if record is not None and record.clock in STATED_MS:
        made_ms = min(record.wall, received_ms)
    return max(day_of(made_ms - EARLY_MS), day_of(received_ms) - LATE_DAYS) % BINS
