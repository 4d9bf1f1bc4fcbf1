"""What a card has lost, set aside and declared, so that the rest goes on.

A damaged segment keeps its records up to the damage. What follows in it leaves a hole in the
sequence, and a signed declaration takes the hole's place: the mark passes it, and the officer sees
it. The damaged file stays on the card as `*.bad`. Each step can be cut off by a power cut and is
then done again, because a hole is found by its numbers alone.
"""

from pathlib import Path

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.errors import JournalBroken
from device.flow import Instant
from device.journal import folder as names
from device.journal import records, sealed
from device.journal.appendlog import AppendLog
from device.journal.segment import Header
from device.journal.shelf import Shelf
from device.plainfile import sync_folder
from wire import head
from wire.canonical import canonical
from wire.record import ClockState, Missing, severed, to_document

log = structlog.get_logger()

DAMAGED, GONE, DROPPED = "damaged", "gone", "dropped"
"""Causes: read and found broken; not there at all; once confirmed, and dropped since."""
ROUND_NS = 24 * 3600 * 10**9
"""Sealed segments are read again so often."""


class Join(msgspec.Struct, frozen=True):
    """Where one segment ends or the next begins: a seq, and the chain value before it."""

    seq: int
    chain: bytes


class Hole(msgspec.Struct, frozen=True):
    """Numbers without records."""

    before: Join
    """Where it begins."""
    behind: Join
    """Where the records go on."""
    cause: str


