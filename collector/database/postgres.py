"""A database in PostgreSQL, through psycopg; this file is its one home.

Each process connects with a role of its own and can do what that role may. Writers of one schema
stand in line for a lock of the transaction, so that what was committed later has greater numbers:
whoever follows a table by its numbers misses nothing. No error repeats a value.
"""

import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql as spelt
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from collector.database.dialect import spoken, statements, tabled
from collector.database.ports import Dialect, Session
from collector.errors import (
    CollectorError,
    DatabaseAway,
    LedgerBroken,
    LedgerBusy,
    LedgerFull,
    LedgerMissing,
)
from collector.i18n import N_

if TYPE_CHECKING:
    from collector.database.numbers import Ints

BUSY_MS = 5_000
WAIT_S = 5
FETCHED = 2_000
"""Rows of a long answer that are in memory at a time."""
KEPT = 8
"""Connections that are kept open while nobody needs them."""
_VERSION = "CREATE TABLE made (application BIGINT PRIMARY KEY, version BIGINT NOT NULL)"
_NOTED = (
    "INSERT INTO made (application, version) VALUES (?, ?)"
    " ON CONFLICT (application) DO UPDATE SET version = excluded.version"
)
_CHANGE = "SELECT pg_current_snapshot()::text"
_KINDS: tuple[tuple[str, type[CollectorError]], ...] = (
    ("53100", LedgerFull),
    *((kind, LedgerBusy) for kind in ("40", "55P03", "55006", "57014")),
    *((kind, LedgerMissing) for kind in ("42P01", "3F000", "3D000")),
    *((kind, DatabaseAway) for kind in ("08", "53", "57P")),
)
"""By how the SQLSTATE begins, the first that fits."""
_CUT = (psycopg.OperationalError, psycopg.InterfaceError)


