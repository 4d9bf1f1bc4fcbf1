"""A record that the collector refuses for good gives its place to a signed declaration.

It is believed on one condition: the collector's signed refusal names these very bytes, so nobody on
the way can have a good record forgotten. A copy is in the quarantine before. The chain goes on
behind the declaration as if nothing had happened. A power cut at any step leaves the whole segment
where it was, at worst beside parts of it, which whoever reads on from there finds first.
"""

from pathlib import Path

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.errors import JournalBroken
from device.flow import Instant
from device.journal import folder as names
from device.journal import records, sealed
from device.journal.segment import Header
from device.journal.shelf import Shelf
from wire import batch, head
from wire.canonical import canonical
from wire.errors import WireError
from wire.keys import kid_of, raw_public
from wire.receipt import Refusal
from wire.record import Missing, read_spelled, to_document

log = structlog.get_logger()

REFUSED = "refused"
"""The cause that is declared; what was a declaration already keeps its own."""


class Place(msgspec.Struct, frozen=True):
    """A record in a sealed segment."""

    held: sealed.Spelled
    number: int
    """Which of its records."""

    @property
    def record(self) -> bytes:
        """Return its bytes."""
        return self.held.records[self.number]

    @property
    def before(self) -> bytes:
        """Return the chain value before it."""
        if self.number:
            return self.held.chains[self.number - 1]
        return bytes.fromhex(self.held.header.prev)


class Substitution:
    """Puts declarations in the place of refused records, in one journal's sealed segments."""

    def __init__(self, folder: Path, gate: str, key: Ed25519PrivateKey | None) -> None:
        """Declare for `gate`, signed with `key`; without one nothing is done."""
        self._folder, self._gate, self._key = folder, gate, key

    def make(self, journal: str, shelf: Shelf, refusal: Refusal, at: Instant) -> bool:
        """Declare the refused record missing; say whether that was done.

        Not if the refusal means another record, or one whose place it has already taken.
        """
        place = _found(shelf, refusal.seq)
        if self._key is None or place is None:
            return False
        if refusal.of not in batch.named(journal, place.record, place.before):
            return False
        bare = self._bare(place, refusal.seq, at)
        if bare is None:
            return False
        signed = canonical(to_document(head.declare(bare, self._gate, journal, self._key)))
        self._cut(journal, shelf, place, (bare, signed))
        log.error("record.given-up", first=bare.seq, last=bare.last, cause=bare.cause)
        return True

    def _bare(self, place: Place, seq: int, at: Instant) -> Missing | None:
        """Return what is to be declared; None if this key has already signed just that."""
        after = place.held.chains[place.number]
        if sealed.glance(place.record).t != "missing":
            return records.missing(seq, seq, REFUSED, after, at)
        try:
            old = read_spelled(place.record)
        except WireError:
            old = None
        if not isinstance(old, Missing):
            return None
        same = self._key is not None and old.kid == kid_of(raw_public(self._key))
        return None if same else records.missing(seq, old.last, old.cause, after, at)

    def _cut(
        self, journal: str, shelf: Shelf, place: Place, declared: tuple[Missing, bytes]
    ) -> None:
        """Make up to three segments of one; the whole one goes last."""
        missing, signed = declared
        held, number = place.held, place.number
        after = held.chains[number]
        if rest := held.records[number + 1 :]:
            self._seal(journal, (missing.last + 1, after), rest, held.chains[-1])
            shelf.add(missing.last + 1)
        self._seal(journal, (missing.seq, place.before), [signed], after)
        shelf.add(missing.seq)
        if number:
            prev = bytes.fromhex(held.header.prev)
            self._seal(journal, (held.header.first, prev), held.records[:number], place.before)
            shelf.add(held.header.first)

    def _seal(
        self, journal: str, begin: tuple[int, bytes], spelled: list[bytes], chain: bytes
    ) -> None:
        first, prev = begin
        path = names.Named(first, names.SEALED).within(self._folder)
        sealed.seal(path, Header(self._gate, journal, first, prev.hex()), spelled, chain)


def _found(shelf: Shelf, seq: int) -> Place | None:
    try:
        held = shelf.holding(seq)
    except JournalBroken:  # the mender will find that
        return None
    if held is None:
        return None
    for number, each in enumerate(held.records):
        if sealed.glance(each).seq == seq:
            return Place(held, number)
    return None
