"""How far the collector has confirmed, and what a receipt says about it. Pure.

Only a receipt whose chain value is ours moves the mark: forward, or back for a collector that was
restored from a copy of before and asks again.
"""

import enum
from collections.abc import Callable

from wire.receipt import Receipt

RESTORED_MS = 10_000
"""A receipt so much younger that covers less is of a collector that was restored, not of two
workers that signed at the same moment."""


class Weight(enum.StrEnum):
    """What a receipt for this journal comes to. Two are reasons, stored and sent."""

    FITS = "fits"
    NOTHING = "nothing"
    """It says nothing new, or nothing that can be compared with what is here."""
    BEYOND_END = "receipt-beyond-end"
    OTHER_RECORDS = "receipt-of-other-records"


GIVEN_UP = (Weight.BEYOND_END, Weight.OTHER_RECORDS)
"""The district has other records under our numbers: this card is an older copy of itself. Its
journal is given up and a new one begun, so that no number is used twice."""


class Mark:
    """The confirmed mark of one journal."""

    def __init__(self, high: int = 0, time_ms: int = 0) -> None:
        """Begin at `high`, which a receipt of `time_ms` has said; 0 if that is not known."""
        self.high = high
        self._time_ms = time_ms

    def weigh(self, receipt: Receipt, last: int, chain_at: Callable[[int], bytes | None]) -> Weight:
        """Say what a receipt comes to for a journal that ends at `last`.

        `chain_at` returns our chain value, or None where there is none; it may raise.
        """
        if receipt.high > last:
            return Weight.BEYOND_END
        is_back = receipt.high < self.high
        if receipt.high == self.high or (is_back and not self._is_restored(receipt)):
            return Weight.NOTHING
        ours = chain_at(receipt.high)
        if ours is None:
            return Weight.NOTHING
        if ours.hex() == receipt.hash:
            return Weight.FITS
        return Weight.NOTHING if is_back else Weight.OTHER_RECORDS

    def is_asked_for(self, receipt: Receipt, first: int) -> bool:
        """Say whether the collector asks for records before `first`, the oldest that is here.

        A receipt of before, shown again, asks for nothing.
        """
        asked = any(begin <= receipt.high + 1 <= end for begin, end in receipt.want)
        news = receipt.high >= self.high or not self._time_ms or self._is_restored(receipt)
        return asked and news and receipt.high + 1 < first

    def move(self, receipt: Receipt) -> None:
        """Go to where a receipt that fits says."""
        self.high, self._time_ms = receipt.high, receipt.time

    def _is_restored(self, receipt: Receipt) -> bool:
        """Say whether a receipt that covers less than an earlier one is to be believed."""
        return 0 < self._time_ms <= receipt.time - RESTORED_MS
