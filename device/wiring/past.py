"""The journal as the passages see it: what was stored, read back at a start."""

from collections.abc import Iterator
from pathlib import Path

from device.errors import JournalBroken
from device.flow import Instant
from device.journal.reader import JournalReader
from device.journal.store import CardJournal
from wire.canonical import Document

MOST = 20_000
"""Records read back at most: a start takes a moment, however long the count was not written."""
STRETCH = 256
STUCK_NS = 60 * 10**9


class JournalPast:
    """The Past port on the gate's own journal."""

    def __init__(self, folder: Path, journal: CardJournal) -> None:
        """Read back what `journal`, which is open, keeps in `folder`."""
        self._folder, self._journal = folder, journal

    @property
    def journal(self) -> str:
        """Return the journal's id."""
        return self._journal.journal

    @property
    def last(self) -> int:
        """Return the seq of the last stored record."""
        return self._journal.last

    def since(self, seq: int) -> Iterator[Document]:
        """Yield the records after `seq`; raises JournalBroken where one can't be read."""
        last = self.last
        if seq >= last:
            return
        with JournalReader(self._folder) as reader:
            reader.seek(max(seq, last - MOST) + 1)
            while reader.next <= last:
                documents = reader.take(last, STRETCH).documents
                if not documents:
                    return
                yield from documents


class Oldest:
    """Since when the oldest record waits that the collector has not confirmed.

    While receipts come it moves on all the time and nobody needs to know; it is read from the card
    once it has stayed the same for a minute.
    """

    def __init__(self, folder: Path, journal: CardJournal) -> None:
        """Ask `journal`, which is open, and read `folder`."""
        self._folder, self._journal = folder, journal
        self._seq, self._since_ns, self._up_ms = 0, 0, 0

    def up_ms(self, now: Instant) -> int:
        """Return when it was made, in ms of this boot; 0 if none waits or that is not known.

        Of a record of an earlier boot it is less than nothing, by the wall clocks of both.
        """
        if not self._journal.waiting:
            self._seq = 0
            return 0
        seq = self._journal.confirmed + 1
        if seq != self._seq:
            self._seq, self._since_ns, self._up_ms = seq, now.up_ns, 0
        if not self._up_ms and now.up_ns - self._since_ns >= STUCK_NS:
            self._up_ms = self._made(seq, now) or 0
            self._since_ns = now.up_ns
        return self._up_ms

    def _made(self, seq: int, now: Instant) -> int | None:
        try:
            with JournalReader(self._folder) as reader:
                reader.seek(seq)
                found = reader.take(seq, 1).documents
        except JournalBroken:
            return None
        if not found or not isinstance(found[0].get("up"), int):
            return None
        if found[0].get("boot") == now.boot:
            return int(found[0]["up"])
        return now.up_ns // 1_000_000 - (now.wall_ms - int(found[0]["wall"]))
