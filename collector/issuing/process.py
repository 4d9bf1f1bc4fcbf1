"""`collector desk`: one process with the issuing keys, three sockets, and no network.

Lists of withdrawn passes are signed anew every few hours, so that gates see that nothing more was
withdrawn; what a pass or a declaration has outlived is forgotten, by a time that is believed.
"""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import clock, outgoing
from collector.asking.server import Server, answerer
from collector.asking.users import ids
from collector.believed import Believed
from collector.config import Config, IssuingConfig
from collector.database.ports import Database
from collector.database.sqlite import SqliteDatabase
from collector.declaration.consequence import PassFor, Rules
from collector.declaration.sealed import Sealed
from collector.errors import CollectorError, DeskUnset, StateUnwritable
from collector.issuing import keys, schema
from collector.issuing.counters import OfficersCounter, PublicCounter
from collector.issuing.declarations import Declarations
from collector.issuing.duties import Duties
from collector.issuing.entries import Way
from collector.issuing.holders import Holders
from collector.issuing.issuer import Issuer, Publish
from collector.issuing.ports import Declaring, Issuing
from collector.issuing.register import Register
from collector.ledger import opened as opening
from collector.roster import RosterFile
from wire import statuslist
from wire.keys import Keyring, Use, entry

LISTS_S = 6 * 3600
KEPT_MS = 21 * 86_400_000
"""Of a declaration, as the page says."""

LIST_BYTES = 16 * 1024 * 1024
"""A list of ten thousand people, sealed."""

_log = structlog.get_logger()


def run(config: Config) -> int:
    """Serve until a signal. Raises CollectorError."""
    issuing = config.issuing
    if (
        issuing is None
        or config.declaring is None
        or config.declared is None
        or config.officers_desk is None
    ):
        raise DeskUnset
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _prepare(issuing)
    roster = RosterFile(config.roster.path)
    with ExitStack() as stack:
        passes = database(config, issuing)
        stack.callback(passes.close)
        _make(passes)
        register = Register(passes)
        ways, status = keys.ways(issuing.keys), keys.load(issuing.keys / keys.STATUS)
        issuer = Issuer(register, ways, status, _lists(config, roster, status))
        holders = Holders(passes, issuer, keys.digesting(issuing.state))
        lists = (holders, outgoing.sealing(config.authority))
        officers = OfficersCounter(register, lists, clock.wall_ms, Duties(passes))
        users = ids(issuing.officers, "issuing.officers")
        answer = answerer(Issuing, lambda name, args: getattr(officers, name)(**args))
        stack.enter_context(Server(config.officers_desk, users, answer, LIST_BYTES))
        declarations = Declarations(passes, ways[Way.SELF]) if Way.SELF in ways else None
        if declarations is not None:
            public = _public(config, issuing, declarations, roster)
            users = ids(issuing.public, "issuing.public")
            told = answerer(Declaring, lambda name, args: getattr(public, name)(**args))
            stack.enter_context(Server(config.declaring, users, told))
            readers = ids(issuing.vault, "issuing.vault")
            kept = answerer(Sealed, lambda name, args: getattr(declarations, name)(**args))
            stack.enter_context(Server(config.declared, readers, kept))
        _log.info("desk.started", ways=[way.value for way in ways])
        forget = partial(_forget, register, holders, declarations)
        _tend(issuer, forget, Believed(config.believed), stop)
    _log.info("desk.stopped")
    return 0


def _forget(
    register: Register, holders: Holders, declarations: Declarations | None, over_ms: int
) -> None:
    """Forget what has outlived its time at a moment that is believed."""
    register.forget((over_ms - KEPT_MS) // 1000)
    holders.forget((over_ms - KEPT_MS) // 1000)
    holders.remind(over_ms // 1000)
    if declarations is not None:
        declarations.forget(over_ms - KEPT_MS)


def _tend(
    issuer: Issuer, forget: Callable[[int], None], believed: Believed, stop: threading.Event
) -> None:
    """Sign the lists again from time to time, and forget what is over."""
    due_s = 0.0
    while not stop.is_set():
        if clock.steady_s() >= due_s:
            due_s = clock.steady_s() + LISTS_S
            now_ms = clock.wall_ms()
            try:
                issuer.renew(now_ms // 1000)
                forget(believed.over_ms(now_ms))
            except CollectorError as error:
                _log.warning("desk.lists", code=error.code, detail=str(error))
        stop.wait(1.0)


def _public(
    config: Config, issuing: IssuingConfig, declarations: Declarations, roster: RosterFile
) -> PublicCounter:
    seal = outgoing.sealing(config.authority)
    rules = Rules(issuing.good_days, PassFor(issuing.worrying))
    about = (seal, issuing.station, rules)
    return PublicCounter(declarations, roster.current, about, clock.wall_ms)


def _lists(config: Config, roster: RosterFile, status: Ed25519PrivateKey) -> Publish:
    store, ring = outgoing.Outgoing(config.outgoing), outgoing.ring(config.authority)
    own = Keyring((entry(status.public_key(), Use.STATUS),))

    def publish(data: bytes) -> None:
        """Hand a list over, where gates still believe anything that its issuer has signed."""
        listed = roster.current()
        issuer = statuslist.unpack(data, own).issuer
        if ring.use_of(issuer) is None:
            return
        parcels = outgoing.checked(data, ring, listed)
        if not store.is_final(parcels, ring, listed):
            store.put(parcels, ring, listed)

    return publish


def _prepare(issuing: IssuingConfig) -> None:
    try:
        issuing.state.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"issuing.state: {issuing.state}: {error.strerror or error}"
        raise StateUnwritable(msg) from error


def _make(passes: Database) -> None:
    """Make the tables, in a file of ours alone: whoever may ask at a socket reaches the folder."""
    before = os.umask(0o077)
    try:
        schema.make(passes)
    finally:
        os.umask(before)


def database(config: Config, issuing: IssuingConfig) -> Database:
    """Return where passes and declarations are: a schema of the ledger's, or a file."""
    if config.ledger.postgres is not None:
        return opening.postgres(config.ledger.postgres, opening.DESK, "passes")
    return SqliteDatabase(issuing.state / "passes.db")
