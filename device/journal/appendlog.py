"""TinyDB's Storage for the open segment: an insert is one line and one flush.

TinyDB hands a Storage the whole database at every write. This one finds what was added, appends
it with a checksum, and returns when `fdatasync` has. It refuses everything that is no append:
a journal forgets whole segments, never single records.
"""

import itertools
import os
from pathlib import Path
from typing import Any

import msgspec
from tinydb import TinyDB
from tinydb.storages import Storage

from device.errors import JournalBroken, JournalFull
from device.journal import segment
from device.journal.disk import translated, write_all
from device.journal.growing import GROWS, Stored
from device.plainfile import sync_folder
from wire.canonical import Document
from wire.record import link_spelled

TABLE = TinyDB.default_table_name
LARGEST = 2048
"""No record takes more bytes: its personal fields are a few short texts."""
ZEROS = bytes(64 * 1024)


def prepare(path: Path, size: int) -> None:
    """Make a file of `size` zeros at `path`, really written and durable, to become a segment."""
    with translated("preparing a segment"):
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
        try:
            for offset in range(0, size, len(ZEROS)):
                write_all(fd, ZEROS[: size - offset], offset)
            os.fsync(fd)
        finally:
            os.close(fd)


class AppendLog(Storage):
    """The open segment as a TinyDB storage.

    After an error in `write` nothing more is written: what the disk holds is then unknown, and
    only opening the file again can tell.
    """

    def __init__(self, path: Path) -> None:
        """Open the segment at `path` and remember what is in it; nothing is changed yet.

        Raises JournalBroken if the file has no whole header.
        """
        self.path = path
        with translated("opening a segment"):
            self._fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            self._load()
        except BaseException:
            os.close(self._fd)
            raise

    def _load(self) -> None:
        with translated("reading a segment"):
            self.room = os.fstat(self._fd).st_size
            data = os.pread(self._fd, self.room, 0)
        content = segment.read(data)
        if content.header is None:
            msg = f"segment {self.path.name} has no header"
            raise JournalBroken(msg)
        self.header = content.header
        self.chains = content.chains
        """The chain value after each record."""
        self.lost = content.lost
        """The last record that stood behind a damaged line; 0 if there is none."""
        self.texts = content.texts
        """The canonical bytes of each record."""
        self.rows: dict[str, Document] = {
            str(each["seq"]): Stored(each) for each in content.documents
        }
        self._end = content.end
        self._tail = b"" if content.is_clean else data[content.end :].rstrip(b"\0")
        self._usable = True

    @classmethod
    def begin(cls, spare: Path, path: Path, header: segment.Header) -> "AppendLog":
        """Turn the file at `spare` into the segment at `path`, durably, and open it."""
        with translated("beginning a segment"):
            fd = os.open(spare, os.O_WRONLY | os.O_NOFOLLOW)
            try:
                write_all(fd, segment.spell(msgspec.to_builtins(header)) + segment.END, 0)
                os.fdatasync(fd)
            finally:
                os.close(fd)
            spare.rename(path)
            sync_folder(path.parent)
        return cls(path)

    def __len__(self) -> int:
        """Return how many records are in the segment."""
        return len(self.rows)

    @property
    def last(self) -> int:
        """Return the seq of the last record: the one before `first` if there is none yet."""
        return self.header.first + len(self.rows) - 1

    @property
    def chain(self) -> bytes:
        """Return the chain value after the last record: what the next one builds on."""
        return self.chains[-1] if self.chains else bytes.fromhex(self.header.prev)

    def fits(self, count: int) -> bool:
        """Say whether there is room for `count` more records, even large ones."""
        return self.room - self._end >= count * LARGEST

    def documents(self) -> list[Document]:
        """Return the records, in sequence."""
        return list(self.rows.values())

    def cut(self) -> None:
        """Put zeros over a torn tail, so that nothing can ever read it as part of a record."""
        if self._tail:
            with translated("cutting a torn tail"):
                write_all(self._fd, bytes(len(self._tail)), self._end)
                os.fdatasync(self._fd)
            self._tail = b""

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return the database as TinyDB wants it; the outer mapping is the caller's own."""
        return {TABLE: self.rows} if self.rows else None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Append what `data` has more than the segment; return when it is durable."""
        table = data.get(TABLE, {})
        have = len(self.rows)
        # What is stored cannot have been changed (Stored); that none was taken away, their number
        # and the last one say.
        if len(data) > 1 or len(table) < have or (have and str(self.last) not in table):
            raise ValueError(GROWS)
        self.append(dict(itertools.islice(table.items(), have, None)))

    def append(self, added: dict[str, Document]) -> None:
        """Append rows, each under its seq; return when they are durable.

        Raises ValueError unless they are the next ones, JournalFull, JournalBroken.
        """
        if not self._usable:
            msg = "the journal was not usable after an earlier error"
            raise JournalBroken(msg)
        for seq, (name, each) in enumerate(added.items(), self.last + 1):
            if each.get("seq") != seq or name != str(seq):
                raise ValueError(GROWS)
        if not added:
            return
        lines = [segment.spell(each) for each in added.values()]
        text = b"".join([*lines, segment.END])
        if self._end + len(text) > self.room:
            msg = "the segment has no room for the record"
            raise JournalFull(msg)
        self._usable = False
        with translated("writing a record"):
            write_all(self._fd, text, self._end)
            os.fdatasync(self._fd)
        self._usable = True
        self._end += len(text) - len(segment.END)
        for line in lines:
            self.texts.append(segment.text_of(line))
            self.chains.append(link_spelled(self.chain, self.texts[-1]))
        self.rows.update((name, Stored(each)) for name, each in added.items())

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self._usable = False
