"""`collector vault run`: one process with the keys in its memory, and a socket to ask it.

It needs no custodian to start. It follows the ledger in the main thread and answers in others; what
cannot be done now (a busy database, one that is away) is tried again.
"""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import cast

import structlog

from collector import clock
from collector.asking.line import Line
from collector.asking.server import Server, answerer
from collector.asking.users import ids
from collector.believed import Believed
from collector.cases import schema as cases_schema
from collector.config import Config
from collector.database.made import made
from collector.database.ports import Database
from collector.database.sqlite import SqliteDatabase
from collector.declaration.sealed import Sealed
from collector.errors import (
    DatabaseAway,
    DeskAway,
    DeskRefused,
    LedgerBusy,
    LedgerFull,
    LedgerMissing,
    LedgerUnwritable,
    RosterInvalid,
)
from collector.ledger import opened as opening
from collector.ledger.ports import View
from collector.people import places, schema
from collector.roster import RosterFile
from collector.vault import folder, memory
from collector.vault.ageing import Ageing
from collector.vault.casework import Casework
from collector.vault.desk import Desk
from collector.vault.epochfile import EpochFile
from collector.vault.errors import VaultUnusable
from collector.vault.lapsing import Lapsing
from collector.vault.notices import Notices
from collector.vault.requests import Requests
from collector.vault.strongroom import Strongroom
from collector.vault.whereabouts import Whereabouts
from collector.vault.witnessing import Witness

PAUSE_S = 0.25
"""Between two looks at a ledger in which nothing is new."""
RETRY_S = 2.0
AGAIN = (DatabaseAway, LedgerBusy, LedgerFull, LedgerMissing, LedgerUnwritable, VaultUnusable)
"""What is tried again: a vault that ended would be locked when it is back."""

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
        room = Strongroom(
            *(kept, view, people, EpochFile(home), where.place_of, config.retention.days),
            desk_of(config),
        )
        casework = Casework(cases, room, where.above)
        witness = Witness(casework.audit, config.audit_head)
        desk = Desk(room, people, casework, clock.wall_ms)
        answer = answerer(Requests, lambda name, args: getattr(desk, name)(**args))
        users = ids(config.vault.users, "vault.users")
        stack.enter_context(Server(config.vault_socket, users, answer))
        _log.info("vault.started", locked=True, demo=kept.demo, memory_locked=shielded)
        if kept.demo:
            _log.warning("vault.demo", custodians=1)
        notices = Notices(config.opened, desk.deployed)
        tidying, believed = (
            (Ageing(casework.audit), Lapsing(cases, people)),
            Believed(config.believed),
        )
        _follow(Work(room, people, where, (witness, notices), tidying, believed), stop)
    _log.info("vault.stopped")
    return 0


def desk_of(config: Config) -> Sealed | None:
    """Return the desk that keeps declarations; None where there is none on this machine."""
    if config.declared is None:
        return None
    return cast("Sealed", Line(config.declared, Sealed, DeskAway, DeskRefused))


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
        return opening.postgres(config.ledger.postgres, opening.VAULT, schema)
    return SqliteDatabase(config.vault_state / file)


class Work:
    """One turn of all that goes on by itself."""

    def __init__(
        self,
        room: Strongroom,
        people: Database,
        where: Whereabouts,
        lookers: Sequence[Witness | Notices],
        tidying: Sequence[Ageing | Lapsing],
        believed: Believed,
    ) -> None:
        """Take the vault, its tables, who knows where gates stand, and who looks now and then.

        `believed` says up to which moment what is over may be deleted.
        """
        self.due = room.due
        self._room, self._people, self._where = room, people, where
        self._lookers, self._tidying, self._believed = lookers, tidying, believed
        self._areas: frozenset[tuple[str, str]] = frozenset()

    def turn(self) -> int:
        """Do what there is to do; return how much that was."""
        areas = self._where.areas()
        if areas != self._areas:  # traces join them
            with self._people.writing() as session:
                places.areas(session, areas)
            self._areas = areas
        now_ms = clock.wall_ms()
        over_ms = self._believed.over_ms(now_ms)
        for each in self._lookers:
            each.look(now_ms)
        for tidy in self._tidying:
            tidy.look(over_ms)
        return self._room.turn(now_ms, over_ms)


def _follow(work: Work, stop: threading.Event) -> None:
    """Work until told to stop; say once when something is in the way, and once when it is not."""
    trouble = ""
    while not stop.is_set():
        try:
            done = work.turn()
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
            work.due.wait(PAUSE_S)
            work.due.clear()
