"""The desk: messages of gates become one post for the ledger, and what came of it, receipts.

Pure but for the two calls on the ledger. Knows no broker, no clock and no file; every message is
hostile until it is read, and none of them can stop the others.
"""

import hashlib
from collections.abc import Iterable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.intake.witness import AuditHead
from collector.ledger.entries import (
    Arrival,
    Complaint,
    Entry,
    Mark,
    Post,
    Report,
    SignedHead,
    Taking,
    Topic,
    Why,
)
from collector.ledger.ports import Ledger
from collector.roster import Gates
from wire import batch, head, receipt, topics
from wire.canonical import canonical
from wire.errors import WireError
from wire.keys import Keyring
from wire.record import Missing, Note, Record, What, read_spelled
from wire.state import unpack_health, unpack_state

MAX_NAME = 64
"""Characters of a journal's name, a boot's or a kind's; longer ones are no names of ours."""
CHAIN_BYTES = 32
MAX_ASKED = 100_000
"""Journals that are remembered as asked."""
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

    def __init__(
        self,
        ledger: Ledger,
        key: Ed25519PrivateKey,
        audit: AuditHead | None = None,
        *,
        asks: bool = False,
    ) -> None:
        """Take the open ledger, the key that signs receipts, and what gates are to witness.

        `asks`: this ledger came out of a backup, so each journal is asked once for all that its
        gate says it has and that is not here; otherwise only what is sent too early shows that.
        """
        self._ledger = ledger
        self._key = key
        self._audit = audit
        self._asks = asks
        self._asked: set[tuple[str, str]] = set()

    def handle(self, messages: Iterable[Message], gates: Gates, at_ms: int) -> Handled:
        """Commit what the messages bring and return the receipts.

        Nothing is answered before the commit. Raises the ledger's errors; then nothing was
        stored, and the same messages may be handled again.
        """
        found = sort(messages, gates)
        takings = self._ledger.commit(found.post, at_ms)
        refused = (*found.post.complaints, *found.strangers)
        marks = {(each.gate, each.journal): None for each in refused if each.journal}
        standing = [self._ledger.mark(*name) for name in marks]
        receipts = summarise(takings, standing, refused, at_ms)
        answered = {(each.gate, each.journal) for each in receipts}
        receipts += self._questions(found.post.reports, answered, at_ms)
        return Handled(
            answers=tuple(self._sealed(each) for each in receipts),
            stored=sum(len(taking.fresh) for taking in takings),
            absorbed=sum(taking.absorbed for taking in takings),
            complaints=(*refused, *(each for taking in takings for each in taking.complaints)),
            dropped=found.dropped,
        )

    def _questions(
        self, reports: Iterable[Report], answered: set[tuple[str, str]], at_ms: int
    ) -> list[receipt.Receipt]:
        """Return receipts that ask for what a gate says it has behind our mark."""
        if not self._asks:
            return []
        said = {(each.gate, each.journal): each.last for each in reports if each.journal}
        found = []
        for name, last in said.items():
            if name in self._asked or name in answered or len(self._asked) >= MAX_ASKED:
                continue
            self._asked.add(name)
            mark = self._ledger.mark(*name)
            if last > mark.high:
                want = ((mark.high + 1, last),)
                hash_ = mark.chain.hex()
                found.append(receipt.Receipt(*name, mark.high, hash_, at_ms, want=want))
        return found

    def _sealed(self, each: receipt.Receipt) -> Answer:
        if self._audit is not None:
            each = self._audit.on(each)
        return Answer(topics.topic(each.gate, topics.ACK), receipt.pack(each, self._key))


class Sorted(msgspec.Struct, frozen=True):
    """What a heap of messages comes to."""

    post: Post
    strangers: tuple[Complaint, ...]
    """Of gates that the roster does not name: they are told so and leave no trace in the ledger."""
    dropped: int


