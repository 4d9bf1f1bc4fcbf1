"""`collector vault run`: one process with the keys in its memory, and a socket to ask it.

It needs no custodian to start. It follows the ledger in the main thread and answers in others; what
cannot be done now (a busy database, one that is away) is tried again.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import structlog

from collector import clock
from collector.cases import schema as cases_schema
from collector.config import Config
from collector.database.made import made
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.errors import DatabaseAway, LedgerBusy, LedgerFull, LedgerMissing, RosterInvalid
from collector.ledger import opened as opening
from collector.ledger.ports import View
from collector.people import places, schema
from collector.roster import RosterFile
from collector.vault import folder, memory
from collector.vault.casework import Casework
from collector.vault.desk import Desk
from collector.vault.epochfile import EpochFile
from collector.vault.server import Server, answerer
from collector.vault.strongroom import Strongroom
from collector.vault.users import ids
from collector.vault.whereabouts import Whereabouts

PAUSE_S = 0.25
"""Between two looks at a ledger in which nothing is new."""
RETRY_S = 2.0
AGAIN = (DatabaseAway, LedgerBusy, LedgerFull, LedgerMissing)

_log = structlog.get_logger()


def run(config: Config) -> int:
    """Run until a signal."""
    shielded = memory.shield()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    home = config.vault_state
    folder.prepare(home)
    with folder.claimed(home), ExitStack() as stack:
        kept = folder.load(home)
        view, people, cases = stack.enter_context(opened(config))
        where = Whereabouts(RosterFile(config.roster.path))
        room = Strongroom(kept, view, people, EpochFile(home), where.place_of)
        desk = Desk(room, people, Casework(cases, room, where.above), clock.wall_ms)
        answer = answerer(lambda name, args: getattr(desk, name)(**args))
        stack.enter_context(Server(config.vault_socket, ids(config.vault.users), answer))
        _log.info("vault.started", locked=True, demo=kept.demo, memory_locked=shielded)
        if kept.demo:
            _log.warning("vault.demo", custodians=1)
        _follow(room, people, where, stop)
    _log.info("vault.stopped")
    return 0


@contextmanager
def opened(config: Config) -> Iterator[tuple[View, Database, Database]]:
    """Open the ledger to look at, and the tables of people and of casework, made if need be."""
    people = _database(config, "people", folder.PEOPLE)
    cases = _database(config, "cases", folder.CASES)
    with ExitStack() as stack:
        stack.callback(people.close)
        stack.callback(cases.close)
        made(people, schema.TABLES, schema.VERSION, schema.APPLICATION)
        cases_schema.make(cases)
        view = opening.view(config.ledger, opening.VAULT)
        stack.callback(view.close)
        yield view, people, cases


def _database(config: Config, schema: str, file: str) -> Database:
    """Return where the vault alone reads and writes: a schema of the ledger's, or a file."""
    if config.ledger.postgres is not None:
        return PostgresDatabase(config.ledger.postgres, schema=schema, user=opening.VAULT)
    return SqliteDatabase(config.vault_state / file)


def _follow(room: Strongroom, people: Database, where: Whereabouts, stop: threading.Event) -> None:
    """Work until told to stop; say once when something is in the way, and once when it is not."""
    trouble = ""
    known: frozenset[tuple[str, str]] = frozenset()
    while not stop.is_set():
        try:
            known = _learn_areas(people, where, known)
            done = room.turn(clock.wall_ms())
        except (*AGAIN, RosterInvalid) as error:
            if error.code != trouble:
                trouble = error.code
                _log.warning("vault.waiting", why=trouble)
            stop.wait(RETRY_S)
            continue
        if trouble:
            trouble = ""
            _log.info("vault.going_on")
        if not done:
            room.due.wait(PAUSE_S)
            room.due.clear()


def _learn_areas(
    people: Database, where: Whereabouts, known: frozenset[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Keep the tree of areas where traces join it."""
    areas = where.areas()
    if areas != known:
        with people.writing() as session:
            places.areas(session, areas)
    return areas
