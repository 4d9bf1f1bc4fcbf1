"""The ledger in one SQLite file: nothing to install, enough for a district."""

from pathlib import Path

from collector.database.sqlite import SqliteDatabase
from collector.ledger.store import SqlLedger


class SqliteLedger(SqlLedger):
    """A ledger to write to."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file; `with` opens it, and makes it if there is none."""
        super().__init__(SqliteDatabase(path))
