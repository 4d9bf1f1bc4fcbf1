"""PostgreSQL by its own tools: `pg_dump` reads one snapshot, `pg_restore` and `psql` lay it out.

They come with the server. What they say may quote a value, so only their exit status is told, and
the server's own code for what is wrong (its SQLSTATE).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import IO

from collector import clock
from collector.backup.errors import BackupUnwritable
from collector.config import LedgerConfig
from collector.database.postgres import PostgresDatabase, failure
from collector.errors import DatabaseAway
from collector.i18n import N_
from collector.ledger import setup

BLOCK = 1024 * 1024
_TABLES = (
    "SELECT COUNT(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " WHERE relkind IN ('r', 'p') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
)
_OTHERS = (
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND usename IS NOT NULL"
)
_STATE = re.compile(r": +([0-9A-Z]{5})$", re.MULTILINE)
_INSTEAD = "\n".join(
    (
        "SET client_min_messages = error;",
        "BEGIN;",
        *(f"DROP SCHEMA IF EXISTS {name} CASCADE;" for name in (*setup.SCHEMAS, "public")),
        "CREATE SCHEMA public;\n",
    )
)
LINE_LOST, REFUSED = 2, 3
"""How psql ends when its connection does, and when the server has refused a statement."""
LEAVES_S = 2.0
"""In which the server has seen that a connection was ended."""
_VERSIONS = "SELECT nspname FROM pg_namespace JOIN pg_class ON relnamespace = pg_namespace.oid"


def versions(config: LedgerConfig, user: str) -> dict[str, int]:
    """Return the version of the tables of each of our schemas."""
    found = {}
    with closing(_database(config, user)) as database, database.reading() as session:
        named = session.rows(f"{_VERSIONS} WHERE relname = ? AND relkind = ?", ("made", "r"))
        for (schema,) in named:
            sql = f'SELECT application, version FROM "{schema}".made'  # noqa: S608  # a schema's name
            found.update({str(key): int(value) for key, value in session.rows(sql)})
    return found


def blocks(config: LedgerConfig, user: str) -> Iterator[bytes]:
    """Yield a dump of the whole database; raises BackupUnwritable."""
    command = [_tool("pg_dump"), "--format=custom", "--compress=0", *_where(config, user)]
    none = subprocess.DEVNULL
    with _running(command, none, subprocess.PIPE, none) as process:
        if process.stdout is not None:
            while block := process.stdout.read(BLOCK):
                yield block
    if process.returncode:
        msg = f"pg_dump: {process.returncode}"
        raise BackupUnwritable(msg)


def is_empty(config: LedgerConfig, user: str) -> bool:
    """Say whether there are no tables."""
    with closing(_database(config, user)) as database, database.reading() as session:
        return session.rows(_TABLES) == [(0,)]


def is_used(config: LedgerConfig, user: str) -> bool:
    """Say whether anybody else is connected to the database, and stays."""
    until_s = clock.steady_s() + LEAVES_S
    with closing(_database(config, user)) as database:
        while True:
            with database.reading() as session:
                if session.rows(_OTHERS) == [(0,)]:
                    return False
            if clock.steady_s() >= until_s:
                return True
            clock.pause(0.1)


class Unsure(DatabaseAway):
    """All was handed over when the line was lost: it may count, or nothing of it."""


def load(config: LedgerConfig, user: str, dump: Iterator[bytes]) -> None:
    """Put a dump in the place of what is there, in one transaction.

    What was there is whole until that counts, so there must be room for both. Raises Unsure;
    LedgerFull, DatabaseAway, LedgerBroken, BackupUnwritable and whatever `dump` raises: then
    nothing has changed.
    """
    with closing(_database(config, user)) as database:
        setup.roles(database)
    _poured(dump, config, user)


def _poured(dump: Iterator[bytes], config: LedgerConfig, user: str) -> None:
    """Let `psql` do what `pg_restore` reads: it says by its code alone what the server refuses."""
    command = [_tool("psql"), "--no-psqlrc", "--quiet", *_where(config, user)]
    told = ("--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate")
    is_whole = False
    out, into = os.pipe()
    try:
        with _running([*command, *told], out, subprocess.DEVNULL, subprocess.PIPE) as process:
            os.close(out)
            with os.fdopen(into, "wb", buffering=0) as script, suppress(BrokenPipeError):
                script.write(_INSTEAD.encode())
                is_whole = _spelt(dump, script) == 0
                if is_whole:  # of a script that ends too early nothing is kept
                    script.write(b"COMMIT;\n")
            said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    except KeyboardInterrupt as error:
        if is_whole:
            raise Unsure from error
        raise
    if is_whole and process.returncode not in (0, REFUSED):
        raise Unsure
    if process.returncode == LINE_LOST:
        raise DatabaseAway
    if process.returncode or not is_whole:
        raise failure("".join(_STATE.findall(said)[:1]))


def _spelt(dump: Iterator[bytes], script: IO[bytes]) -> int:
    """Write a dump as a script; return how `pg_restore` ended."""
    command = [_tool("pg_restore"), "--exit-on-error", "--file=-"]
    with _running(command, subprocess.PIPE, script, subprocess.DEVNULL) as process:
        if process.stdin is not None:
            try:
                for block in dump:
                    process.stdin.write(block)
                process.stdin.close()
            except BrokenPipeError:
                for _ in dump:  # so that the file is read to its end
                    pass
    return process.returncode


@contextmanager
def _running(
    command: list[str], stdin: int, stdout: int | IO[bytes], stderr: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one of PostgreSQL's tools, which does not outlive Ctrl-C."""
    with subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr) as process:  # noqa: S603
        try:
            yield process
        except KeyboardInterrupt:
            process.kill()
            process.wait()
            raise


def execute(config: LedgerConfig, user: str, sql: str) -> None:
    """Run one statement as the database's owner."""
    with closing(_database(config, user)) as database, database.writing() as session:
        session.run(sql)


def _database(config: LedgerConfig, user: str) -> PostgresDatabase:
    return PostgresDatabase(config.postgres or "", user=user)


def _where(config: LedgerConfig, user: str) -> list[str]:
    return [
        "--no-password",
        *([f"--username={user}"] if user else []),
        f"--dbname={config.postgres}",
    ]


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        msg = f"{name}: {N_('not installed')}"
        raise BackupUnwritable(msg)
    return found
