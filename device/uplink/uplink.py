"""The uplink's one loop: records out, receipts in.

It reads the journal up to the scanner's durable end and no further, and keeps no more in memory
than its window. Whatever the network does, the scanner does not notice.
"""

import contextlib
import os
import random
import select
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from inotify_simple import INotify, flags

from device import health, i18n
from device.errors import GateError, JournalBroken
from device.i18n import _
from device.journal import durable
from device.journal.reader import JournalReader
from device.uplink.link import Address, Came, Down, Event, Link, NotTaken, Up, Will
from device.uplink.outbox import Outbox
from wire import batch, receipt, state, topics
from wire.errors import WireError
from wire.keys import Keyring

log = structlog.get_logger()

RECEIPT = "receipt.json"
STATE_NS = 2 * 10**9
HEALTH_NS = 10 * 10**9
DRAINED_NS = 10**9
TOLD = 1000
"""Refusals remembered as logged, so that each is logged once."""
TURN_S = 0.25
INFLIGHT = 100


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the district."""

    gate: str
    addresses: tuple[Address, ...]
    window: int
    retry_ns: int
    reconnect_max_s: float


class Folders(msgspec.Struct, frozen=True):
    """Where the uplink reads and writes."""

    journal: Path
    run: Path
    inbox: Path
    """The only one it writes."""


class Uplink:
    """Carries one gate's records to the collector."""

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        ring: Keyring,
        up_ns: Callable[[], int],
        wall_ms: Callable[[], int],
        alive: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Take the parts; `ring` holds the collector's receipt key.

        `alive` is told the time since boot (ns) after each turn of the loop.
        """
        self._settings, self._folders, self._ring = settings, folders, ring
        self._alive = alive
        self._up_ns, self._wall = up_ns, wall_ms
        self._outbox = Outbox(settings.window, settings.retry_ns)
        self._reader = JournalReader(folders.journal)
        self._link: Link | None = None
        self._connected = False
        self._attempts = 0
        self._retry_at = 0
        self._told: tuple[str, int] = ("", 0)
        self._said: state.State | None = None
        self._state_at = self._health_at = 0
        self._refused: set[tuple[str, int, str]] = set()
        self._waiting = 0
        """What the last health message said."""
        self._incarnation = 0
        self._watching = False
        self._stopping = False

    def stop(self) -> None:
        """Ask the loop to end; safe from a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Carry records until `stop`."""
        self._folders.inbox.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._incarnation = self._wall()
        with INotify() as news:
            try:
                self._alive(self._up_ns())
                while not self._stopping:
                    self._turn(news)
                    self._alive(self._up_ns())
            finally:
                self._goodbye()

    def _turn(self, news: INotify) -> None:
        """Connect if it is time, wait for something to happen, and deal with it."""
        now = self._up_ns()
        if not self._watching:
            self._watch(news)
        if self._link is None and now >= self._retry_at:
            self._connect()
        readable, writable = self._wait(news)
        if news.fileno() in readable:
            news.read(timeout=0)
        if self._link is not None:
            self._attend(self._link, readable, writable)
        if self._connected:
            self._send()
            self._say()

    def _attend(self, link: Link, readable: list[int], writable: list[int]) -> None:
        """Let the connection work, and take what came of it; after its end nothing more."""
        link.turn(
            readable=any(fd in readable for fd in link.readable),
            writable=any(fd in writable for fd in link.writable),
        )
        while link.events:
            event = link.events.popleft()
            self._happened(event)
            if isinstance(event, Down):
                return

    def _watch(self, news: INotify) -> None:
        """Be told when the durable end moves; ask instead until the scanner has made its folder."""
        with contextlib.suppress(FileNotFoundError):
            news.add_watch(self._folders.run, flags.MODIFY)
            self._watching = True

    def _wait(self, news: INotify) -> tuple[list[int], list[int]]:
        reads: list[int] = [news.fileno()]
        writes: list[int] = []
        if self._link is not None:
            reads += self._link.readable
            writes += self._link.writable
        readable, writable, _ = select.select(reads, writes, [], TURN_S)
        return readable, writable

    # -- the connection -----------------------------------------------------------------------

    def _connect(self) -> None:
        addresses = self._settings.addresses
        address = addresses[self._attempts % len(addresses)]
        gate = self._settings.gate
        will = Will(topics.topic(gate, topics.STATE), state.pack(self._state(online=False)))
        try:
            now = datetime.fromtimestamp(self._wall() / 1000, UTC)
            self._link = Link(address, will, topics.topic(gate, topics.ACK), INFLIGHT, now)
        except GateError as error:
            self._lost(error)

    def _lost(self, error: GateError) -> None:
        """Forget the connection and choose when to try again.

        Full jitter, so that a fleet that lost its broker together does not come back together.
        """
        self._link, self._connected = None, False
        if self._told[0] != error.code:
            log.warning(
                "uplink.lost",
                code=error.code,
                says=_(error.says),
                detail=i18n.detail(str(error)),
                remedy=_(error.remedy),
            )
        self._told = (error.code, self._up_ns())
        longest = min(self._settings.reconnect_max_s, 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 16)
        self._retry_at = self._up_ns() + int(random.uniform(0, longest) * 1e9)  # noqa: S311

    def _happened(self, event: Event) -> None:
        match event:
            case Up():
                self._connected, self._attempts = True, 0
                log.info("uplink.back" if self._told[0] else "uplink.connected")
                self._told = ("", 0)
                self._said, self._state_at, self._health_at = None, 0, 0
                self._restart()
            case Down(error=error):
                self._lost(error)
            case Came(payload=payload):
                self._receipt(payload)
            case NotTaken(why=why):
                if self._told[0] != "not-taken":
                    log.error("uplink.not-taken", why=why)
                self._told = ("not-taken", self._up_ns())

    def _goodbye(self) -> None:
        if self._link is not None:
            if self._connected:
                self._publish_state(self._state(online=False))
            self._link.close()
        self._reader.close()

    # -- records out --------------------------------------------------------------------------

    def _send(self) -> None:
        end = durable.read(self._folders.run)
        if end is None or self._link is None:
            return
        now = self._up_ns()
        if self._outbox.follow(end.journal, end.confirmed, now):
            self._reader.close()  # its place was in another journal
        elif self._outbox.stalled(now):
            self._restart()
        while room := self._outbox.room(end.seq):
            if not self._send_batch(end, min(room, batch.MAX_RECORDS)):
                return

    def _send_batch(self, end: durable.End, most: int) -> bool:
        """Send the next records; say whether there were any."""
        try:
            if self._reader.next != self._outbox.sent + 1:
                self._reader.seek(self._outbox.sent + 1)
            stretch = self._reader.take(end.seq, most)
        except JournalBroken as error:
            if self._told[0] != error.code:
                log.error("uplink.unreadable", detail=str(error))  # noqa: TRY400
            self._told = (error.code, self._up_ns())
            return False
        if not stretch.documents or self._link is None:
            return False
        last = stretch.documents[-1]["seq"]
        historical = end.seq - last >= batch.MAX_RECORDS or len(stretch.documents) > 1
        data = batch.pack(end.journal, stretch.documents, stretch.prev, historical=historical)
        self._link.publish(topics.topic(self._settings.gate, topics.SCAN), data)
        self._outbox.handed_over(last, self._up_ns())
        return True

    def _restart(self) -> None:
        self._outbox.rewind(self._up_ns())

    # -- receipts in --------------------------------------------------------------------------

    def _receipt(self, payload: bytes) -> None:
        """Check a receipt and lay it into the inbox for the scanner, who checks it again."""
        try:
            found = receipt.unpack(payload, self._ring)
        except WireError as error:
            log.error("receipt.refused", detail=str(error))  # noqa: TRY400
            return
        if found.gate != self._settings.gate or found.journal != self._outbox.journal:
            return
        self._lay(payload)
        now = self._up_ns()
        end = durable.read(self._folders.run)
        if end is not None and end.journal == found.journal and found.high <= end.seq:
            self._outbox.receipt(found.high, now)
        if found.want and self._outbox.misses(found.want[0][0], now):
            self._restart()
        for refusal in found.refused:
            told = (found.journal, refusal.seq, refusal.why[:200])
            if told not in self._refused:
                self._refused = {*self._refused, told} if len(self._refused) < TOLD else {told}
                log.error("record.refused", seq=refusal.seq, why=refusal.why[:200])

    def _lay(self, payload: bytes) -> None:
        """Put a receipt into the inbox; without room for it a later one will do."""
        temporary = self._folders.inbox / (RECEIPT + ".new")
        try:
            temporary.write_bytes(payload)
            temporary.replace(self._folders.inbox / RECEIPT)
        except OSError as error:
            log.error("inbox.refused", detail=error.strerror)  # noqa: TRY400

    # -- about ourselves ----------------------------------------------------------------------

    def _say(self) -> None:
        now = self._up_ns()
        if now - self._state_at >= STATE_NS:
            self._state_at = now
            found = self._state(online=True)
            if self._said is None or _tells_more(self._said, found):
                self._publish_state(found)
        # Right after an outage the board would show a queue that has long drained.
        since = now - self._health_at
        drained = self._waiting > 0 and since >= DRAINED_NS and self._unconfirmed() == 0
        if (since >= HEALTH_NS or drained) and self._link is not None:
            self._health_at = now
            fares = self._health()
            self._waiting = fares.waiting
            name = topics.topic(self._settings.gate, topics.HEALTH)
            self._link.publish(name, state.pack(fares), retain=True)

    def _unconfirmed(self) -> int:
        end = durable.read(self._folders.run)
        return end.seq - end.confirmed if end else 0

    def _publish_state(self, found: state.State) -> None:
        if self._link is not None:
            name = topics.topic(self._settings.gate, topics.STATE)
            self._link.publish(name, state.pack(found), retain=True)
            self._said = found

    def _state(self, *, online: bool) -> state.State:
        end = durable.read(self._folders.run)
        fresh = health.is_fresh(health.read(self._folders.run), self._up_ns())
        return state.State(
            online=online,
            scanning=online and fresh,
            incarnation=self._incarnation,
            wall=self._wall(),
            journal=end.journal if end else "",
            last=end.seq if end else 0,
        )

    def _health(self) -> state.Health:
        found = health.read(self._folders.run)
        room = os.statvfs(self._folders.journal if self._folders.journal.exists() else "/")
        per_day = 2_000 * 512
        return state.Health(
            waiting=self._unconfirmed(),
            days_of_room=round(min(room.f_bavail * room.f_frsize / per_day, 3650.0), 1),
            camera="ok" if health.is_fresh(found, self._up_ns()) else "silent",
            fault="journal-full" if found is not None and found.refusing else "",
            wall=self._wall(),
        )


def _tells_more(before: state.State, now: state.State) -> bool:
    return (before.online, before.scanning, before.journal) != (
        now.online,
        now.scanning,
        now.journal,
    )
