"""A small district for the vault: gates that seal as real ones do, a ledger, and a strongroom."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from collector.database.made import made
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.declaration.sealed import Sealed
from collector.ledger.archive import SqlArchive
from collector.ledger.entries import Post, Run
from collector.ledger.ports import Ledger, View
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from collector.ledger.store import SqlLedger
from collector.ledger.view import SqlView
from collector.people import schema
from collector.people.places import Place
from collector.retention import run as retention
from collector.vault import custody, folder
from collector.vault.custody import Cost, Custody, Secrets
from collector.vault.epochfile import EpochFile
from collector.vault.strongroom import Strongroom
from tests.collector.conftest import Journal
from wire.canonical import Document
from wire.keys import SealKey
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Key,
    Mark,
    Note,
    Outcome,
    Reason,
    Scan,
    Signature,
    Told,
    What,
    to_document,
)
from wire.sealing import DataKey, place, seal_key

SEAL = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = seal_key(SEAL.public_key())
SECRETS = Secrets(SEAL.private_bytes_raw(), bytes(range(32, 64)))
WORDS = {
    "lan": "một hai ba bốn năm sáu",
    "minh": "trâu bò lợn gà vịt ngan",
    "hoa": "xuân hạ thu đông mưa nắng",
}
CHEAP = Cost(log2_n=4)
DAY = 86_400_000
HOUR = 3_600_000
MONDAY = 2950 * 7 * DAY - 7 * HOUR
"""The first local midnight of an epoch."""
UP = 100 * DAY
"""So long before the gates were started."""


class SealingGate(Journal):
    """A gate's journal with people in it, sealed as a gate seals them."""

    def __init__(self, gate: str, name: str = "j", boot: str = "0badcafe") -> None:
        super().__init__(gate, name, boot)
        self._key: DataKey | None = None
        self._key_seq = 0
        self.clock = ClockState.SYNCED

    def renew(self, at: int, to: SealKey = PUBLIC) -> None:
        """Begin another data key."""
        self._key, self._key_seq = DataKey.fresh(), len(self.chain)
        sealed = self._key.sealed_to(to)
        up, clock = at - MONDAY + UP, self.clock
        key = Key(seq=1, boot="", up=up, wall=at, clock=clock, to=to.kid, sealed=sealed)
        self.add(to_document(key))

    def passes(  # noqa: PLR0913  (all that is said about one scan, by name)
        self,
        fields: Document,
        at: int,
        *,
        way: Direction = Direction.IN,
        kind: str = "id-card",
        marks: tuple[Mark, ...] = (),
        damaged: bool = False,
        told: Told | None = None,
        identity: Identity = Identity.UNKNOWN,
    ) -> int:
        """Let somebody pass; return the seq of the scan."""
        if self._key is None:
            self.renew(at)
        assert self._key is not None
        seq = len(self.chain)
        where = place(self.gate, self.name, seq + 1000 if damaged else seq)
        scan = Scan(
            seq=1,
            boot="",
            up=at - MONDAY + UP,
            wall=at,
            clock=self.clock,
            dir=way,
            kind=kind,
            signature=Signature.NOT_CHECKED,
            identity=identity,
            outcome=Outcome.ACCEPTED,
            reason=Reason.ACCEPTED,
            marks=marks,
            key=self._key_seq,
            sealed=self._key.seal(fields, where),
            told=told,
        )
        self.add(to_document(scan))
        return seq

    def nobody(self, seq: int, at: int) -> None:
        """Note that nobody passed after a scan."""
        up, clock, said = at - MONDAY + UP, self.clock, {"seq": seq}
        what = What.CANCELLED
        note = Note(seq=1, boot="", up=up, wall=at, clock=clock, what=what, data=said)
        self.add(to_document(note))


class Town:
    """A ledger, the tables of people, and a vault."""

    def __init__(
        self, ledger: Ledger, view: View, people: Database, home: Path, archive: SqlArchive
    ) -> None:
        self.ledger, self.view, self.people, self.home = ledger, view, people, home
        self.archive = archive
        self.disk = home.parent
        """All that a thief of the machine would have."""
        self.places: dict[str, Place] = {}
        self._sent: dict[tuple[str, str], int] = {}
        self.desk: Sealed | None = None
        made(people, schema.TABLES, schema.VERSION, schema.APPLICATION)
        if not (home / folder.CUSTODY).exists():
            folder.prepare(home)
            folder.save(home, wrapped())
        self.room = self.again()

    def again(self) -> Strongroom:
        """Return a vault as after a start: locked, and knowing nothing but what is stored."""
        self.room = Strongroom(
            *(folder.load(self.home), self.view, self.people, EpochFile(self.home), self.place_of),
            declared=self.desk,
        )
        return self.room

    def place_of(self, gate: str) -> Place:
        return self.places.get(gate, Place(f"p-{gate}", f"Nơi {gate}", area=f"a-{gate}"))

    def unlock(self, at: int = MONDAY) -> Strongroom:
        for name in ("lan", "hoa"):
            self.room.unlock(name, WORDS[name], at)
        return self.room

    def send(self, pen: Journal, at: int) -> None:
        """Bring what a gate has not sent yet."""
        key = (pen.gate, pen.name)
        end = len(pen.chain) - 1
        for first in range(self._sent.get(key, 0) + 1, end + 1, 50):
            arrival = pen.arrival(first, min(first + 49, end))
            self.ledger.commit(Post(arrivals=(arrival,)), at)
        self._sent[key] = end

    def settle(self, at: int) -> None:
        """Let the vault do all there is to do."""
        while self.room.turn(at, at):
            pass

    def retain(self, at: int) -> None:
        """Let the ledger delete what is older than 21 days, as its timer does."""
        retention.run(self.archive, 21, Run(at, "0badcafe", at), lambda _: None, is_sure=True)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.people.reading() as session:
            return session.rows(sql, values)


def wrapped() -> Custody:
    return custody.wrapped(SECRETS, PUBLIC.kid, WORDS, 2, cost=CHEAP)


def card(number: int, **more: str) -> Document:
    """Return the fields of somebody's card."""
    return {"number": f"0010900{number:05}", "name": "Nguyễn Văn Mẫu", "born": "1990-06-15", **more}


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    home = tmp_path / "vault"
    with ExitStack() as stack:
        people: Database
        records: Database
        ledger: Ledger
        view: View
        if request.param == "postgres":
            where = request.getfixturevalue("postgres").ledger()
            ledger = stack.enter_context(SqlLedger(PostgresDatabase(where)))
            view = stack.enter_context(SqlView(PostgresDatabase(where)))
            records = PostgresDatabase(where)
            people = PostgresDatabase(where, schema="people")
            with people.writing() as session:
                session.run("DROP SCHEMA IF EXISTS people CASCADE")
        else:
            ledger = stack.enter_context(SqliteLedger(tmp_path / "ledger.db"))
            view = stack.enter_context(SqliteView(tmp_path / "ledger.db"))
            records = SqliteDatabase(tmp_path / "ledger.db")
            people = SqliteDatabase(home / folder.PEOPLE)
            folder.prepare(home)
        stack.callback(people.close)
        stack.callback(records.close)
        found = Town(ledger, view, people, home, SqlArchive(records))
        if request.param == "postgres":
            found.disk = request.getfixturevalue("postgres").folder
        yield found


Gates = Callable[..., SealingGate]
