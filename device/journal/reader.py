"""Reading a journal that another process writes: for the uplink, and for people.

It never reads beyond the durable end that the scanner has said, and notices by itself when a
segment is sealed or dropped while it reads.
"""

import os
from pathlib import Path
from typing import Self

import msgspec

from device.errors import JournalBroken
from device.journal import folder as names
from device.journal import sealed, segment
from wire.canonical import Document
from wire.record import link

HEAD_BYTES = 4 * segment.HEADER_BYTES


class Stretch(msgspec.Struct, frozen=True):
    """Consecutive records, and the chain value before the first."""

    documents: list[Document]
    prev: bytes


class JournalReader:
    """Reads forward from any record that is still there."""

    def __init__(self, folder: Path) -> None:
        """Read the journal in `folder`."""
        self._folder = folder
        self._next = 0
        self._chain = b""
        self._ahead: list[Document] = []
        self._tail: _Tail | None = None

    @property
    def next(self) -> int:
        """Return the seq that `take` will give next; 0 before the first `seek`."""
        return self._next

    def first(self) -> int:
        """Return the seq of the oldest record that is still there; 1 for an empty journal."""
        found = names.segments(self._folder)
        return found[0].first if found else 1

    def seek(self, seq: int) -> int:
        """Go to record `seq`, or to the oldest there is if that is later; return where.

        Raises JournalBroken if the segment that holds it cannot be read.
        """
        self.close()
        found = names.segments(self._folder)
        before = [each for each in found if each.first <= seq] or found[:1]
        if not before:
            msg = "the journal is empty"
            raise JournalBroken(msg)
        self._open(min(each for each in before if each.first == before[-1].first))
        self._skip_to(seq)
        return self._next

    def take(self, upto: int, most: int) -> Stretch:
        """Return up to `most` records of one boot, none beyond `upto`, and move behind them."""
        if not self._ahead:
            self._refill(upto)
        prev = self._chain
        taken: list[Document] = []
        while self._ahead and len(taken) < most and self._next <= upto:
            if taken and self._ahead[0]["boot"] != taken[0]["boot"]:
                break
            document = self._ahead.pop(0)
            taken.append(document)
            self._chain = link(self._chain, document)
            self._next += 1
        return Stretch(taken, prev)

    def close(self) -> None:
        """Let go of the file that is being read, and of the place in it."""
        if self._tail is not None:
            self._tail.close()
        self._tail = None
        self._ahead = []
        self._next = 0

    def _open(self, named: names.Named) -> None:
        path = named.within(self._folder)
        if named.suffix == names.SEALED:
            whole = sealed.load(path)
            self._start(whole.header)
            self._ahead = whole.documents
        else:
            try:
                self._tail = _Tail(path)
            except FileNotFoundError:  # sealed since we looked
                self._open(names.Named(named.first, names.SEALED))
                return
            self._start(self._tail.header)

    def _start(self, header: segment.Header) -> None:
        self._next, self._chain = header.first, bytes.fromhex(header.prev)

    def _skip_to(self, seq: int) -> None:
        while self._next < seq:
            if not self._ahead:
                self._refill(seq - 1)
            if not self._ahead:
                return
            self._chain = link(self._chain, self._ahead.pop(0))
            self._next += 1

    def _refill(self, upto: int) -> None:
        """Read on: the rest of the open segment, or the segment after a finished one."""
        if self._next > upto:
            return
        self._ahead = self._unread()
        if not self._ahead:
            self._follow()

    def _follow(self) -> None:
        """Go to the segment that begins with the next record, if there is one yet."""
        found = [each for each in names.segments(self._folder) if each.first == self._next]
        if found:
            self.close()
            self._open(found[0])
            self._ahead = self._ahead or self._unread()

    def _unread(self) -> list[Document]:
        """Return what the open segment has and was not read yet."""
        return self._tail.read(self._next) if self._tail is not None else []

    def __enter__(self) -> Self:
        """Use it in a `with`."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close."""
        self.close()


class _Tail:
    """The open segment, followed while it grows; it stays readable when it is sealed."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            self.header, self._offset = _header(os.pread(self._fd, HEAD_BYTES, 0), path.name)
        except BaseException:
            os.close(self._fd)
            raise

    def read(self, seq: int) -> list[Document]:
        """Return the whole lines from record `seq` on that were not read before."""
        data = os.pread(self._fd, os.fstat(self._fd).st_size - self._offset, self._offset)
        documents, at = [], 0
        while (found := segment.read_line(data, at)) is not None:
            document, at = found
            if document.get("seq", 0) >= seq:
                documents.append(document)
        self._offset += at
        return documents

    def close(self) -> None:
        os.close(self._fd)


def _header(data: bytes, name: str) -> tuple[segment.Header, int]:
    """Return the header of an open segment and the offset behind it."""
    head = segment.read_line(data, 0)
    if head is None:
        msg = f"segment {name} has no header"
        raise JournalBroken(msg)
    return msgspec.convert(head[0], segment.Header), head[1]