class Mender:
    """Looks after the sealed segments of one journal."""

    def __init__(self, folder: Path, gate: str, key: Ed25519PrivateKey | None) -> None:
        """Declare for `gate`, signed with `key`; without one nothing is mended."""
        self._folder, self._gate, self._key = folder, gate, key
        self._holes: list[Hole] = []
        self._next = 0
        self._before: Join | None = None
        """Where the segment that was read last ends."""
        self._rested_ns: int | None = None

    @property
    def can_declare(self) -> bool:
        """Say whether there is a key to sign with."""
        return self._key is not None

    @property
    def is_waiting(self) -> bool:
        """Say whether a hole is known and not declared yet."""
        return bool(self._holes)

    def look_at(self, seq: int, shelf: Shelf) -> None:
        """Begin the next round at the segment that holds `seq`."""
        held = [each for each in shelf.firsts if each <= seq]
        self._next, self._before, self._rested_ns = held[-1] if held else 0, None, None

    def salvage(self, damaged: AppendLog, behind: Join | None) -> Join:
        """Seal what an open segment still has, and return where the records go on.

        `behind` is where the next segment begins; without one the sequence goes on behind the
        last number that had been used.
        """
        names.set_aside(damaged.path)
        before = Join(damaged.last + 1, damaged.chain)
        if len(damaged):
            path = names.Named(damaged.header.first, names.SEALED).within(self._folder)
            sealed.seal(path, damaged.header, damaged.texts, damaged.chain)
        damaged.close()
        damaged.path.unlink()
        sync_folder(self._folder)
        behind = behind or _severed(before, damaged.lost)
        self._holes.append(Hole(before, behind, DAMAGED))
        return behind

    def dropped(self, high: int, chain: bytes, first: int, after: bytes) -> None:
        """Take note that the collector, which stands at `high`, asks for records before `first`.

        They were confirmed and are no longer here: the collector was restored from an older copy.
        """
        if not self._holes:
            self._holes.append(Hole(Join(high + 1, chain), Join(first, after), DROPPED))

    def declare(self, journal: str, shelf: Shelf, at: Instant) -> None:
        """Put a declaration into a hole that is known."""
        hole = self._holes[0]
        self._fill(hole, journal, shelf, at)
        self._holes.pop(0)

    def inspect(self, journal: str, shelf: Shelf, end: Join, at: Instant) -> None:
        """Read one segment, and mend it or the hole before it; `end` is where the open ones begin.

        After the last one it rests for a day.
        """
        if self._rested_ns is not None:
            if at.up_ns - self._rested_ns < ROUND_NS:
                return
            self._rested_ns = None
        first = shelf.following(self._next)
        try:
            here = end if first is None else _beginning(shelf, first)
        except JournalBroken as error:
            if self._key is None:
                self._next = (first or 0) + 1
            elif first is not None:
                self._mend(journal, shelf, first, end, at)
            log.error("segment.damaged", first=first, detail=str(error))  # noqa: TRY400
            return
        if self._before is not None and self._before.seq < here.seq and self._key is not None:
            self._fill(Hole(self._before, here, GONE), journal, shelf, at)
        if first is None:
            self._next, self._before, self._rested_ns = 0, None, at.up_ns
        else:
            found = shelf.load(first)
            self._before = Join(found.last + 1, found.chains[-1])
            self._next = found.last + 1

    def _mend(self, journal: str, shelf: Shelf, first: int, end: Join, at: Instant) -> None:
        """Keep the records before the damage, and declare what followed in that segment."""
        behind = self._behind(shelf, first, end)
        data = _bytes(shelf.path(first))
        header = sealed.header_of(data)
        prev = bytes.fromhex(header.prev) if header and header.first == first else None
        if self._before is not None and self._before.seq == first:
            prev = self._before.chain
        good = sealed.salvage(data, first, prev, behind.chain or None)
        before = Join(first, prev or bytes(32))
        for each in [each for each in shelf.firsts if first <= each < behind.seq]:
            names.set_aside(shelf.path(each))
            if each != first or not good:
                shelf.remove(each)
        if good:
            kept = sealed.chained(Header(self._gate, journal, first, before.chain.hex()), good)
            sealed.seal(shelf.path(first), kept.header, good, kept.chains[-1])
            shelf.add(first)
            before = Join(kept.last + 1, kept.chains[-1])
        if not behind.chain:  # at the end of a journal that was given up
            behind = _severed(before, behind.seq - 1)
        if before.seq < behind.seq:
            self._fill(Hole(before, behind, DAMAGED), journal, shelf, at)
        self._next, self._before = behind.seq, behind

    def _behind(self, shelf: Shelf, first: int, end: Join) -> Join:
        """Return where the next segment begins whose own beginning is sound."""
        for each in shelf.firsts:
            header = sealed.header_of(_bytes(shelf.path(each))) if each > first else None
            if header is not None and header.first == each:
                return Join(each, bytes.fromhex(header.prev))
        return end

    def _fill(self, hole: Hole, journal: str, shelf: Shelf, at: Instant) -> None:
        if self._key is None:
            msg = "a declaration needs the gate's key"
            raise JournalBroken(msg)
        last = hole.behind.seq - 1
        bare = records.missing(hole.before.seq, last, hole.cause, hole.behind.chain, at)
        signed = canonical(to_document(head.declare(bare, self._gate, journal, self._key)))
        header = Header(self._gate, journal, hole.before.seq, hole.before.chain.hex())
        sealed.seal(shelf.path(header.first), header, [signed], hole.behind.chain)
        shelf.add(header.first)
        log.error("records.missing", first=header.first, last=last, cause=hole.cause)


def _beginning(shelf: Shelf, first: int) -> Join:
    """Read a segment, once more if it does not go; return where it begins."""
    try:
        found = shelf.load(first)
    except JournalBroken:
        found = shelf.load(first)
    return Join(first, bytes.fromhex(found.header.prev))


def _bytes(path: Path) -> bytes:
    """Return a damaged file's content; of one that cannot be read there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _severed(before: Join, last: int) -> Join:
    bare = Missing(
        seq=before.seq,
        last=last,
        cause=DAMAGED,
        after="",
        kid="",
        sig="",
        boot="",
        up=0,
        wall=0,
        clock=ClockState.UNSYNCED,
    )
    return Join(last + 1, severed(before.chain, bare))
