"""The journal as the passages see it: what was stored, read back at a start."""

from collections.abc import Iterator
from pathlib import Path

from device.journal.reader import JournalReader
from device.journal.store import CardJournal
from wire.canonical import Document

MOST = 20_000
"""Records read back at most: a start takes a moment, however long the count was not written."""
STRETCH = 256


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
