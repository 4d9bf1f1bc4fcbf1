"""What the collector's tests share: a gate's journal that spells real records and batches."""

from collections.abc import Callable

import pytest

from collector.intake.desk import Message, arrival_of
from collector.ledger.entries import Arrival
from wire import batch, topics
from wire.canonical import Document
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Note,
    Outcome,
    Reason,
    Scan,
    Signature,
    What,
    genesis,
    link,
    to_document,
)

WALL = 1_780_000_000_000


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

    def scan(self, count: int = 1, *, reason: Reason = Reason.ACCEPTED) -> "Journal":
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
            )
            self.add(to_document(scan))
        return self

    def note(self, what: What) -> "Journal":
        number = len(self.chain)
        note = Note(
            seq=number,
            boot=self.boot,
            up=number * 1000,
            wall=WALL + number * 1000,
            clock=ClockState.UNSYNCED,
            what=what,
        )
        self.add(to_document(note))
        return self

    def payload(self, first: int, last: int, *, historical: bool = False) -> bytes:
        documents = self.documents[first - 1 : last]
        return batch.pack(self.name, documents, self.chain[first - 1], historical=historical)

    def message(self, first: int, last: int, *, historical: bool = False) -> Message:
        payload = self.payload(first, last, historical=historical)
        return Message(topics.topic(self.gate, topics.SCAN), payload)

    def arrival(self, first: int, last: int) -> Arrival:
        return arrival_of(self.gate, batch.unpack(self.payload(first, last)))


@pytest.fixture
def journal() -> Callable[..., Journal]:
    return Journal
