"""The ledger in PostgreSQL: a role for each process, and a day's records in a bin of their own."""

from collector.database.postgres import PostgresDatabase
from collector.ledger.archive import SqlArchive
from collector.ledger.store import SqlLedger
from collector.ledger.view import SqlView


class PostgresLedger(SqlLedger):
    """A ledger to write to."""

    def __init__(self, conninfo: str, role: str = "") -> None:
        """Take where it is, and the role unless that is named there."""
        super().__init__(PostgresDatabase(conninfo, user=role))


class PostgresView(SqlView):
    """A ledger to look at."""

    def __init__(self, conninfo: str, role: str = "") -> None:
        """Take where it is, and the role unless that is named there."""
        super().__init__(PostgresDatabase(conninfo, user=role))


class PostgresArchive(SqlArchive):
    """A ledger from which the oldest goes."""

    def __init__(self, conninfo: str, role: str = "") -> None:
        """Take where it is, and the role unless that is named there."""
        super().__init__(PostgresDatabase(conninfo, user=role))