class Reading(msgspec.Struct, frozen=True):
    """What one message says: at most one of the first two, and what is wrong with it."""

    arrival: Arrival | None = None
    report: Report | None = None
    complaints: tuple[Complaint, ...] = ()


def sort(messages: Iterable[Message], gates: Gates) -> Sorted:
    """Read the messages: what goes to the ledger, complaints of strangers, how many dropped."""
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
        refused = Why.REVOKED if gate in gates.revoked else None
        if gate not in gates.keys:
            refused = Why.UNKNOWN_GATE
        if refused is not None:
            told = _turned_away(gate, leaf, message, refused)
            (complaints if refused is Why.REVOKED else strangers).extend(told)
            dropped += not told
            continue
        found = read(gate, leaf, message, gates.ring(gate))
        arrivals += [found.arrival] if found.arrival else []
        reports += [found.report] if found.report else []
        complaints += found.complaints
        dropped += any(not each.journal for each in found.complaints)
    post = Post(joined(arrivals), tuple(reports), tuple(complaints))
    return Sorted(post, tuple(strangers), dropped)


def joined(arrivals: Iterable[Arrival]) -> tuple[Arrival, ...]:
    """Make one arrival of those that continue one another.

    A heap of live scans then costs the ledger one step for each journal instead of for each scan.
    """
    runs: dict[tuple[str, str], list[Arrival]] = {}
    done: list[list[Arrival]] = []
    for each in arrivals:
        run = runs.get((each.gate, each.journal))
        if run and run[-1].last + 1 == each.first and run[-1].entries[-1].chain == each.prev:
            run.append(each)
        else:
            runs[each.gate, each.journal] = run = [each]
            done.append(run)
    return tuple(_one(run) for run in done)


def _one(run: list[Arrival]) -> Arrival:
    if len(run) == 1:
        return run[0]
    entries = tuple(entry for each in run for entry in each.entries)
    latest = next((each.head for each in reversed(run) if each.head is not None), None)
    return msgspec.structs.replace(run[0], entries=entries, head=latest)


def _turned_away(gate: str, leaf: str, message: Message, why: Why) -> tuple[Complaint, ...]:
    """Return the answer to a gate of which nothing is taken; none if there is nothing to answer."""
    journal, seq = batch.claimed(message.payload) if leaf == topics.SCAN else ("", 1)
    return (Complaint(gate, journal, seq, why),) if _is_name(journal) else ()


def read(gate: str, leaf: str, message: Message, ring: Keyring) -> Reading:
    """Read one message of a gate; whatever it holds, there is an answer."""
    try:
        if leaf == topics.SCAN:
            return arrival_of(gate, batch.unpack(message.payload), ring)
        journal, last = "", 0
        if leaf == topics.STATE:
            state = unpack_state(message.payload)
            journal, last = (state.journal, state.last) if _is_name(state.journal) else ("", 0)
        else:
            unpack_health(message.payload)
        return Reading(
            report=Report(gate, Topic(leaf), message.payload, message.retained, journal, last)
        )
    except Exception:  # noqa: BLE001  # hostile input finds more kinds than WireError
        journal, seq = batch.claimed(message.payload) if leaf == topics.SCAN else ("", 1)
        name = journal if _is_name(journal) else ""
        of = batch.digest(message.payload)
        return Reading(complaints=(Complaint(gate, name, seq, Why.UNREADABLE, of),))


