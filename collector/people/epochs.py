"""Which epoch a record belongs to: seven local days each, counted from 1970. Pure.

It is that of the day of arrival, which never changes, so a corrected clock moves no record from
one key to another.
"""

from collector.localday import day_of

DAYS = 7


def epoch_of(at_ms: int) -> int:
    """Return the epoch of a moment."""
    return day_of(at_ms) // DAYS


def days_of(epoch: int) -> tuple[int, int]:
    """Return the first local day of an epoch, and the first after it."""
    return epoch * DAYS, (epoch + 1) * DAYS
