"""A throw-away PostgreSQL for tests: one server for the run, one fresh database for each test."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from collector.database.postgres import PostgresDatabase
from collector.ledger import schema
from tests.conftest import IN_CI
from tests.waiting import until

USER, GROUP = ("nobody", "nogroup") if os.geteuid() == 0 else (None, None)
"""A server never runs as root."""
SETTINGS = (
    "listen_addresses=",
    "autovacuum=off",
    "wal_recycle=off",
    "max_wal_size=2GB",
    "log_min_duration_statement=-1",
)
FILLED = (
    "SELECT relname FROM pg_class WHERE relname ~ '^record_[0-9]+$' AND pg_relation_size(oid) > 0"
)
PATIENCE_S = 60.0
HASTY = ("fsync=off", "full_page_writes=off")
"""Where durability is not the subject."""


class Cluster:
    """A server of our own, spoken to through a socket in its folder."""

    def __init__(self, programs: Path, folder: Path, settings: tuple[str, ...] = HASTY) -> None:
        self._programs, self.folder = programs, folder
        self._settings = (*SETTINGS, *settings, f"unix_socket_directories={folder}")
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._ledger = ""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def init(self) -> None:
        flags = ("--auth=trust", "--username=postgres", "--no-sync", "--locale=C.UTF-8")
        made = self._ran("initdb", "-D", str(self.data), *flags)
        assert made.returncode == 0, made.stderr.decode()

    def start(self) -> None:
        options = [word for each in self._settings for word in ("-c", each)]
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self.data, *options],
                stdout=log,
                stderr=log,
                user=USER,
                group=GROUP,
            )
        # After a power cut a slow disk is long about what PostgreSQL looks at first.
        until(self._answers, f"PostgreSQL does not answer: {self.log}", PATIENCE_S)

    def _answers(self) -> bool:
        server, asked = self._server, ("pg_isready", "-q", "-h", str(self.folder), "-t", "20")
        assert server is not None
        assert server.poll() is None, self.log.read_text(errors="replace")[-2000:]
        return self._ran(*asked).returncode == 0

    def stop(self, number: int = signal.SIGINT) -> None:
        """End it: quickly and whole, or as a power cut would."""
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(PATIENCE_S)
            self._server = None

    def conninfo(self, database: str, user: str = "postgres") -> str:
        return f"host={self.folder} dbname={database} user={user}"

    def database(self) -> str:
        """Make a database and return how to connect to it as its superuser."""
        name = f"t{next(self._numbers)}"
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        return self.conninfo(name)

    def ledger(self) -> str:
        """Empty the one database with a ledger's tables, made at the first call; say where."""
        if not self._ledger:
            self._ledger = self.database()
            database = PostgresDatabase(self._ledger)
            schema.make(database)
            database.close()
        with psycopg.connect(self._ledger, autocommit=True) as db:
            db.execute(
                "TRUNCATE mark, gate, fork, refusal, lost, gap, head, slot, deletion, retention"
                " RESTART IDENTITY"
            )
            db.execute("UPDATE turn SET last_row = 0, retimed = 0")
            for (name,) in db.execute(FILLED).fetchall():
                db.execute(f"TRUNCATE {name}".encode())
        return self._ledger

    def _ran(self, program: str, *words: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [self._programs / program, *words],
            capture_output=True,
            check=False,
            timeout=PATIENCE_S,
            user=USER,
            group=GROUP,
        )


def programs() -> Path | None:
    """Return the folder of the server's programs; Debian keeps them off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def cluster(settings: tuple[str, ...] = HASTY) -> Cluster:
    """Make and start a server; the caller stops it and removes its folder."""
    where = programs()
    if where is None:
        missing = "PostgreSQL is not here: install Debian's postgresql"
        if IN_CI:
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="gate-pg-"))
    if USER:
        shutil.chown(folder, USER)
    made = Cluster(where, folder, settings)
    made.init()
    made.start()
    return made


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """Lend the server of this run; left out, with one line, where there is none."""
    made = cluster()
    try:
        yield made
    finally:
        made.stop(signal.SIGQUIT)
        # Hundreds of databases: a slow disk is longer about them than a test may take.
        subprocess.run(["setsid", "--fork", "rm", "-rf", made.folder], check=True)
