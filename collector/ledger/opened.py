"""The ledger that the configuration names: the one place that knows which there are.

Each process comes to PostgreSQL with a role of its own. What only some need is loaded when it is
asked for: the driver of PostgreSQL is as large as all the rest.
"""

from typing import TYPE_CHECKING

from collector.config import LedgerConfig
from collector.database.sqlite import SqliteDatabase
from collector.ledger.store import SqlLedger
from collector.ledger.view import SqlView

if TYPE_CHECKING:
    from collector.database.postgres import PostgresDatabase
    from collector.ledger.archive import SqlArchive

INTAKE, VAULT, WEB, RETENTION, DESK, DISPATCH, HOME_ASSISTANT = (
    "gate_intake",
    "gate_vault",
    "gate_web",
    "gate_retention",
    "gate_public",
    "gate_dispatch",
    "gate_home_assistant",
)
"""The roles, each of which may do what its process must and nothing else.

The desk's is called after the page that it answers: databases know it by that name.
"""


def database(
    config: LedgerConfig, role: str, *, read_only: bool = False
) -> "SqliteDatabase | PostgresDatabase":
    """Return the database of the ledger, for a role."""
    if config.postgres is not None:
        return postgres(config.postgres, role)
    return SqliteDatabase(config.file, read_only=read_only)


def postgres(conninfo: str, role: str, schema: str = "public") -> "PostgresDatabase":
    """Return a schema of the database in PostgreSQL, for a role."""
    from collector.database.postgres import PostgresDatabase  # noqa: PLC0415  # see above

    return PostgresDatabase(conninfo, schema=schema, user=role)


def ledger(config: LedgerConfig) -> SqlLedger:
    """Return the ledger to write to, as intake."""
    return SqlLedger(database(config, INTAKE))


def view(config: LedgerConfig, role: str = WEB) -> SqlView:
    """Return the ledger to look at."""
    return SqlView(database(config, role, read_only=True))


def archive(config: LedgerConfig) -> "SqlArchive":
    """Return the ledger from which the oldest goes."""
    from collector.ledger.archive import SqlArchive  # noqa: PLC0415  # see above

    return SqlArchive(database(config, RETENTION))
