"""`collector dispatch`: a process with the keys for commands and policies, and no network."""

import secrets
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import structlog

from collector import clock
from collector.asking.server import Server, answerer
from collector.asking.users import ids
from collector.believed import Believed
from collector.cases.audit import Audit
from collector.config import Config, DispatchConfig
from collector.database.ports import Database
from collector.database.sqlite import SqliteDatabase
from collector.dispatch import keys, schema
from collector.dispatch.counter import Counter
from collector.dispatch.drafts import Drafts
from collector.dispatch.figures import Figures
from collector.dispatch.following import Follower
from collector.dispatch.orders import Orders
from collector.dispatch.ports import Dispatching
from collector.dispatch.publishing import Publisher
from collector.dispatch.rolling import Rolling
from collector.errors import CollectorError, DispatchUnset, StateUnwritable
from collector.ledger import opened
from collector.ledger.ports import View
from collector.localday import ZONE_MS
from collector.roster import Roster, RosterFile
from wire.command import NONCE_BYTES

EVERY_S = 1.0
_log = structlog.get_logger()


class Dispatch:
    """The parts, put together over a database and a view of the ledger."""

    def __init__(
        self,
        config: Config,
        database: Database,
        view: View,
        held: keys.Keys,
        wall_ms: Callable[[], int],
    ) -> None:
        """Take what it works with; the tables are made."""
        roster = RosterFile(config.roster.path)
        listed: Callable[[], Roster] = roster.current
        publisher = Publisher(held, config.authority, config.outgoing, listed)
        figures, drafts = Figures(database), Drafts(database)
        self._orders = Orders(database, publisher, lambda: secrets.token_hex(NONCE_BYTES))
        self._wall_ms, self._believed = wall_ms, Believed(config.believed)
        self._rolling = Rolling(database, publisher, figures, drafts, self._today)
        self._follower = Follower(view, database, wall_ms, self._believed.over_ms)
        self.counter = Counter(
            *(self._orders, drafts, self._rolling, figures, publisher, Audit(database)),
            listed,
            wall_ms,
        )

    def _today(self, now_ms: int) -> int:
        """Return the local day: policies are numbered by it, and gates refuse lower numbers."""
        return local_date(self._sure_ms(now_ms))

    def _sure_ms(self, now_ms: int) -> int:
        """Return the time; of a clock that is doubted, what has surely passed since it was not."""
        is_doubted = self._believed.is_doubted(now_ms)
        return self._believed.over_ms(now_ms) if is_doubted else now_ms

    def step(self) -> bool:
        """Hear what has arrived, and do what is due; return whether more has arrived."""
        if self._follower.step():
            return True
        now_ms = self._wall_ms()
        self._orders.tend(now_ms, self._believed.over_ms(now_ms))
        self._rolling.step(now_ms, self._sure_ms(now_ms))
        return False


def run(config: Config) -> int:
    """Serve until a signal. Raises CollectorError."""
    told = config.dispatch
    if told is None or config.dispatching is None:
        raise DispatchUnset
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _prepare(told)
    with ExitStack() as stack:
        database = database_of(config, told)
        stack.callback(database.close)
        schema.make(database)
        view = opened.view(config.ledger, opened.DISPATCH)
        stack.callback(view.close)
        made = Dispatch(config, database, view, keys.held(told.keys), clock.wall_ms)
        users = ids(told.users, "dispatch.users")
        answer = answerer(Dispatching, lambda name, args: getattr(made.counter, name)(**args))
        stack.enter_context(Server(config.dispatching, users, answer))
        _log.info("dispatch.started")
        _serve(made, stop)
    _log.info("dispatch.stopped")
    return 0


def _serve(made: Dispatch, stop: threading.Event) -> None:
    """Go on until stopped; what is wrong is said once until it is another thing."""
    trouble = ""
    while not stop.is_set():
        try:
            more = made.step()
            trouble = ""
        except CollectorError as error:
            more = False
            if error.code != trouble:
                _log.warning("dispatch.stuck", code=error.code, detail=str(error))
            trouble = error.code
        stop.wait(0.0 if more else EVERY_S)


def local_date(now_ms: int) -> int:
    """Return the local day as YYYYMMDD."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(milliseconds=ZONE_MS)
    return int(f"{at:%Y%m%d}")


def database_of(config: Config, told: DispatchConfig) -> Database:
    """Return the dispatch's own database."""
    if config.ledger.postgres is not None:
        postgres = config.ledger.postgres
        return opened.postgres(postgres, opened.DISPATCH, "dispatch")
    return SqliteDatabase(told.state / "dispatch.db")


def _prepare(told: DispatchConfig) -> None:
    try:
        told.state.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"dispatch.state: {told.state}: {error.strerror or error}"
        raise StateUnwritable(msg) from error
