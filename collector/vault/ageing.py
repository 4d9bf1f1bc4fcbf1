"""Rows of the audit whose two years are over go, by a clock that deletion itself has trusted.

A run of retention asks the gates whether the server's clock can be right, and stops if it cannot.
Here its receipts are gone by: a clock that jumps to 2099 takes no row along.
"""

import structlog

from collector.cases.audit import Audit
from collector.cases.roles import Actor, Role
from collector.database.ports import Database
from collector.ledger.ports import View
from collector.people import cursors
from collector.vault.following import RECEIPT

VAULT = Actor("collector vault", Role.OPERATOR)
EVERY_MS = 3_600_000

_log = structlog.get_logger()


class Ageing:
    """Deletes the audit's old rows, at most once an hour."""

    def __init__(self, audit: Audit, view: View, people: Database) -> None:
        """Take the audit, the ledger's receipts, and the mark of those that were followed."""
        self._audit, self._view, self._people = audit, view, people
        self._looked_ms: int | None = None

    def look(self, now_ms: int) -> None:
        """Delete what is old enough by the newest receipt."""
        if self._looked_ms is not None and 0 <= now_ms - self._looked_ms < EVERY_MS:
            return
        self._looked_ms = now_ms
        with self._people.reading() as session:
            followed = cursors.get(session, RECEIPT)
        receipts = self._view.deletions(followed - 1) if followed else ()
        if receipts:
            rows = self._audit.purge(VAULT, min(now_ms, receipts[0].at_ms))
            if rows:
                _log.info("vault.audit_aged", rows=rows)