class _Whole(Loader):
    """Reads what sums to PostgreSQL's `numeric`: whole numbers are int here too."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return int(text) if text.lstrip(b"-").isdigit() else float(text)


class _Truth(Loader):
    """Reads a truth value as the number it is in SQLite."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class PostgresSession:
    """A conversation over one connection."""

    def __init__(self, db: "psycopg.Connection[tuple[Any, ...]]") -> None:
        """Take a connection inside a transaction."""
        self.db = db

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of an answer."""
        with translated():
            cursor = self.db.execute(_query(sql), values)
            return cursor.fetchall() if cursor.description else []

    def numbers(self, sql: str, values: Sequence[object], width: int) -> "Ints":
        """Return an answer of whole numbers alone, as (rows, width): a row of long columns."""
        from collector.database.numbers import unpacked  # noqa: PLC0415  # see there

        names = [f"c{number}" for number in range(width)]
        columns = ", ".join(f"string_agg(int8send(CAST({each} AS BIGINT)), '')" for each in names)
        asked = f"SELECT COUNT(*), {columns} FROM ({sql}) AS answer ({', '.join(names)})"  # noqa: S608
        with translated(), self.db.cursor(binary=True) as cursor:
            ((count, *packed),) = cursor.execute(_query(asked), values).fetchall()
        return unpacked(count, packed)

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Return how many rows a statement has touched."""
        with translated():
            return self.db.execute(_query(sql), values).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each of the rows."""
        with translated(), self.db.cursor() as cursor:
            cursor.executemany(_query(sql), rows)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Insert many rows by one COPY."""
        question = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with translated(), self.db.cursor() as cursor, cursor.copy(question.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def stream(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a long answer, through a cursor at the server."""
        with translated(), self.db.cursor(name=f"stream_{id(object())}") as cursor:
            cursor.execute(_query(sql), values)
            while rows := cursor.fetchmany(FETCHED):
                yield from rows


class PostgresDatabase:
    """One schema of a database; the promises are those of the port."""

    dialect: Dialect = "postgres"

    def __init__(
        self, conninfo: str, *, schema: str = "public", user: str = "", busy_ms: int = BUSY_MS
    ) -> None:
        """Take where it is, the schema, and the role if `conninfo` names none.

        It connects at the first transaction, and waits `busy_ms` for a lock.
        """
        self._conninfo, self._schema, self._user = conninfo, schema, user
        self._busy_ms = busy_ms
        self._key = zlib.crc32(schema.encode())
        self._lock = threading.Lock()
        self._idle: list[psycopg.Connection[tuple[Any, ...]]] = []

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction to read in."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a transaction to write in."""
        with self._transaction("BEGIN") as session:
            session.rows("SELECT pg_advisory_xact_lock(?)", (self._key,))
            yield session

    @contextmanager
    def beside(self) -> Iterator[Session]:
        """Open a transaction that writes without standing in line."""
        with self._transaction("BEGIN") as session:
            yield session

    def change(self) -> int:
        """Return a number of which transactions are done."""
        with self._transaction("BEGIN READ ONLY") as session:
            return zlib.crc32(session.rows(_CHANGE)[0][0].encode())

    def version(self, application: int) -> int:
        """Return the version of the tables made here."""
        name = f"{self._schema}.made"
        with self._transaction("BEGIN READ ONLY") as session:
            if session.rows("SELECT to_regclass(?)::text", (name,)) == [(None,)]:
                return 0
            found = dict(session.rows("SELECT application, version FROM made"))
        if application not in found and found:
            raise LedgerBroken(N_("a database of another program"))
        return int(found.get(application, 0))

    def make(self, tables: str, application: int, version: int) -> None:
        """Run the statements that bring the tables to a version."""
        with self.writing() as session:
            if session.rows("SELECT to_regclass(?)::text", (f"{self._schema}.made",)) == [(None,)]:
                # Asked first: only who may make schemas may say IF NOT EXISTS.
                if session.rows("SELECT to_regnamespace(?)::text", (self._schema,)) == [(None,)]:
                    session.run(f'CREATE SCHEMA "{self._schema}"')
                session.run(_VERSION)
            found = dict(session.rows("SELECT application, version FROM made"))
            if found.get(application, 0) >= version:  # another process was quicker
                return
            for statement in statements(tabled(tables)):
                session.run(statement)
            session.run(_NOTED, (application, version))

    def scrub(self, tables: Sequence[str] = ()) -> None:
        """Write the tables anew, and let go of the log that knows the deleted rows.

        The log is let go of at a checkpoint; `wal_recycle` must be off, or it lives on under
        another name.
        """
        with self._connection() as db, translated():
            for table in tables:
                name = spelt.Identifier(self._schema, table)
                db.execute(spelt.SQL("VACUUM (FULL) {}").format(name))
            for _ in range(2):
                db.execute("SELECT pg_switch_wal()")
                db.execute("CHECKPOINT")

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            held, self._idle = self._idle, []
        for each in held:
            each.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[PostgresSession]:
        with self._connection() as db:
            with translated():
                db.execute(begin)
            try:
                yield PostgresSession(db)
                with translated():
                    db.execute("COMMIT")
            except BaseException:
                if not db.closed:
                    with translated():
                        db.execute("ROLLBACK")
                raise

    @contextmanager
    def _connection(self) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
        """Lend a connection; one on which something went wrong is not used again."""
        with self._lock:
            db = self._idle.pop() if self._idle else None
        if db is None:
            db = self._connected()
        try:
            yield db
        except BaseException:
            db.close()
            raise
        with self._lock:
            if len(self._idle) < KEPT and not db.closed:
                self._idle.append(db)
                return
        db.close()

    def _connected(self) -> "psycopg.Connection[tuple[Any, ...]]":
        options = (
            f"-c search_path={self._schema} -c lock_timeout={self._busy_ms}"
            " -c timezone=UTC -c client_min_messages=warning"
        )
        where = conninfo_to_dict(self._conninfo) | {"options": options, "connect_timeout": WAIT_S}
        if self._user:
            where.setdefault("user", self._user)
        try:
            db = psycopg.connect(make_conninfo("", **where), autocommit=True)
        except psycopg.Error as error:
            raise _unreached(error) from error
        db.adapters.register_loader("numeric", _Whole)
        db.adapters.register_loader("bool", _Truth)
        return db


def _unreached(error: psycopg.Error) -> CollectorError:
    """Say why there is no connection; nothing about a person is known before there is one."""
    said = " ".join(str(error).split())
    if 'database "' in said and "does not exist" in said:
        return LedgerMissing(said)
    return DatabaseAway(said)


def _query(text: str) -> bytes:
    """Return a statement as psycopg takes it: written here, never made of anything that came."""
    return spoken(text).encode()


@contextmanager
def translated() -> Iterator[None]:
    """Turn PostgreSQL's errors into ours, by their kind alone: their sentences quote values."""
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ("08" if isinstance(error, _CUT) else "")
        raise failure(state, type(error).__name__) from error


def failure(state: str, name: str = "SQLSTATE") -> CollectorError:
    """Return our error for a SQLSTATE; an unknown one, or none, is a broken ledger."""
    kind = next((ours for begin, ours in _KINDS if state.startswith(begin)), LedgerBroken)
    return kind(f"{name} {state}".strip())
