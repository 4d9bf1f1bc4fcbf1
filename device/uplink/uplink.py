"""The uplink's one loop: records out; receipts, policies and lists in.

It reads the journal up to the scanner's durable end and no further, and keeps no more in memory
than its window. Whatever the network does, the scanner does not notice.
"""

import contextlib
import random
import select
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from inotify_simple import INotify, flags

from device import i18n
from device.believed import Believed
from device.errors import BrokerOld, GateError, LinkDown
from device.i18n import N_, _
from device.journal import durable
from device.uplink import about
from device.uplink.lane import Lane
from device.uplink.link import TAKEN_OVER, Address, Came, Down, Event, Link, NotTaken, Up, Will
from device.uplink.outbox import Outbox
from device.uplink.receipts import Receipts
from device.uplink.retired import Retired
from device.uplink.route import UNSUPPORTED_VERSION, Route
from device.uplink.tray import Tray
from wire import state, topics

log = structlog.get_logger()

STATE_NS = 2 * 10**9
HEALTH_NS = 10 * 10**9
DRAINED_NS = 10**9
WELCOME_NS = 10 * 10**9
"""A broker that takes our connection and says nothing for so long is left."""
SILENT_NS = 30 * 10**9
"""So is one that acknowledges nothing for so long."""
TURN_S = 0.25
SOON_S = 0.005
"""How long a turn waits while a backlog waits for its rate."""
TOO_LARGE = 0x95
UNSTEADY = "link-unsteady"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the district."""

    gate: str
    addresses: tuple[Address, ...]
    window: int
    retry_ns: int
    reconnect_max_s: float
    backlog_per_s: float = 1e9


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
        ring: Believed,
        up_ns: Callable[[], int],
        wall_ms: Callable[[], int],
        alive: Callable[[int], None] = lambda _: None,
        *,
        is_sure: Callable[[], bool] = lambda: True,
    ) -> None:
        """Take the parts; `ring` holds the collector's receipt key.

        `alive` is told the time since boot (ns) after each turn of the loop; `is_sure` says
        whether `wall_ms` may be believed.
        """
        self._settings, self._folders = settings, folders
        self._alive, self._is_sure = alive, is_sure
        self._up_ns, self._wall, self._ring = up_ns, wall_ms, ring
        self._tray = Tray(folders.inbox)
        self._lane = self._lane_of(folders.journal)
        self._retired = Retired(folders.journal, self._lane_of)
        self._receipts = Receipts(settings.gate, ring, self._tray, self._lane, self._retired)
        places = tuple(each.where for each in settings.addresses)
        self._route = Route(places, settings.reconnect_max_s, _dice)
        self._link: Link | None = None
        self._connected = False
        self._opened_ns = self._heard_ns = 0
        self._load = 0
        self._told = ""
        """Code of what was logged last as wrong; empty while all is well."""
        self._alarms: set[str] = set()
        self._said: state.State | None = None
        self._state_at = self._health_at = 0
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
        self._tray.open()
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
        if not self._watching:
            self._watch(news)
        if self._link is None:
            self._connect()
        readable, writable = self._wait(news)
        if news.fileno() in readable:
            news.read(timeout=0)
        if self._link is not None:
            self._attend(self._link, readable, writable)
        if self._link is not None and self._connected:
            self._send(self._link)
            self._say(self._link)
        self._tray.tend(self._up_ns())

    def _attend(self, link: Link, readable: list[int], writable: list[int]) -> None:
        """Let the connection work, and take what came of it; after its end nothing more."""
        link.turn(
            readable=any(fd in readable for fd in link.readable),
            writable=any(fd in writable for fd in link.writable),
        )
        self._listen(link)
        while link.events:
            event = link.events.popleft()
            self._happened(event)
            if isinstance(event, Down):
                return

    def _listen(self, link: Link) -> None:
        """Leave a broker that does not welcome us, or acknowledges nothing any more."""
        now = self._up_ns()
        if link.load == 0 or link.load != self._load:
            self._load, self._heard_ns = link.load, now
        late = now - self._opened_ns > WELCOME_NS and not self._connected
        if late or now - self._heard_ns > SILENT_NS + WELCOME_NS * late:
            link.events.append(Down(LinkDown(N_("it does not answer"))))

    def _watch(self, news: INotify) -> None:
        """Be told when the durable end moves; ask instead until the scanner has said it.

        The file, not its folder: the scanner writes others there, some with every frame.
        """
        with contextlib.suppress(FileNotFoundError):
            news.add_watch(self._folders.run / durable.NAME, flags.MODIFY)
            self._watching = True

    def _wait(self, news: INotify) -> tuple[list[int], list[int]]:
        reads: list[int] = [news.fileno()]
        writes: list[int] = []
        if self._link is not None:
            reads += self._link.readable
            writes += self._link.writable
        readable, writable, _ = select.select(reads, writes, [], self._patience())
        return readable, writable

    def _patience(self) -> float:
        end = durable.read(self._folders.run)
        waits = end is not None and self._connected and self._lane.outbox.waits(end.seq)
        return SOON_S if waits or self._tray.waits else TURN_S

    # -- the connection -----------------------------------------------------------------------

    def _connect(self) -> None:
        now = self._up_ns()
        due = self._route.due(now)
        if due is None:
            return
        gate = self._settings.gate
        will = Will(topics.topic(gate, topics.STATE), state.pack(self._state(online=False)))
        wants = (
            *(topics.topic(gate, leaf) for leaf in topics.TO_GATE),
            topics.topic(topics.ALL, "+"),
        )
        wall = datetime.fromtimestamp(self._wall() / 1000, UTC) if self._is_sure() else None
        try:
            found = self._settings.addresses[due]
            address = msgspec.structs.replace(found, ca=self._ring.ca)
            self._link = Link(address, will, wants, wall, self._route.manner(now))
        except GateError as error:
            self._lost(Down(error))
        self._opened_ns = self._heard_ns = self._up_ns()

    def _lost(self, down: Down) -> None:
        """Forget the connection, and let the route say where to go and when."""
        now = self._up_ns()
        if self._link is not None:
            self._link.close()
        self._link, self._connected, self._load = None, False, 0
        error = down.error
        if down.code == UNSUPPORTED_VERSION:
            error = BrokerOld(str(error))
            self._alarms.add(error.code)
        elif down.code == TAKEN_OVER:
            self._alarms.add(error.code)
        elif down.code == TOO_LARGE:
            self._lane.outbox.shorten(1)
        if self._told != error.code:
            log.warning(
                "uplink.lost",
                code=error.code,
                says=_(error.says),
                detail=i18n.detail(str(error)),
                remedy=_(error.remedy),
            )
        self._told = error.code
        self._route.lost(now, down.code, down.reference)
        (self._alarms.add if self._route.unsteady else self._alarms.discard)(UNSTEADY)

    def _happened(self, event: Event) -> None:
        match event:
            case Up(refused=refused):
                self._up(refused)
            case Down():
                self._lost(event)
            case Came(topic=topic, payload=payload):
                self._came(topic, payload)
            case NotTaken(weight=weight) if weight:
                if self._told != "not-taken":
                    log.error("uplink.not-taken", why=event.why, code=event.code)
                self._told = "not-taken"
                self._hold()

    def _up(self, refused: tuple[str, ...]) -> None:
        """Begin anew behind the mark: what the last connection carried may be lost."""
        self._connected = True
        self._route.welcomed(self._up_ns())
        log.info("uplink.back" if self._told else "uplink.connected", refused=len(refused))
        self._told = ""
        self._said, self._state_at, self._health_at = None, 0, 0
        self._rewind()

    def _came(self, topic: str, payload: bytes) -> None:
        """Take what came to whom it is for. Nothing about it is believed but its length."""
        gate, leaf = topics.split(topic) or ("", "")
        if gate == self._settings.gate and leaf == topics.ACK:
            end = durable.read(self._folders.run)
            if end is not None:
                self._receipts.take(payload, end.seq, self._up_ns())
        elif (gate == self._settings.gate) is (leaf in topics.TO_GATE):
            self._tray.document(leaf, payload)
            self._believe(leaf, payload)

    def _believe(self, leaf: str, payload: bytes) -> None:
        """Heed a ring ourselves: who signs receipts, and whose brokers are believed from now on."""
        if leaf == topics.KEYRING and self._ring.hear(payload):
            log.info("keyring.renewed", version=self._ring.version)

    def _goodbye(self) -> None:
        if self._link is not None:
            if self._connected:
                self._publish_state(self._link, self._state(online=False))
            self._link.close()
        self._tray.flush()
        self._lane.close()
        self._retired.close()

    # -- records out --------------------------------------------------------------------------

    def _lane_of(self, folder: Path) -> Lane:
        found = self._settings
        outbox = Outbox(found.window, found.retry_ns, found.backlog_per_s)
        return Lane(folder, topics.topic(found.gate, topics.SCAN), found.window, outbox)

    def _send(self, link: Link) -> None:
        """Send what is due: the journal of now first, those of before behind it."""
        now = self._up_ns()
        if (end := durable.read(self._folders.run)) is not None:
            if self._lane.outbox.follow(end.journal, end.confirmed, now):
                self._lane.move()
            elif self._lane.outbox.stalled(now):
                self._lane.outbox.rewind(now)
            self._lane.send(link, end.seq, now)
        if self._retired.look(now):
            self._tray.keep(self._retired.waiting)
        if (old := self._retired.lane) is not None:
            if old.outbox.stalled(now):
                old.outbox.rewind(now)
            old.send(link, self._retired.end, now)

    def _hold(self) -> None:
        """Send no records for a while: the broker does not take them, or nobody hears them."""
        now = self._up_ns()
        self._lane.outbox.hold(now)
        if self._retired.lane is not None:
            self._retired.lane.outbox.hold(now)

    def _rewind(self) -> None:
        now = self._up_ns()
        self._lane.outbox.rewind(now)
        self._retired.rewind(now)

    # -- about ourselves ----------------------------------------------------------------------

    def _say(self, link: Link) -> None:
        now = self._up_ns()
        if now - self._state_at >= STATE_NS:
            self._state_at = now
            found = self._state(online=True)
            if self._said is None or about.tells_more(self._said, found):
                self._publish_state(link, found)
        # Right after an outage the board would show a queue that has long drained.
        since = now - self._health_at
        run = self._folders.run
        drained = self._waiting > 0 and since >= DRAINED_NS and about.waiting(run) == 0
        if since >= HEALTH_NS or drained:
            self._health_at = now
            alarms = tuple(sorted(self._alarms | self._receipts.alarms))
            fares = about.fares(run, self._folders.journal, now, self._wall(), alarms)
            self._waiting = fares.waiting
            name = topics.topic(self._settings.gate, topics.HEALTH)
            link.publish(name, state.pack(fares), retain=True)

    def _publish_state(self, link: Link, found: state.State) -> None:
        name = topics.topic(self._settings.gate, topics.STATE)
        link.publish(name, state.pack(found), retain=True)
        self._said = found

    def _state(self, *, online: bool) -> state.State:
        try:
            oldest = self._lane.first()
        except OSError:
            oldest = 0
        up_ns, wall = self._up_ns(), self._wall()
        run = self._folders.run
        return about.current(run, up_ns, wall, self._incarnation, oldest, online=online)


def _dice(longest: float) -> float:
    return random.uniform(0, longest)  # noqa: S311  (spreads a fleet; nobody gains by guessing)
