"""A gate's journal, its uplink's parts and a collector's desk and ledger, without a socket.

Everything else is real, and time is stepped.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.intake.desk import Desk, Message
from collector.ledger.entries import Gap, Lack, Tally
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from collector.proof import Flaw, Proof, Range, Walk
from collector.roster import Gates
from device.flow import Instant
from device.inbox import Inbox
from device.journal import durable, retired
from device.journal.quarantine import Quarantine
from device.journal.store import CardJournal, Limits
from device.uplink.lane import Lane
from device.uplink.link import Event
from device.uplink.outbox import Outbox
from device.uplink.receipts import Receipts
from device.uplink.retired import Retired
from device.uplink.tray import Tray
from wire import topics
from wire.keys import KeyEntry, Keyring, Use, entry
from wire.record import ClockState, What
from wire.sealing import seal_key

GATE = "gate-1"
RECORDS = Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))
SIGNS = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
VAULT = seal_key(X25519PrivateKey.from_private_bytes(bytes([5] * 32)).public_key())
RING = Keyring([entry(SIGNS.public_key(), Use.RECEIPT)])
DAY_S = 24 * 3600
LIMITS = Limits(segment_records=8, keep_confirmed_s=DAY_S, alive_s=10**6)


class Socketless:
    """What a lane needs of a link; what is published waits for the collector."""

    takes_more = True
    load = 0
    largest = 256 * 1024

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.events: deque[Event] = deque()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, weight: int = 0) -> bool:
        assert weight
        assert not retain
        self.sent.append(Message(topic, payload))
        return True


class Road:
    """One gate, one collector, and the way between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal, self.run = folder / "journal", folder / "run"
        self.database = folder / "ledger.db"
        self.now_s = 1000.0
        self.records = entry(RECORDS.public_key(), Use.RECORDS)
        self.collector(self.records)

    def collector(self, records: KeyEntry) -> None:
        """Have a collector that knows this key of the gate."""
        self.gates = Gates({GATE: records})

    @contextmanager
    def gate(self, key: Ed25519PrivateKey = RECORDS) -> Iterator["Gate"]:
        found = Gate(self, key)
        with found.kept:
            yield found
            found.lane.close()
            found.retired.close()

    def moment(self) -> Instant:
        wall_ms = 1_790_000_000_000 + int(self.now_s * 1000)
        return Instant(int(self.now_s * 1e9), wall_ms, ClockState.SYNCED, "0a0b0c0d")

    def tally(self) -> Tally:
        with SqliteView(self.database) as view:
            (found,) = (each for each in view.tallies() if each.high)
        return found

    def gaps(self) -> list[Gap]:
        with SqliteView(self.database) as view:
            return [each for each in view.gaps() if each.lack is Lack.DECLARED]

    def proof(self, journal: str) -> Proof:
        with SqliteView(self.database) as view:
            (mark,) = (each for each in view.journals() if each.journal == journal)
            walk = Walk(GATE, journal, self.gates.ring(GATE), view.times(GATE, journal), Range())
            walk.through(view.walk(GATE, journal))
            return walk.proof(mark.high, view.forked(GATE, journal), view.gaps())


class Gate:
    """The scanner's journal and the uplink's parts, driven by hand."""

    def __init__(self, road: Road, key: Ed25519PrivateKey) -> None:
        self.road = road
        inbox = road.folder / "inbox"
        tray = Tray(inbox)
        tray.open()
        self.kept = CardJournal(
            road.journal, road.run, GATE, VAULT, Inbox(inbox, RING).receipt, LIMITS, key=key
        )
        self.quarantine = Quarantine(road.journal, inbox, GATE, RING, self.kept.refused)
        self.tray, self.link = tray, Socketless()
        self.lane = self.lane_of(road.journal)
        self.retired = Retired(road.journal, self.lane_of)
        self.receipts = Receipts(GATE, RING, tray, self.lane, self.retired)

    def lane_of(self, folder: Path) -> Lane:
        outbox = Outbox(200, 5 * 10**9)
        return Lane(folder, topics.topic(GATE, topics.SCAN), 200, outbox)

    def store(self, count: int) -> None:
        for _ in range(count):
            self.kept.note(What.ALIVE, self.road.moment())
            self.tend()

    def tend(self, times: int = 3) -> None:
        for _ in range(times):
            self.road.now_s += 0.4
            self.kept.tend(self.road.moment())
            self.quarantine.tend(self.road.moment().up_ns)

    def goes_to(self, desk: Desk) -> None:
        """Let the uplink turn once, and the collector answer."""
        now = self.road.moment()
        end = durable.read(self.road.run)
        assert end is not None
        if self.lane.outbox.follow(end.journal, end.confirmed, now.up_ns):
            self.lane.move()
        elif self.lane.outbox.stalled(now.up_ns):
            self.lane.outbox.rewind(now.up_ns)
        self.lane.send(self.link, end.seq, now.up_ns)  # type: ignore[arg-type]  # as far as it goes
        self.retired.look(now.up_ns)
        if self.retired.lane is not None:
            self.retired.lane.send(self.link, self.retired.end, now.up_ns)  # type: ignore[arg-type]
        sent, self.link.sent = self.link.sent, []
        for answer in desk.handle(sent, self.road.gates, now.wall_ms).answers:
            self.receipts.take(answer.payload, end.seq, now.up_ns)
        self.tray.flush()

    def carry(self, turns: int = 40) -> None:
        """Carry back and forth for a while, or until all is confirmed."""
        with SqliteLedger(self.road.database) as ledger:
            desk = Desk(ledger, SIGNS)
            for _ in range(turns):
                self.goes_to(desk)
                self.tend(2)
                if self.kept.waiting == 0 and not retired.waiting(self.road.journal):
                    break


def flaws(proof: Proof) -> list[tuple[Flaw, int, int]]:
    """Return what is not whole; that the end is not signed yet is no matter here."""
    found = [each for each in proof.findings if each.flaw is not Flaw.UNSIGNED]
    return [(each.flaw, each.first, each.last) for each in found]
