"""When the chain's head is signed, and how.

A signed head lets the collector prove, long after, that what it holds is what the gate had. It is
signed every few minutes while the gate works, and at a stop. Pure: it is told the time.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.flow import Instant
from device.journal import records
from wire.head import Head, pack
from wire.record import Record, What, link, to_document


class Heads:
    """Signs heads of one gate's journals."""

    def __init__(self, gate: str, key: Ed25519PrivateKey | None, every_ns: int) -> None:
        """Sign for `gate`; without a key nothing is due, ever."""
        self._gate, self._key, self._every_ns = gate, key, every_ns
        self._signed_ns: int | None = None

    def is_due(self, up_ns: int) -> bool:
        """Say whether the head is to be signed now: first one interval after a start."""
        if self._signed_ns is None:
            self._signed_ns = up_ns
        return self._key is not None and up_ns - self._signed_ns >= self._every_ns

    def behind(
        self, found: list[Record], journal: str, seq: int, chain: bytes, at: Instant
    ) -> list[Record]:
        """Return `found` and behind it the head it leads to; without a key `found` alone.

        `seq` and `chain` are where the journal stood before.
        """
        if self._key is None:
            return found
        for each in found:
            seq, chain = each.seq, link(chain, to_document(each))
        head = pack(Head(self._gate, journal, seq, chain.hex()), self._key)
        self._signed_ns = at.up_ns
        return [*found, records.note(seq + 1, What.HEAD, at, head)]
