"""Reading a journal that another process writes: for the uplink, and for people.

It never reads beyond the durable end that the scanner has said, and notices by itself when a
segment is sealed or dropped while it reads. Records come as they are spelled in the file: whoever
sends them on need not take them apart and spell them again.
"""

import os
from collections import deque
from pathlib import Path
from typing import Self

import msgspec

from device.errors import JournalBroken
from device.journal import folder as names
from device.journal import sealed, segment
from wire.canonical import Document
from wire.record import link_spelled

HEAD_BYTES = 4 * segment.HEADER_BYTES
CHUNK = 32 * 1024
"""Of the open segment at once: most of what follows its end is zeros."""


class Stretch(msgspec.Struct, frozen=True):
    """Consecutive records of one boot, and the chain value before the first."""

    spelled: list[bytes]
    """Their canonical bytes."""
    prev: bytes
    first: int
    last: int
    """What the last of them speaks for; below `first` if there is none."""

    @property
    def documents(self) -> list[Document]:
        """Return the records, read."""
        return [msgspec.json.decode(each) for each in self.spelled]


class _Glance(msgspec.Struct):
    """What the reader must see of a record to find its way."""

    seq: int
    boot: str = ""
    t: str = ""
    last: int = 0
    after: str = ""

    @property
    def next(self) -> int:
        """Return the seq of the record that follows."""
        return max(self.seq, self.last if self.t == "missing" else 0) + 1


_glance = msgspec.json.Decoder(_Glance).decode


class JournalReader:
    """Reads forward from any record that is still there."""

    def __init__(self, folder: Path) -> None:
        """Read the journal in `folder`."""
        self._folder = folder
        self.journal = ""
        """The journal that is being read; known after the first `seek`."""
        self._next = 0
        self._chain = b""
        self._ahead: deque[tuple[_Glance, bytes]] = deque()
        self._tail: _Tail | None = None

    @property
    def next(self) -> int:
        """Return the seq that `take` will give next; 0 before the first `seek`."""
        return self._next

    @property
    def held(self) -> int:
        """Return how many records are in memory: at most a segment's."""
        return len(self._ahead)

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
        prev, first = self._chain, self._next
        taken: list[bytes] = []
        boot = self._ahead[0][0].boot if self._ahead else ""
        while self._ahead and len(taken) < most and self._next <= upto:
            if self._ahead[0][0].boot != boot:
                break
            taken.append(self._step())
        return Stretch(taken, prev, first, self._next - 1)

    def close(self) -> None:
        """Let go of the file that is being read, and of the place in it."""
        if self._tail is not None:
            self._tail.close()
        self._tail = None
        self._ahead.clear()
        self._next = 0

    def _step(self) -> bytes:
        """Move behind the next record and return it; a declaration says where the chain goes on."""
        seen, text = self._ahead.popleft()
        declared = seen.t == "missing" and seen.after
        self._chain = bytes.fromhex(seen.after) if declared else link_spelled(self._chain, text)
        self._next = seen.next
        return text

    def _open(self, named: names.Named) -> None:
        path = named.within(self._folder)
        if named.suffix == names.SEALED:
            whole = sealed.load(path)
            self._start(whole.header)
            self._ahead.extend((_glance(each), each) for each in whole.records)
        else:
            try:
                self._tail = _Tail(path)
            except FileNotFoundError:  # sealed since we looked
                self._open(names.Named(named.first, names.SEALED))
                return
            self._start(self._tail.header)

    def _start(self, header: segment.Header) -> None:
        self._next, self._chain = header.first, bytes.fromhex(header.prev)
        self.journal = header.journal

    def _skip_to(self, seq: int) -> None:
        while self._next < seq:
            if not self._ahead:
                self._refill(seq - 1)
            if not self._ahead or self._ahead[0][0].next > seq:
                return  # nothing more, or a declaration that speaks for `seq` too
            self._step()

    def _refill(self, upto: int) -> None:
        """Read on: the rest of the open segment, or the segment after a finished one."""
        if self._next > upto:
            return
        self._read_tail()
        if not self._ahead:
            self._follow()

    def _follow(self) -> None:
        """Go to the segment that begins with the next record, if there is one yet.

        An open segment that was sealed while it was read may have become the next one's file: then
        the rest of it is in the sealed one.
        """
        following = self._next
        listed = names.segments(self._folder)
        found = [each for each in listed if each.first == following]
        if found:
            self.close()
            self._open(found[0])
            if not self._ahead:
                self._read_tail()
        elif self._tail is not None and not self._tail.is_listed(listed):
            self.seek(following)

    def _read_tail(self) -> None:
        """Take what the open segment has and was not read yet."""
        if self._tail is not None:
            self._ahead.extend(each for each in self._tail.read() if each[0].seq >= self._next)

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
        self._following = self.header.first

    def is_listed(self, listed: list[names.Named]) -> bool:
        """Say whether the segment is still open, by the folder's list."""
        return names.Named(self.header.first, names.OPEN) in listed

    def read(self) -> list[tuple[_Glance, bytes]]:
        """Return whole lines that were not read before: all, or as many as fit in a chunk."""
        data = os.pread(self._fd, CHUNK, self._offset)
        found, at = [], 0
        while (line := segment.text_at(data, at)) is not None:
            try:
                seen = _glance(line[0])
            except msgspec.DecodeError:  # checked and yet no record: nothing behind it is believed
                break
            if seen.seq != self._following:  # of the segment whose file this was before, or will be
                break
            found.append((seen, line[0]))
            self._following = seen.next
            at = line[1]
        self._offset += at
        return found

    def close(self) -> None:
        os.close(self._fd)


def _header(data: bytes, name: str) -> tuple[segment.Header, int]:
    """Return the header of an open segment and the offset behind it."""
    head = segment.read_line(data, 0)
    if head is None:
        msg = f"segment {name} has no header"
        raise JournalBroken(msg)
    return msgspec.convert(head[0], segment.Header), head[1]
