"""The sealed segments of a journal, in sequence; they are only read, and taken off whole."""

import bisect
from pathlib import Path

from device.errors import JournalBroken
from device.journal import folder as names
from device.journal import sealed
from device.journal.disk import translated
from device.journal.sealed import Spelled


class Shelf:
    """The sealed segments in one folder, by their first seq; thousands after weeks offline."""

    def __init__(self, folder: Path, firsts: list[int]) -> None:
        """Take what `names.segments` has found."""
        self._folder = folder
        self.firsts = sorted(firsts)
        self._held: Spelled | None = None
        """The one read last: receipts ask for the same one again and again."""

    def path(self, first: int) -> Path:
        """Return the file of the segment that begins with `first`."""
        return names.Named(first, names.SEALED).within(self._folder)

    def add(self, first: int) -> None:
        """Take note of a segment that was just sealed."""
        if first not in self.firsts:
            bisect.insort(self.firsts, first)
        self._held = None

    def load(self, first: int) -> Spelled:
        """Return a segment; raise JournalBroken if it cannot be read or is not what it says."""
        if self._held is None or self._held.header.first != first:
            self._held = sealed.load(self.path(first))
            if self._held.header.first != first:
                self._held = None
                msg = f"sealed segment {self.path(first).name} is another one"
                raise JournalBroken(msg)
        return self._held

    def remove(self, first: int) -> None:
        """Delete a segment."""
        with translated("dropping a segment"):
            self.path(first).unlink(missing_ok=True)
        self.firsts.remove(first)
        self._held = None

    def following(self, seq: int) -> int | None:
        """Return the first segment that begins at or behind `seq`."""
        at = bisect.bisect_left(self.firsts, seq)
        return self.firsts[at] if at < len(self.firsts) else None

    def holding(self, seq: int) -> Spelled | None:
        """Return the segment with record `seq`; None if there is none."""
        at = bisect.bisect_right(self.firsts, seq) - 1
        found = self.load(self.firsts[at]) if at >= 0 else None
        return found if found is not None and found.last >= seq else None

    def chain_at(self, seq: int) -> bytes | None:
        """Return the chain value after record `seq`.

        None where there is none: the record is no longer here, or is among missing ones. The value
        before the oldest is known. Raises JournalBroken if its segment cannot be read.
        """
        at = bisect.bisect_right(self.firsts, seq) - 1
        if at < 0:
            begins = bool(self.firsts) and seq == self.firsts[0] - 1
            return bytes.fromhex(self.load(self.firsts[0]).header.prev) if begins else None
        found = self.load(self.firsts[at])
        if seq == found.last:
            return found.chains[-1]
        return found.chains[seq - found.header.first] if len(found.chains) > 1 else None
