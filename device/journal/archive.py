"""Journals that were given up are looked after like the one of now, while they are still here.

Their segments are read again now and then; what is damaged is set aside and declared, and a record
that the collector refuses for good gives way to a declaration, so that the rest of them arrives.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.flow import Instant
from device.journal import folder as names
from device.journal import retired, segment
from device.journal.damage import Join, Mender
from device.journal.shelf import Shelf
from device.journal.substitution import Substitution
from wire.receipt import Refusal


class Kept:
    """One journal that was given up."""

    def __init__(
        self, own: Path, one: retired.Retired, gate: str, key: Ed25519PrivateKey | None
    ) -> None:
        """Look after the sealed segments in `own`."""
        self._own, self._one = own, one
        listed = names.segments(own)
        self._shelf = Shelf(own, [each.first for each in listed if each.suffix == names.SEALED])
        self._end = _end(own, listed, one)
        self._mender = Mender(own, gate, key)
        self._substitution = Substitution(own, gate, key)

    def inspect(self, at: Instant) -> None:
        """Read one segment, and mend it."""
        if self._shelf.firsts:
            self._mender.inspect(self._one.journal, self._shelf, self._end, at)

    def substitute(self, refusal: Refusal, at: Instant) -> bool:
        """Declare a refused record missing; say whether that was done."""
        return self._substitution.make(self._one.journal, self._shelf, refusal, at)


class Archive:
    """All of them."""

    def __init__(self, folder: Path, gate: str, key: Ed25519PrivateKey | None) -> None:
        """Look for them in the journal's `folder`."""
        self._folder, self._gate, self._key = folder, gate, key
        self._kept: dict[str, Kept] = {}

    def inspect(self, at: Instant) -> None:
        """Read one segment of each that the collector has not wholly confirmed."""
        if self._key is None:
            return
        waiting = {each.journal: each for each in retired.waiting(self._folder)}
        self._kept = {name: each for name, each in self._kept.items() if name in waiting}
        for each in waiting.values():
            self._of(each).inspect(at)

    def substitute(self, journal: str, refusal: Refusal, at: Instant) -> bool:
        """Declare a refused record missing; say whether that was done."""
        for each in retired.waiting(self._folder):
            if each.journal == journal:
                return self._of(each).substitute(refusal, at)
        return False

    def _of(self, one: retired.Retired) -> Kept:
        if one.journal not in self._kept:
            own = one.within(self._folder)
            self._kept[one.journal] = Kept(own, one, self._gate, self._key)
        return self._kept[one.journal]


def _end(own: Path, listed: list[names.Named], one: retired.Retired) -> Join:
    """Return where the sealed segments end: at one that was left open, or with the journal."""
    opened = [each for each in listed if each.suffix == names.OPEN]
    if opened:
        header = segment.read(opened[0].within(own).read_bytes()).header
        return Join(opened[0].first, bytes.fromhex(header.prev) if header else b"")
    return Join(one.last + 1, bytes.fromhex(one.chain))
