"""Counts what arrives and looks whether it is plausible, in one thread of its own beside the pages.

Nobody who opens a page waits for it: a page shows what the thread last found.
"""

import threading
from collections.abc import Callable, Mapping

import msgspec
import structlog

from collector.errors import CollectorError, LedgerMissing
from collector.figures.plausible import Finding, Past, implausible, past
from collector.figures.store import Follower
from collector.figures.tally import Tally, local_slot
from collector.ledger.ports import View
from collector.roster import Roster, RosterFile
from collector.web.board import Condition, conditions

PAUSE_S = 0.25
"""Between two looks at the ledger: a board is to be up to date within two seconds."""
log = structlog.get_logger()


class Seen(msgspec.Struct, frozen=True):
    """What the thread last found."""

    findings: Mapping[str, Finding]
    counting: bool
    """Not all of the ledger has been counted yet."""
    round: int
    """Grows whenever something was counted or found."""


class Watch:
    """The thread, and what it found."""

    def __init__(
        self, follower: Follower, view: View, roster: RosterFile, wall_ms: Callable[[], int]
    ) -> None:
        """Take what is followed and the clock; nothing is read yet."""
        self._follower, self._view, self._roster = follower, view, roster
        self._wall_ms = wall_ms
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._past = Past(-1, {})
        self._looked = (-1, -1)
        self._change = -1
        self.seen = Seen({}, counting=True, round=0)

    @property
    def tally(self) -> Tally:
        """Return the counts as they stand."""
        return self._follower.tally

    def start(self) -> None:
        """Begin, in a thread that ends with the process."""
        self._thread.start()

    def stop(self) -> None:
        """End; nothing is read or counted any more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def step(self) -> bool:
        """Count and look once; return whether there is more to count. Raises CollectorError."""
        change = self._view.change()
        slot = local_slot(self._wall_ms())
        if change == self._change and slot == self._looked:
            return False
        is_more = self._follower.step()
        findings = self.seen.findings
        if not is_more:
            self._change = change
            if slot != self._looked:
                findings = self._look(*slot)
                self._looked = slot
        self.seen = Seen(findings, is_more, self.seen.round + 1)
        return is_more

    def _look(self, day: int, slot: int) -> Mapping[str, Finding]:
        roster = self._roster.current()
        if self._past.day != day:
            self._past = past(self.tally, roster, day)
        alive = _alive(self._view, roster, self._wall_ms())
        return implausible(self.tally, self._past, roster, slot, alive)

    def _run(self) -> None:
        told = ""
        while not self._stop.is_set():
            is_more = False
            try:
                is_more, told = self.step(), ""
            except LedgerMissing:  # intake has not made it yet
                self._view.close()
            except CollectorError as error:  # the pages say so themselves; once is enough here
                if error.code != told:
                    log.warning("watch.failed", code=error.code)
                    told = error.code
                self._view.close()
                self._change = -1
            self._stop.wait(0.01 if is_more else PAUSE_S)


def _alive(view: View, roster: Roster, now_ms: int) -> frozenset[str]:
    found = conditions(roster, view.standings(), now_ms)
    return frozenset(gate for gate, how in found.items() if how is Condition.WORKING)