def arrival_of(gate: str, received: batch.Batch, ring: Keyring) -> Reading:
    """Chain the records of a batch; raise WireError if it cannot be done.

    It ends before a declaration of missing records that the gate's own key has not signed.
    """
    journal = received.journal
    if not _is_name(journal):
        msg = "no name for a journal"
        raise WireError(msg)
    chain = prev = _chain_value(received.prev)
    entries: list[Entry] = []
    complaints: list[Complaint] = []
    latest: SignedHead | None = None
    for document in received.documents():
        seq, raw = document["seq"], canonical(document)
        record = _record(raw)
        if document.get("t") == "missing":
            if not isinstance(record, Missing) or not _is_declared(record, gate, journal, ring):
                of = batch.digest(raw)
                complaints.append(Complaint(gate, journal, seq, Why.UNSIGNED, of))
                break
            after = _chain_value(record.after)
        else:
            after = hashlib.sha256(chain + raw).digest()
        if isinstance(record, Note) and record.what is What.HEAD:
            signed = _head(record, gate, journal, (seq - 1, chain), ring)
            latest = signed or latest
            complaints += [] if signed else [Complaint(gate, journal, seq, Why.BAD_HEAD)]
        chain = after
        entries.append(Entry(seq, chain, raw, record))
    arrival = Arrival(gate, journal, prev, tuple(entries), latest) if entries else None
    return Reading(arrival, None, tuple(complaints))


def _is_declared(missing: Missing, gate: str, journal: str, ring: Keyring) -> bool:
    """Say whether the gate's own key has signed a declaration that makes sense."""
    try:
        head.check(missing, gate, journal, ring)
    except WireError:
        return False
    return missing.last >= missing.seq


def _head(
    note: Note, gate: str, journal: str, before: tuple[int, bytes], ring: Keyring
) -> SignedHead | None:
    """Return the head in a note, if the gate's key signed it and it is that of the chain here."""
    try:
        found = head.unpack(note.data, ring)
    except WireError:
        return None
    seq, chain = before
    if (found.gate, found.journal, found.seq, found.hash) != (gate, journal, seq, chain.hex()):
        return None
    return SignedHead(seq, chain, note.data["kid"], note.data["sig"])


def _chain_value(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        msg = "chain value is not hex"
        raise WireError(msg) from error
    if len(value) != CHAIN_BYTES:
        msg = "chain value of another length"
        raise WireError(msg)
    return value


def summarise(
    takings: Iterable[Taking], standing: Iterable[Mark], refused: Iterable[Complaint], at_ms: int
) -> list[receipt.Receipt]:
    """Return one receipt for each journal: where it stands, what is wanted, what was refused."""
    marks: dict[tuple[str, str], Mark] = {}
    want: dict[tuple[str, str], tuple[int, int]] = {}
    complaints: dict[tuple[str, str], dict[int, Complaint]] = {}
    for mark in standing:
        marks[mark.gate, mark.journal] = mark
    for taking in takings:
        name = (taking.mark.gate, taking.mark.journal)
        marks[name] = taking.mark
        if taking.want is not None:
            want[name] = taking.want
        complaints.setdefault(name, {}).update({each.seq: each for each in taking.complaints})
    for each in refused:
        complaints.setdefault((each.gate, each.journal), {})[each.seq] = each
    return [
        receipt.Receipt(
            gate=mark.gate,
            journal=mark.journal,
            high=mark.high,
            hash=mark.chain.hex(),
            time=at_ms,
            want=_still(want.get(name), mark.high),
            refused=tuple(
                receipt.Refusal(seq, each.why, each.of)
                for seq, each in sorted(complaints.get(name, {}).items())[:MAX_REFUSED]
            ),
        )
        for name, mark in marks.items()
    ]


def _still(want: tuple[int, int] | None, high: int) -> tuple[tuple[int, int], ...]:
    """Return what is still wanted: later messages of one heap may have brought it."""
    return ((high + 1, want[1]),) if want and want[1] > high else ()


def _record(raw: bytes) -> Record | None:
    """Read a record; None for one of a form not known here, which is kept all the same.

    A NUL in a word is none either: PostgreSQL holds no such text, and what cannot be stored would
    come again and again, before everything else.
    """
    try:
        record = read_spelled(raw)
    except WireError:
        return None
    names = (record.boot, getattr(record, "kind", ""))
    fit = all(len(name) <= MAX_NAME for name in names)
    return record if fit and "\0" not in "".join((*names, getattr(record, "cause", ""))) else None


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME and text.isascii() and text.isprintable()
