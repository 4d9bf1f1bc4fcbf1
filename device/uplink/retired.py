"""Journals that were given up and hold records which never reached the district.

They are sent behind the journal of now, one after the other, the oldest first. The scanner keeps
their marks and lets them go; here is only which of them is on its way.
"""

from collections.abc import Callable
from pathlib import Path

import structlog

from device.journal import retired
from device.uplink.lane import Lane

log = structlog.get_logger()

LOOK_NS = 5 * 10**9
AGAIN_NS = 60 * 10**9
"""A journal that was refused is tried again after so long: what was refused may have given way."""


class Retired:
    """The lane of the oldest journal that is not confirmed whole."""

    def __init__(self, folder: Path, lane: Callable[[Path], Lane]) -> None:
        """Look for journals of before in `folder`; `lane` makes a lane for one of them."""
        self._folder, self._make = folder, lane
        self._done: set[str] = set()
        self._left: dict[str, int] = {}
        """Refused ones, and when that was."""
        self._looked_ns = -LOOK_NS
        self.lane: Lane | None = None
        self.end = 0
        """The last record of that journal."""
        self.waiting: tuple[str, ...] = ()
        """Journals that the scanner counts as not confirmed whole."""

    @property
    def journal(self) -> str:
        """Return the journal whose lane this is, or ""."""
        return self.lane.outbox.journal if self.lane else ""

    def look(self, up_ns: int) -> bool:
        """Look now and then for what is there; begin with the oldest. Say whether it looked."""
        if up_ns - self._looked_ns < LOOK_NS:
            return False
        self._looked_ns = up_ns
        found = retired.waiting(self._folder)
        self.waiting = tuple(each.journal for each in found)
        if self.lane is not None and self.journal not in self.waiting:
            self._leave()  # its receipt came by another way
        for each in found:
            left_ns = self._left.get(each.journal, up_ns - AGAIN_NS)
            is_due = each.journal not in self._done and up_ns - left_ns >= AGAIN_NS
            if self.lane is None and is_due:
                self._begin(each, up_ns)
        return True

    def receipt(self, high: int, up_ns: int) -> None:
        """Take note of a receipt for this journal; a whole one ends it."""
        if self.lane is None:
            return
        self.lane.outbox.receipt(high, up_ns)
        if high >= self.end:
            log.info("retired.sent", journal=self.journal, last=self.end)
            self._finish()

    def refused(self, up_ns: int) -> None:
        """Leave the journal for a while: the collector does not take what comes next of it."""
        if self.lane is not None:
            if self.journal not in self._left:
                log.warning("retired.refused", journal=self.journal)
            self._left[self.journal] = up_ns
            self._leave()

    def rewind(self, up_ns: int) -> None:
        """Start again behind the mark."""
        if self.lane is not None:
            self.lane.outbox.rewind(up_ns)

    def close(self) -> None:
        """Let go of the files."""
        if self.lane is not None:
            self._leave()

    def _begin(self, each: retired.Retired, up_ns: int) -> None:
        log.info("retired.found", journal=each.journal, first=each.high + 1, last=each.last)
        self.lane, self.end = self._make(each.within(self._folder)), each.last
        self.lane.outbox.follow(each.journal, each.high, up_ns)

    def _finish(self) -> None:
        self._done.add(self.journal)
        self._leave()

    def _leave(self) -> None:
        if self.lane is not None:
            self.lane.close()
        self.lane, self.end = None, 0
        self._looked_ns = -LOOK_NS
