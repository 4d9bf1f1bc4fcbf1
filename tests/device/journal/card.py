"""A gate's folders on a card, the receipts that reach it, and what a collector would say."""

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from device.flow import Instant, Signal, Verdict
from device.journal import durable
from device.journal.reader import JournalReader
from device.journal.store import CardJournal, Limits
from wire.head import chain_after, last_of
from wire.keys import Keyring, Use, entry
from wire.receipt import Receipt
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Outcome,
    Reason,
    Signature,
    genesis,
    link,
)
from wire.sealing import seal_key

GATE = "gate-1"
VAULT = X25519PrivateKey.generate()
KEY = Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))
RING = Keyring([entry(KEY.public_key(), Use.RECORDS)])
SMALL = Limits(segment_records=4, keep_confirmed_s=0)
ACCEPTED = Verdict(
    kind="pass",
    signature=Signature.CHECKED,
    identity=Identity.SEEN,
    outcome=Outcome.ACCEPTED,
    reason=Reason.ACCEPTED,
    direction=Direction.IN,
    signal=Signal.ACCEPT,
    personal={"pass": "00112233aabbccdd"},
)
REFUSED = Verdict(
    kind="pass",
    signature=Signature.FAILED,
    identity=Identity.UNKNOWN,
    outcome=Outcome.REJECTED,
    reason=Reason.BAD_SIGNATURE,
    direction=Direction.IN,
    signal=Signal.REJECT,
)


def moment(second: float = 0) -> Instant:
    """Return a made-up moment."""
    up_ns = int(second * 1e9)
    return Instant(up_ns, 1_780_000_000_000 + up_ns // 10**6, ClockState.SYNCED, "0a0b0c0d")


class Card:
    """A gate's folders, and the receipts that reach it."""

    def __init__(self, path: Path) -> None:
        self.journal = path / "journal"
        self.run = path / "run"
        self.receipts: list[Receipt] = []

    def open(self, limits: Limits = SMALL, key: Ed25519PrivateKey | None = KEY) -> CardJournal:
        """Return the journal, not entered yet."""
        return CardJournal(
            self.journal,
            self.run,
            GATE,
            seal_key(VAULT.public_key()),
            lambda: self.receipts.pop() if self.receipts else None,
            limits,
            key=key,
        )

    def cut_power(self) -> None:
        """Forget what is in memory."""
        for each in self.run.iterdir():
            each.unlink()

    def stored(self) -> list[dict[str, Any]]:
        """Return every record the uplink could read."""
        end = durable.read(self.run)
        assert end is not None
        return read(self.journal, end.seq)

    def files(self, pattern: str) -> list[str]:
        return sorted(each.name for each in self.journal.glob(pattern))

    def damage(self, name: str, old: bytes, new: bytes) -> None:
        """Change bytes in a file, as a bad card does."""
        path = self.journal / name
        data = path.read_bytes()
        assert old in data
        assert len(old) == len(new)
        path.write_bytes(data.replace(old, new, 1))


def read(folder: Path, upto: int) -> list[dict[str, Any]]:
    """Return every record in a journal's folder, as far as they follow one another."""
    taken: list[dict[str, Any]] = []
    with JournalReader(folder) as reader:
        reader.seek(1)
        while batch := reader.take(upto, 50).documents:
            taken += batch
    return taken


def chain_of(journal: str, documents: list[dict[str, Any]], gate: str = GATE) -> bytes:
    """Return the chain value after all of `documents`, as a collector reckons it."""
    chain = genesis(gate, journal)
    for document in documents:
        declared = chain_after(document)
        chain = link(chain, document) if declared is None else declared
    return chain


def receipt_for(
    journal: CardJournal, documents: list[dict[str, Any]], high: int, time: int = 1
) -> Receipt:
    """Return the receipt an honest collector would give for records up to `high`."""
    covered = [each for each in documents if last_of(each) <= high]
    return Receipt(GATE, journal.journal, high, chain_of(journal.journal, covered).hex(), time)


def spoken_for(documents: list[dict[str, Any]]) -> list[int]:
    """Return every number that the records speak for, in order."""
    return [n for each in documents for n in range(each["seq"], last_of(each) + 1)]


def fill(journal: CardJournal, scans: int, start: float = 0) -> None:
    """Store accepted scans, a second apart, and let the journal tidy up between them."""
    for second in range(scans):
        journal.scan(ACCEPTED, moment(start + second))
        for turn in range(4):
            journal.tend(moment(start + second + turn / 10))
