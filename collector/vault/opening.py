"""Opens what gates have sealed: data keys with the authority's key, fields with those.

What does not open says why, in a word that is kept and counted. Nothing opened is kept here but
data keys, for the scans that follow.
"""

import enum
from collections import OrderedDict
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.ledger.ports import View
from wire.canonical import Document
from wire.errors import WireError
from wire.record import Key, Scan, read_spelled
from wire.sealing import DataKey, open_data_key, place, seal_key

KEYS_KEPT = 20_000
"""A gate uses one for a few hundred scans."""


class Why(enum.StrEnum):
    """Why a record does not open. Stored, so never renamed."""

    NO_KEY = "no-key"
    """The record with its data key is not in the ledger."""
    OTHER_AUTHORITY = "other-authority"
    """Its data key is sealed to another key than ours."""
    KEY_DAMAGED = "key-damaged"
    FIELDS_DAMAGED = "fields-damaged"


class Unopenable(Exception):
    """A record that does not open."""

    def __init__(self, why: Why) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why


class Opener:
    """The authority's private keys, and the data keys they have opened last."""

    def __init__(self, seals: Sequence[bytes], view: View) -> None:
        """Take the raw private keys, and the ledger in which data keys are looked up."""
        privates = [X25519PrivateKey.from_private_bytes(each) for each in seals]
        self._privates = {seal_key(each.public_key()).kid: each for each in privates}
        self._view = view
        self._keys: OrderedDict[tuple[str, str, int], DataKey] = OrderedDict()

    def fields(self, gate: str, journal: str, scan: Scan) -> Document:
        """Return the personal fields of a scan that has some; raise Unopenable."""
        if scan.key is None or scan.sealed is None:
            raise Unopenable(Why.NO_KEY)
        key = self._key(gate, journal, scan.key)
        try:
            return key.open(scan.sealed, place(gate, journal, scan.seq))
        except WireError as error:
            raise Unopenable(Why.FIELDS_DAMAGED) from error

    def _key(self, gate: str, journal: str, seq: int) -> DataKey:
        name = (gate, journal, seq)
        found = self._keys.get(name)
        if found is None:
            found = self._keys[name] = self._opened(*name)
            if len(self._keys) > KEYS_KEPT:
                self._keys.popitem(last=False)
        else:
            self._keys.move_to_end(name)
        return found

    def _opened(self, gate: str, journal: str, seq: int) -> DataKey:
        raw = self._view.record(gate, journal, seq)
        try:
            record = read_spelled(raw) if raw else None
        except WireError:
            record = None
        if not isinstance(record, Key):
            raise Unopenable(Why.NO_KEY)
        private = self._privates.get(record.to)
        if private is None:
            raise Unopenable(Why.OTHER_AUTHORITY)
        try:
            return open_data_key(record.sealed, private)
        except WireError as error:
            raise Unopenable(Why.KEY_DAMAGED) from error
