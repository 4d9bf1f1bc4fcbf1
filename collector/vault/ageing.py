"""Rows of the audit go when their two years are over, by a time that is believed.

A clock that jumps to 2099 takes no row along (collector/believed.py).
"""

import structlog

from collector.cases.audit import Audit
from collector.cases.roles import Actor, Role

VAULT = Actor("collector vault", Role.OPERATOR)
EVERY_MS = 3_600_000

_log = structlog.get_logger()


class Ageing:
    """Deletes the audit's old rows, at most once an hour."""

    def __init__(self, audit: Audit) -> None:
        """Take the audit."""
        self._audit = audit
        self._looked_ms: int | None = None

    def look(self, over_ms: int) -> None:
        """Delete what is old enough at a moment that is believed."""
        if self._looked_ms is not None and 0 <= over_ms - self._looked_ms < EVERY_MS:
            return
        self._looked_ms = over_ms
        rows = self._audit.purge(VAULT, over_ms)
        if rows:
            _log.info("vault.audit_aged", rows=rows)
