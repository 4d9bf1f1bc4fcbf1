"""Long answers of whole numbers, as an array: no row is an object of its own.

Loaded by whoever asks for some, since numpy takes 25 MB of memory.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from collector.errors import LedgerBroken
from collector.i18n import N_

Ints = NDArray[np.int64]
OTHER = N_("an answer that is not of whole numbers")


def gathered(rows: Iterable[tuple[int, ...]], width: int) -> Ints:
    """Return rows as (rows, width); raise LedgerBroken."""
    try:
        return np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, width)
    except (TypeError, ValueError) as error:
        raise LedgerBroken(OTHER) from error


def unpacked(count: int, columns: Sequence[bytes | None]) -> Ints:
    """Return columns of eight bytes a number, as PostgreSQL sends it; raise LedgerBroken."""
    whole = [each or b"" for each in columns]
    if any(len(each) != 8 * count for each in whole):  # a NULL is left out
        raise LedgerBroken(OTHER)
    return np.array([np.frombuffer(each, ">i8") for each in whole], dtype=np.int64).T
