"""A district with people, casework and papers in it, and an empty server to restore to."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from collector import config as configuration
from collector.backup import keys, making
from collector.cases import schema as cases_schema
from collector.cases.audit import Audit
from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.config import Config
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.dispatch import schema as dispatch_schema
from collector.dispatch.process import database_of
from collector.issuing import schema as passes_schema
from collector.issuing.process import database as passes_of
from collector.ledger import opened, setup
from collector.ledger.entries import Run
from collector.vault import folder
from collector.withdrawn import save
from provisioning import authority, roster
from tests.collector.conftest import ENTRY
from tests.collector.intake.test_process import CONFIG, NOW
from tests.collector.postgres import Cluster
from tests.collector.vault.conftest import DAY, HOUR, MONDAY, Town
from wire.record import Direction

AT = MONDAY + 8 * HOUR
LAN = Actor("lan", Role.DISTRICT)
MORE = """
[vault]
state = "vault"
[issuing]
keys = "issuing"
state = "desk"
[dispatch]
keys = "dispatching"
state = "dispatch"
[backup]
folder = "{shelf}"
key = "{key}/backup-public.pem"
"""


class Server:
    """One machine's folder with a configuration; the database is in it, or in PostgreSQL."""

    def __init__(self, where: Path, cluster: Cluster | None, shelf: Path, key: Path) -> None:
        self.where, self.cluster = where, cluster
        where.mkdir(exist_ok=True)
        text = CONFIG.format(port=1) + MORE.format(shelf=shelf, key=key)
        if cluster is not None:
            conninfo = cluster.database()
            text = text.replace('path = "ledger.db"', f'postgres = "{conninfo}"')
        self.file = where / "collector.toml"
        self.file.write_text(text, encoding="utf-8")

    @property
    def config(self) -> Config:
        return configuration.load(self.file)

    def database(self, schema: str, name: str) -> Database:
        if self.config.ledger.postgres is not None:
            return PostgresDatabase(self.config.ledger.postgres, schema=schema)
        return SqliteDatabase(self.where / name)

    def found(self) -> None:
        """Make an authority with one gate, and empty tables."""
        authority.create(self.where / "authority", "Huyện Mẫu", now=NOW)
        gate = roster.Gate("g1", "Bến xe Mẫu", "Mẫu", "transport", (Direction.IN,), ENTRY)
        roster.enter(self.where / "authority", gate)
        if self.cluster is not None:
            setup.prepare(self.config.ledger, "")
        folder.prepare(self.where / "vault")
        with opened.ledger(self.config.ledger):
            pass
        save(self.config.withdrawn, frozenset({"g9"}))
        out = self.config.outgoing / "g1/policy"
        out.parent.mkdir(parents=True)
        out.write_bytes(b"a policy")

    def move(self, to: "Server") -> None:
        """Bring to a new machine what comes from the authority's folder, and nothing else."""
        shutil.copytree(self.where / "authority", to.where / "authority")
        (to.where / "authority/roster.json").unlink()
        shutil.rmtree(to.where / "authority/road", ignore_errors=True)  # the server's own

    @contextmanager
    def town(self) -> Iterator[Town]:
        with ExitStack() as stack:
            ledger = stack.enter_context(opened.ledger(self.config.ledger))
            view = stack.enter_context(opened.view(self.config.ledger))
            archive = stack.enter_context(opened.archive(self.config.ledger))
            people = self.database("people", "vault/people.db")
            stack.callback(people.close)
            yield Town(ledger, view, people, self.where / "vault", archive)

    @contextmanager
    def audit(self) -> Iterator[Audit]:
        cases = self.database("cases", "vault/cases.db")
        try:
            cases_schema.make(cases)
            yield Audit(cases)
        finally:
            cases.close()

    def work(self, rows: int, at_ms: int) -> None:
        """Let officers do something that the audit keeps."""
        with self.audit() as audit:
            for number in range(rows):
                audit.commit(LAN, Act.TRACED, at_ms + number, case=1, persons=(number,))

    @contextmanager
    def passes(self) -> Iterator[Database]:
        assert self.config.issuing is not None
        self.config.issuing.state.mkdir(exist_ok=True)
        found = passes_of(self.config, self.config.issuing)
        try:
            passes_schema.make(found)
            yield found
        finally:
            found.close()

    @contextmanager
    def dispatch(self) -> Iterator[Database]:
        assert self.config.dispatch is not None
        self.config.dispatch.state.mkdir(exist_ok=True)
        found = database_of(self.config, self.config.dispatch)
        try:
            dispatch_schema.make(found)
            yield found
        finally:
            found.close()

    def backup(self, at_ms: int) -> Path:
        return making.make(self.config, run(at_ms)).path


def run(at_ms: int) -> Run:
    """Return a moment, by a machine that has been up all the while."""
    return Run(at_ms, "0badcafe", at_ms)


@pytest.fixture(scope="session")
def backup_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("keys") / "keys"
    keys.make(made)
    return made


@pytest.fixture
def private(backup_keys: Path) -> Path:
    return backup_keys / keys.PRIVATE


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path, backup_keys: Path) -> Server:
    cluster = request.getfixturevalue("postgres") if request.param == "postgres" else None
    made = Server(tmp_path / "old", cluster, tmp_path / "shelf", backup_keys)
    made.found()
    return made


@pytest.fixture
def fresh(server: Server, tmp_path: Path, backup_keys: Path) -> Server:
    """Return the new machine: it has what the authority's folder has."""
    made = Server(tmp_path / "new", server.cluster, tmp_path / "shelf", backup_keys)
    server.move(made)
    return made


__all__ = ["AT", "DAY", "LAN", "Server", "run"]
