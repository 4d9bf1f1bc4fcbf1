"""Local days, and the bin of a day in which PostgreSQL keeps its records. Pure.

Where a record lies is a matter of room, not of truth: what its time was found to be later decides
when it goes, and it is found wherever it lies.
"""

from collector.ledger.times import STATED_MS
from wire.record import Record

BINS = 40
"""The days of retention, at most 30, one more on either side, and some in which it was not run."""
LOCAL_MS = 7 * 3_600_000
"""Asia/Ho_Chi_Minh is seven hours ahead of UTC, all the year."""
DAY_MS = 86_400_000
EARLY_MS = 600_000
"""What was made just after midnight lies with the day before. When that day goes, those few are
moved; were they taken for that day's after all, the bin of a whole day would have to be."""
LATE_DAYS = 31
"""What is older when it arrives lies with what is so old: nothing that stays is there."""


def day_of(ms: int) -> int:
    """Return the local day of a moment, in days since 1970."""
    return (ms + LOCAL_MS) // DAY_MS


def start_of(day: int) -> int:
    """Return the moment at which a local day begins."""
    return day * DAY_MS - LOCAL_MS


def bin_for(record: Record | None, received_ms: int) -> int:
    """Return the bin for a record that was received now."""
    made_ms = received_ms
    if record is not None and record.clock in STATED_MS:
        made_ms = min(record.wall, received_ms)
    return max(day_of(made_ms - EARLY_MS), day_of(received_ms) - LATE_DAYS) % BINS
