"""The desk: messages of gates become one post for the ledger, and what came of it, receipts.

Pure but for the two calls on the ledger. Knows no broker, no clock and no file; every message is
hostile until it is read, and none of them can stop the others.
"""

import hashlib
from collections.abc import Iterable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.ledger.entries import (
    Arrival,
    Complaint,
    Entry,
    Mark,
    Post,
    Report,
    Taking,
    Topic,
    Why,
)
from collector.ledger.ports import Ledger
from wire import batch, receipt, topics
from wire.canonical import Document, canonical
from wire.errors import WireError
from wire.record import Record, to_record
from wire.state import unpack_health, unpack_state

MAX_NAME = 64
"""Characters of a journal's name, a boot's or a kind's; longer ones are no names of ours."""
MAX_REFUSED = 50
"""In one receipt: as many as there can be records in a batch."""


class Message(msgspec.Struct, frozen=True):
    """One message as the broker gave it."""

    topic: str
    payload: bytes
    retained: bool = False


class Answer(msgspec.Struct, frozen=True):
    """One receipt, signed and ready to be sent."""

    topic: str
    payload: bytes


class Handled(msgspec.Struct, frozen=True):
    """What the desk did with a heap of messages."""

    answers: tuple[Answer, ...]
    stored: int
    absorbed: int
    complaints: tuple[Complaint, ...]
    dropped: int
    """Messages that could not even be answered."""


class Desk:
    """Takes messages to the ledger and answers them."""

    def __init__(self, ledger: Ledger, key: Ed25519PrivateKey) -> None:
        """Take the open ledger and the key that signs receipts."""
        self._ledger = ledger
        self._key = key

    def handle(self, messages: Iterable[Message], gates: frozenset[str], at_ms: int) -> Handled:
        """Commit what the messages bring and return the receipts.

        Nothing is answered before the commit. Raises the ledger's errors; then nothing was
        stored, and the same messages may be handled again.
        """
        post, strangers, dropped = sort(messages, gates)
        takings = self._ledger.commit(post, at_ms)
        refused = (*post.complaints, *strangers)
        marks = {(each.gate, each.journal): None for each in refused if each.journal}
        standing = [self._ledger.mark(*name) for name in marks]
        receipts = summarise(takings, standing, refused, at_ms)
        return Handled(
            answers=tuple(self._sealed(each) for each in receipts),
            stored=sum(len(taking.fresh) for taking in takings),
            absorbed=sum(taking.absorbed for taking in takings),
            complaints=(*refused, *(each for taking in takings for each in taking.complaints)),
            dropped=dropped,
        )

    def _sealed(self, each: receipt.Receipt) -> Answer:
        return Answer(topics.topic(each.gate, topics.ACK), receipt.pack(each, self._key))


def sort(
    messages: Iterable[Message], gates: frozenset[str]
) -> tuple[Post, tuple[Complaint, ...], int]:
    """Read the messages: what goes to the ledger, complaints of strangers, how many dropped.

    A stranger is a gate that the roster does not name: it is told so, and leaves no trace in the
    ledger.
    """
    arrivals: list[Arrival] = []
    reports: list[Report] = []
    complaints: list[Complaint] = []
    strangers: list[Complaint] = []
    dropped = 0
    for message in messages:
        parts = topics.split(message.topic)
        if parts is None or parts[1] not in topics.FROM_GATE:
            dropped += 1
            continue
        gate, leaf = parts
        match read(gate, leaf, message):
            case Complaint() as complaint if gate in gates:
                complaints.append(complaint)
                dropped += not complaint.journal
            case Arrival() as arrival if gate in gates:
                arrivals.append(arrival)
            case Report() as report if gate in gates:
                reports.append(report)
            case Arrival() as arrival:
                strangers.append(Complaint(gate, arrival.journal, arrival.first, Why.UNKNOWN_GATE))
            case _:
                dropped += 1
    return Post(tuple(arrivals), tuple(reports), tuple(complaints)), tuple(strangers), dropped


def read(gate: str, leaf: str, message: Message) -> Arrival | Report | Complaint:
    """Read one message of a gate; whatever it holds, there is an answer."""
    try:
        if leaf == topics.SCAN:
            return arrival_of(gate, batch.unpack(message.payload))
        if leaf == topics.STATE:
            unpack_state(message.payload)
        else:
            unpack_health(message.payload)
        return Report(gate, Topic(leaf), message.payload, message.retained)
    except Exception:  # noqa: BLE001  # hostile input finds more kinds than WireError
        journal, seq = batch.claimed(message.payload) if leaf == topics.SCAN else ("", 1)
        return Complaint(gate, journal if _is_name(journal) else "", seq, Why.UNREADABLE)


def arrival_of(gate: str, received: batch.Batch) -> Arrival:
    """Chain the records of a batch; raise WireError if it cannot be done."""
    if not _is_name(received.journal):
        msg = "no name for a journal"
        raise WireError(msg)
    try:
        chain = prev = bytes.fromhex(received.prev)
    except ValueError as error:
        msg = "chain value is not hex"
        raise WireError(msg) from error
    entries = []
    for seq, document in enumerate(received.documents(), received.first):
        raw = canonical(document)
        chain = hashlib.sha256(chain + raw).digest()
        entries.append(Entry(seq, chain, raw, _record(document)))
    return Arrival(gate, received.journal, prev, tuple(entries))


def summarise(
    takings: Iterable[Taking], standing: Iterable[Mark], refused: Iterable[Complaint], at_ms: int
) -> list[receipt.Receipt]:
    """Return one receipt for each journal: where it stands, what is wanted, what was refused."""
    marks: dict[tuple[str, str], Mark] = {}
    want: dict[tuple[str, str], tuple[int, int]] = {}
    complaints: dict[tuple[str, str], dict[int, Why]] = {}
    for mark in standing:
        marks[mark.gate, mark.journal] = mark
    for taking in takings:
        name = (taking.mark.gate, taking.mark.journal)
        marks[name] = taking.mark
        if taking.want is not None:
            want[name] = taking.want
        complaints.setdefault(name, {}).update({each.seq: each.why for each in taking.complaints})
    for each in refused:
        complaints.setdefault((each.gate, each.journal), {})[each.seq] = each.why
    return [
        receipt.Receipt(
            gate=mark.gate,
            journal=mark.journal,
            high=mark.high,
            hash=mark.chain.hex(),
            time=at_ms,
            want=_still(want.get(name), mark.high),
            refused=tuple(
                receipt.Refusal(seq, why)
                for seq, why in sorted(complaints.get(name, {}).items())[:MAX_REFUSED]
            ),
        )
        for name, mark in marks.items()
    ]


def _still(want: tuple[int, int] | None, high: int) -> tuple[tuple[int, int], ...]:
    """Return what is still wanted: later messages of one heap may have brought it."""
    return ((high + 1, want[1]),) if want and want[1] > high else ()


def _record(document: Document) -> Record | None:
    """Read a record; None for one of a form not known here, which is kept all the same."""
    try:
        record = to_record(document)
    except (WireError, RecursionError):
        return None
    names = (record.boot, getattr(record, "kind", ""))
    return record if all(len(name) <= MAX_NAME for name in names) else None


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME and text.isascii() and text.isprintable()
