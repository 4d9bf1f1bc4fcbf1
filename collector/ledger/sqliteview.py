"""The SQLite ledger to look at: opened read-only, shared by the threads of one process."""

from pathlib import Path

from collector.database.sqlite import SqliteDatabase
from collector.ledger.view import SqlView


class SqliteView(SqlView):
    """A ledger to look at."""

    def __init__(self, path: Path) -> None:
        """Take the path of the file; it is opened at the first question."""
        super().__init__(SqliteDatabase(path, read_only=True))
