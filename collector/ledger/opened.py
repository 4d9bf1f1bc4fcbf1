"""The ledger that the configuration names: the one place that knows which there are.

Each process comes to PostgreSQL with a role of its own.
"""

from collector.config import LedgerConfig
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.ledger.archive import SqlArchive
from collector.ledger.store import SqlLedger
from collector.ledger.view import SqlView

INTAKE, VAULT, WEB, RETENTION, PUBLIC, DISPATCH = (
    "gate_intake",
    "gate_vault",
    "gate_web",
    "gate_retention",
    "gate_public",
    "gate_dispatch",
)
"""The roles, each of which may do what its process must and nothing else."""


def database(
    config: LedgerConfig, role: str, *, read_only: bool = False
) -> SqliteDatabase | PostgresDatabase:
    """Return the database of the ledger, for a role."""
    if config.postgres is not None:
        return PostgresDatabase(config.postgres, user=role)
    return SqliteDatabase(config.file, read_only=read_only)


def ledger(config: LedgerConfig) -> SqlLedger:
    """Return the ledger to write to, as intake."""
    return SqlLedger(database(config, INTAKE))


def view(config: LedgerConfig, role: str = WEB) -> SqlView:
    """Return the ledger to look at."""
    return SqlView(database(config, role, read_only=True))


def archive(config: LedgerConfig) -> SqlArchive:
    """Return the ledger from which the oldest goes."""
    return SqlArchive(database(config, RETENTION))
