"""The segments of the journal that is being written: an open one, full ones behind it, sealed ones.

Which records there are is decided above; here is where they are put, one sequence and one chain.
"""

import secrets
from pathlib import Path

import structlog
from tinydb.table import Document as Row

from device.errors import JournalBroken
from device.i18n import N_
from device.journal import folder as names
from device.journal import sealed
from device.journal.appendlog import LARGEST, AppendLog, prepare
from device.journal.damage import Join
from device.journal.disk import translated
from device.journal.growing import GrowingDB
from device.journal.segment import HEADER_BYTES, Header
from device.journal.shelf import Shelf
from device.plainfile import sync_folder
from wire.canonical import Document
from wire.record import genesis

log = structlog.get_logger()

RECORD_BYTES = 512
"""Room for a record in a new segment; a usual one takes about 330 bytes."""


class Segments:
    """One journal's records on the card."""

    def __init__(self, folder: Path, gate: str, records: int) -> None:
        """Keep `gate`'s segments of so many records in `folder`; `opening` fills them in."""
        self._folder, self._gate, self._records = folder, gate, records
        self._size = HEADER_BYTES + records * RECORD_BYTES + 2 * LARGEST
        self.current: AppendLog
        self.full: list[AppendLog] = []
        """Full, and not sealed yet."""
        self.shelf = Shelf(folder, [])

    @property
    def journal(self) -> str:
        """Return the journal's random id."""
        return self.current.header.journal

    @property
    def first(self) -> int:
        """Return the oldest record that is still here."""
        return self.shelf.firsts[0] if self.shelf.firsts else self.open_end.seq

    @property
    def open_end(self) -> Join:
        """Return where the segments begin that are not sealed."""
        header = (self.full[0] if self.full else self.current).header
        return Join(header.first, bytes.fromhex(header.prev))

    @property
    def is_full(self) -> bool:
        """Say whether the open segment has all its records."""
        return len(self.current) >= self._records

    def append(self, documents: list[Document]) -> None:
        """Insert records behind the last; return when they are on stable storage."""
        if not self.current.fits(len(documents)):
            self.roll()
        if len(documents) == 1:
            self.db.insert(Row(documents[0], doc_id=documents[0]["seq"]))
        else:
            self.db.insert_multiple(Row(each, doc_id=each["seq"]) for each in documents)

    def roll(self) -> None:
        """Begin the next segment; the full one is sealed when there is time."""
        before = self.current
        self.begin(self.journal, Join(before.last + 1, before.chain))
        self.full.append(before)

    def seal_one(self) -> None:
        """Write the oldest full segment as a TinyDB file; its own file becomes the next spare."""
        full = self.full[0]
        path = names.Named(full.header.first, names.SEALED).within(self._folder)
        sealed.seal(path, full.header, full.texts, full.chain)
        full.close()
        self.full.pop(0)
        self.shelf.add(full.header.first)
        self.recycle(full.path)
        log.info("segment.sealed", first=full.header.first, last=full.last)

    def recycle(self, path: Path) -> None:
        """Make a sealed segment's old file the spare, unless there is one.

        Its lines are overwritten, not erased first: that would write every byte once more.
        """
        spare = self._folder / names.SPARE
        with translated("keeping a file for the next segment"):
            if spare.exists() or path.stat().st_size != self._size:
                path.unlink()
            else:
                path.rename(spare)

    def spare(self) -> None:
        """See that a file is ready to become the next segment."""
        path = self._folder / names.SPARE
        if not path.exists() or path.stat().st_size != self._size:
            prepare(path, self._size)

    def begin(self, journal: str, at: Join) -> None:
        """Begin a segment there."""
        self.spare()
        path = names.Named(at.seq, names.OPEN).within(self._folder)
        header = Header(self._gate, journal, at.seq, at.chain.hex())
        self.use(AppendLog.begin(self._folder / names.SPARE, path, header))

    def begin_new(self) -> None:
        """Begin a journal: its id is random, because a swapped card begins at 1 again."""
        # Lines of another journal may have any number, so none of its files serves as a spare.
        with translated("beginning a journal"):
            (self._folder / names.SPARE).unlink(missing_ok=True)
        journal = secrets.token_hex(8)
        self.full, self.shelf = [], Shelf(self._folder, [])
        self.begin(journal, Join(1, genesis(self._gate, journal)))

    def use(self, log: AppendLog) -> None:
        """Insert into `log` from now on."""
        self.current = log
        self.db = GrowingDB(storage=lambda: log)

    def chain_at(self, seq: int) -> bytes | None:
        """Return the chain value after record `seq`, or None if it is no longer here.

        Raises JournalBroken if its segment cannot be read.
        """
        for each in (self.current, *self.full):
            if seq == each.header.first - 1:
                return bytes.fromhex(each.header.prev)
            if each.header.first <= seq <= each.last:
                return each.chains[seq - each.header.first]
        return self.shelf.chain_at(seq)

    def seal_all(self) -> None:
        """Seal whatever can be sealed, at the end of a journal."""
        if len(self.current):
            self.full.append(self.current)
            while self.full:
                self.seal_one()
        else:
            self.current.close()
        sync_folder(self._folder)

    def close(self) -> None:
        """Close the files; harmless when repeated."""
        for each in (*self.full, self.current):
            each.close()

    def check(self) -> None:
        """Raise JournalBroken if there are segments of two journals here."""
        if any(each.header.journal != self.journal for each in self.full):
            msg = N_("it holds segments of two journals")
            raise JournalBroken(msg)
