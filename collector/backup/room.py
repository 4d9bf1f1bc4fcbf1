"""Whether what went wrong is that a disk is full, whoever has said so in which words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from collector.errors import CollectorError, LedgerFull

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def needed(told: CollectorError) -> Iterator[None]:
    """Raise `told` if a disk becomes full in the block; whatever else goes wrong passes."""
    try:
        yield
    except (CollectorError, OSError) as error:
        if not _is_full(error):
            raise
        raise told from error


def _is_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, LedgerFull) or getattr(error, "errno", None) in FULL:
            return True
        error = error.__cause__
    return False
