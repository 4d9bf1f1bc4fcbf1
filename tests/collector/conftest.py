"""What the collector's tests share: a gate's journal that spells real records and batches."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.intake.desk import Message, arrival_of
from collector.ledger.entries import Arrival
from tests.collector.postgres import postgres
from wire import batch, head, topics
from wire.canonical import Document
from wire.keys import Keyring, Use, entry
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Mark,
    Missing,
    Note,
    Outcome,
    Reason,
    Scan,
    Signature,
    Told,
    What,
    genesis,
    link,
    to_document,
)

__all__ = ["postgres"]

WALL = 1_780_000_000_000
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""Every gate's records key."""
ENTRY = entry(KEY.public_key(), Use.RECORDS)
RING = Keyring([ENTRY])


class Journal:
    """A gate's journal: records in sequence and chain, spelt as a real gate spells them."""

    def __init__(self, gate: str, name: str, boot: str = "0badcafe") -> None:
        self.gate, self.name, self.boot = gate, name, boot
        self.documents: list[Document] = []
        self.chain = [genesis(gate, name)]

    def add(self, document: Document) -> None:
        document = {**document, "seq": len(self.chain), "boot": self.boot}
        self.documents.append(document)
        self.chain.append(link(self.chain[-1], document))

    def missing(
        self, last: int, after: bytes | None = None, key: Ed25519PrivateKey = KEY
    ) -> "Journal":
        """Declare the records from the next one up to `last` missing."""
        first = len(self.chain)
        chain = bytes([last % 256]) * 32 if after is None else after
        plain = Missing(
            seq=first,
            boot=self.boot,
            up=first * 1000,
            wall=WALL + first * 1000,
            clock=ClockState.SYNCED,
            last=last,
            cause="damaged",
            after=chain.hex(),
            kid="",
            sig="",
        )
        document = to_document(head.declare(plain, self.gate, self.name, key))
        self.documents += [document] * (last - first + 1)  # so that positions stay seqs
        self.chain += [chain] * (last - first + 1)
        return self

    def head(self, key: Ed25519PrivateKey = KEY, gate: str = "", chain: str = "") -> "Journal":
        """Sign how far the chain has come; or that of another gate, or another chain."""
        seq, own = len(self.chain) - 1, self.chain[-1].hex()
        signed = head.pack(head.Head(gate or self.gate, self.name, seq, chain or own), key)
        return self.note(What.HEAD, signed)

    def scan(
        self,
        count: int = 1,
        *,
        reason: Reason = Reason.ACCEPTED,
        marks: tuple[Mark, ...] = (),
        told: Told | None = None,
    ) -> "Journal":
        for _ in range(count):
            number = len(self.chain)
            good = reason is Reason.ACCEPTED
            scan = Scan(
                seq=number,
                boot=self.boot,
                up=number * 1000,
                wall=WALL + number * 1000,
                clock=ClockState.SYNCED,
                dir=Direction.IN,
                kind="pass",
                signature=Signature.CHECKED,
                identity=Identity.SEEN if good else Identity.UNKNOWN,
                outcome=Outcome.ACCEPTED if good else Outcome.REJECTED,
                reason=reason,
                marks=marks,
                told=told,
            )
            self.add(to_document(scan))
        return self

    def note(self, what: What, data: Document | None = None) -> "Journal":
        number = len(self.chain)
        note = Note(
            seq=number,
            boot=self.boot,
            up=number * 1000,
            wall=WALL + number * 1000,
            clock=ClockState.UNSYNCED,
            what=what,
            data=data or {},
        )
        self.add(to_document(note))
        return self

    def payload(self, first: int, last: int, *, historical: bool = False) -> bytes:
        documents = [
            each
            for number, each in enumerate(self.documents[first - 1 : last], first)
            if each["seq"] == number or number == first
        ]
        return batch.pack(self.name, documents, self.chain[first - 1], historical=historical)

    def message(self, first: int, last: int, *, historical: bool = False) -> Message:
        payload = self.payload(first, last, historical=historical)
        return Message(topics.topic(self.gate, topics.SCAN), payload)

    def arrival(self, first: int, last: int) -> Arrival:
        read = arrival_of(self.gate, batch.unpack(self.payload(first, last)), RING)
        assert read.arrival is not None
        return read.arrival


@pytest.fixture
def journal() -> Callable[..., Journal]:
    return Journal
