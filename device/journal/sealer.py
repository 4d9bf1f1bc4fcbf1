"""Seals personal fields before they reach the card.

A data key lives in memory for one segment. It is sealed to the authority once and kept as a
record in front of the first scan that uses it; the gate itself cannot open it again.
"""

from wire.canonical import Document
from wire.keys import SealKey
from wire.sealing import DataKey, place


class Sealer:
    """The data key of the moment."""

    def __init__(self, gate: str, authority: SealKey) -> None:
        """Seal for `gate`'s records, to `authority`."""
        self._gate = gate
        self._authority = authority
        self._key = DataKey.fresh()
        self.key_seq: int | None = None
        """`seq` of the record that holds the current key; None until it is stored."""

    @property
    def to(self) -> str:
        """Return the name of the authority's key."""
        return self._authority.kid

    def readdress(self, authority: SealKey) -> None:
        """Seal to another key of the authority's from the next scan on."""
        if authority != self._authority:
            self._authority = authority
            self.renew()

    def renew(self) -> None:
        """Forget the key; the next scan begins with a new one."""
        self._key = DataKey.fresh()
        self.key_seq = None

    def sealed_key(self) -> str:
        """Return the current key, sealed to the authority."""
        return self._key.sealed_to(self._authority)

    def seal(self, fields: Document, journal: str, seq: int) -> str:
        """Return `fields` sealed for the record (`journal`, `seq`) of this gate."""
        return self._key.seal(fields, place(self._gate, journal, seq))
