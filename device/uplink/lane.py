"""One journal on its way: what the outbox says is due, read and packed, handed to the link.

It takes no record apart. Of the journal it holds at most one segment, and what is on its way is
bounded by the outbox and by what the link still carries.
"""

from pathlib import Path

import structlog

from device.errors import JournalBroken
from device.journal.reader import JournalReader, Stretch
from device.uplink.link import Link
from device.uplink.outbox import BATCH, Outbox
from wire import batch

log = structlog.get_logger()

REST_NS = 10**9
"""A journal that cannot be read is looked at again after so long."""


class Lane:
    """The records of one journal."""

    def __init__(self, folder: Path, topic: str, window: int, outbox: Outbox) -> None:
        """Send the journal in `folder` on `topic`, never with more than `window` on the way."""
        self.outbox = outbox
        self._folder, self._topic, self._window = folder, topic, window
        self._reader = JournalReader(folder)
        self._scout = JournalReader(folder)
        self._rest_until = 0
        self._broken = False

    def first(self) -> int:
        """Return the oldest record that is still there."""
        return self._reader.first()

    def move(self) -> None:
        """Let go of the place in the journal: it is another one now."""
        self._reader.close()
        self._scout.close()

    def send(self, link: Link, end: int, up_ns: int) -> int:
        """Send what is due of the records up to `end`, the live ones first; return how many."""
        if up_ns < self._rest_until or not self.outbox.journal:
            return 0
        try:
            count = self._send_ahead(link, end, up_ns) + self._send_next(link, end, up_ns)
        except (JournalBroken, FileNotFoundError) as error:
            self.move()
            self._rest_until = up_ns + REST_NS
            if not self._broken and isinstance(error, JournalBroken):
                log.error("uplink.unreadable", detail=str(error))  # noqa: TRY400
            self._broken = True
            return 0
        self._broken = self._broken and not count
        return count

    def close(self) -> None:
        """Let go of the files."""
        self.move()

    def _send_next(self, link: Link, end: int, up_ns: int) -> int:
        total = 0
        while link.takes_more:
            room = min(self.outbox.room(end, up_ns), self._window - link.load, BATCH)
            if room <= 0 or not (stretch := self._read(self._reader, room, end)).spelled:
                break
            if not self._hand_over(link, stretch, end):
                self._reader.close()
                break
            total += stretch.last - self.outbox.sent
            self.outbox.handed_over(stretch.last, up_ns)
        return total

    def _read(self, reader: JournalReader, most: int, end: int) -> Stretch:
        if reader.next != self.outbox.sent + 1:
            reader.seek(self.outbox.sent + 1)
        return reader.take(end, most)

    def _send_ahead(self, link: Link, end: int, up_ns: int) -> int:
        """Send what was just stored, before the backlog that it stands behind."""
        room = min(self.outbox.room_ahead(end, up_ns), self._window - link.load)
        if room <= 0 or not link.takes_more:
            return 0
        if self._scout.next != self.outbox.ahead + 1:
            self._scout.seek(self.outbox.ahead + 1)
        stretch = self._scout.take(end, room)
        if not stretch.spelled or not self._hand_over(link, stretch, end, ahead=True):
            self._scout.close()
            return 0
        self.outbox.handed_ahead(stretch.last)
        return len(stretch.spelled)

    def _hand_over(self, link: Link, stretch: Stretch, end: int, *, ahead: bool = False) -> bool:
        """Pack a stretch and give it to the link; a batch too long for the broker goes in parts."""
        count = len(stretch.spelled)
        historical = not ahead and (end - stretch.last >= BATCH or count > 1)
        data = batch.splice(
            self.outbox.journal, stretch.spelled, stretch.prev, historical=historical
        )
        if len(data) > link.largest and count > 1:
            log.warning("uplink.batch-cut", bytes=len(data), allowed=link.largest)
            self.outbox.shorten(count // 2)
            return False
        return link.publish(self._topic, data, weight=count)
