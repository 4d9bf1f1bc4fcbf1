"""Whose signatures this gate believes: the keys of its enrolment, or of a ring that came later.

One ring serves all parts of a process: what it has taken counts for each of them at once. A ring is
taken only from the root, whole, and only if it is newer than what is held. Knows no clock: whoever
knows the time says it, and only a time that is surely past.
"""

from pathlib import Path

from device import plainfile
from wire import keyring
from wire.enrolment import Enrolment
from wire.errors import WireError
from wire.keyring import KeyList
from wire.keys import KeyEntry, Keyring, SealKey

NAME = "keyring.json"
"""In inbox/ and accepted/."""


class Believed(Keyring):
    """The keys that count for one gate."""

    def __init__(self, enrolment: Enrolment, root: KeyEntry | None = None) -> None:
        """Begin with the enrolment's; without a `root` nothing takes their place."""
        super().__init__(enrolment.keys)
        self._root = Keyring([root] if root is not None else [])
        self.entries = enrolment.keys
        self.issued = enrolment.issued
        """When the authority has said so, ms."""
        self.version = 0
        self.seal: SealKey = enrolment.seal
        self.ca = ""
        """PEM: whose servers are believed; empty for what came with the enrolment."""
        self.ever = Keyring(enrolment.keys)
        """The same keys, for what they signed while they were good: it goes on after their end."""

    def opened(self, data: bytes) -> KeyList:
        """Read a ring; raise WireError unless the root signed it and it is for us to take."""
        found = keyring.unpack(data, self._root)
        if found.issued < self.issued and not self.version:
            msg = "older than the enrolment"
            raise WireError(msg)
        return found

    def take(self, found: KeyList) -> None:
        """Believe these keys, and no others, from now on."""
        super().__init__(found.keys, self.at_ms)
        self.ever = Keyring(found.keys)
        self.entries, self.seal, self.ca = found.keys, found.seal, found.ca
        self.issued, self.version = found.issued, found.version

    def hear(self, data: bytes) -> bool:
        """Take a ring if it is one and newer; say whether it was. It never raises."""
        try:
            found = self.opened(data)
        except WireError:
            return False
        if found.version <= self.version:
            return False
        self.take(found)
        return True


def told(enrolment: Enrolment, root: KeyEntry, *folders: Path) -> Believed:
    """Return the ring with the newest that lies in one of the `folders`, if the root signed it."""
    ring = Believed(enrolment, root)
    for folder in folders:
        try:
            data = plainfile.read(folder / NAME, keyring.LIMIT)
        except OSError:
            continue
        ring.hear(data or b"")
    return ring
