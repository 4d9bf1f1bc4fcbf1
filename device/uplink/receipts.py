"""The collector's answers, checked, heeded, and laid for the scanner.

Checked here so that nobody makes the uplink run; the scanner checks them again before it forgets
anything.
"""

import structlog

from device.uplink.lane import Lane
from device.uplink.retired import Retired
from device.uplink.tray import Tray
from wire import receipt
from wire.errors import WireError
from wire.keys import Keyring

log = structlog.get_logger()

TOLD = 1000
"""Refusals remembered as logged, so that each is logged once."""
UNREADABLE = "unreadable"
WHY = 200
"""Characters of a reason that are logged."""
REFUSED, GONE, BEYOND = "records-refused", "records-gone", "receipt-beyond"


class Receipts:
    """Takes the collector's answers to the lanes and to the inbox."""

    def __init__(self, gate: str, ring: Keyring, tray: Tray, lane: Lane, retired: Retired) -> None:
        """Take the parts; `ring` holds the collector's receipt key."""
        self._gate, self._ring, self._tray = gate, ring, tray
        self._lane, self._retired = lane, retired
        self.alarms: set[str] = set()
        """Codes of what somebody should look after."""
        self._refused: set[tuple[str, int, str]] = set()
        self._forged = False
        self._newest: dict[str, int] = {}

    def take(self, payload: bytes, end: int, up_ns: int) -> None:
        """Deal with what came as a receipt; `end` is the last durable record."""
        try:
            found = receipt.unpack(payload, self._ring)
        except WireError as error:
            if not self._forged:
                log.error("receipt.refused", detail=str(error))  # noqa: TRY400
            self._forged = True
            return
        self._forged = False
        if found.gate != self._gate:
            return
        if found.journal == self._lane.outbox.journal:
            self._tray.receipt(payload, up_ns)
            self._current(found, payload, end, up_ns)
        elif found.journal == self._retired.journal:
            self._tray.receipt(payload, up_ns, found.journal)
            self._old(found, payload, up_ns)

    def _current(self, found: receipt.Receipt, payload: bytes, end: int, up_ns: int) -> None:
        if found.high > end:  # the scanner says what that means
            self._alarm(BEYOND, high=found.high, end=end)
            return
        self._lane.outbox.receipt(found.high, up_ns)
        # First: what was sent behind a refused batch is asked for in the same receipt.
        self._refusals(found, payload, up_ns)
        self._wanted(self._lane, found, up_ns)

    def _old(self, found: receipt.Receipt, payload: bytes, up_ns: int) -> None:
        if found.high > self._retired.end:
            self._alarm(BEYOND, high=found.high, end=self._retired.end)
            return
        lane = self._retired.lane
        self._retired.receipt(found.high, up_ns)
        self._refusals(found, payload, up_ns)
        if lane is not None and self._retired.lane is lane:
            self._wanted(lane, found, up_ns)

    def _wanted(self, lane: Lane, found: receipt.Receipt, up_ns: int) -> None:
        """Send again what is asked for.

        Only the newest receipt can take us behind our mark: one that was held back and is shown
        again must not make us send everything once more.
        """
        newest = self._newest.get(found.journal, 0)
        self._newest[found.journal] = max(found.time, newest)
        if not found.want:
            return
        first, last = found.want[0]
        if first > lane.outbox.confirmed:
            if lane.outbox.misses(first, last, up_ns):
                lane.outbox.rewind(up_ns)
        elif found.time >= newest:
            there = lane.first()
            if there > first:
                self._alarm(GONE, first=first, last=there - 1)
            if lane.outbox.reopen(max(first, there), up_ns):
                log.warning("collector.behind", first=first, sending_from=max(first, there))

    def _refusals(self, found: receipt.Receipt, payload: bytes, up_ns: int) -> None:
        """Tell what the collector could not take; it stays in the journal, and the rest goes on."""
        fresh = False
        for each in found.refused:
            told = (found.journal, each.seq, each.why[:WHY])
            fresh |= each.seq == found.high + 1  # until it has given way
            if told in self._refused:
                continue
            fresh = True
            self._refused = {*self._refused, told} if len(self._refused) < TOLD else {told}
            log.error("record.refused", seq=each.seq, why=each.why[:WHY])
        if not found.refused:
            return
        if fresh:
            self._tray.refusals(payload)
            self.alarms.add(REFUSED)
        self._blocked(found, up_ns)

    def _blocked(self, found: receipt.Receipt, up_ns: int) -> None:
        """Deal with a refusal of what comes next: find the record, or wait longer each time.

        A journal of before does not wait: those behind it have their turn.
        """
        stuck = [each for each in found.refused if each.seq == found.high + 1]
        if not stuck:
            return
        current = found.journal == self._lane.outbox.journal
        lane = self._lane if current else self._retired.lane
        if lane is None:
            return
        if stuck[0].why == UNREADABLE and lane.outbox.sent > lane.outbox.singly:
            lane.outbox.refused(stuck[0].seq)
        elif current:
            lane.outbox.hold(up_ns)
        else:
            self._retired.refused(up_ns)

    def _alarm(self, code: str, **more: int) -> None:
        if code not in self.alarms:
            log.error(code.replace("-", ".", 1), **more)
        self.alarms.add(code)
