"""What the vault leaves for others to read: whose scans it has opened, and where its audit stands.

Two small files beside the documents for the gates. The board asks the first (a gate whose scans
nobody can open is not deployed), intake puts the second on receipts, so that gates witness it.
Nothing about a person is in either.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from collector.cases.audit import Audit
from collector.errors import StoreUnusable
from collector.withdrawn import write
from wire.receipt import Witnessed

EVERY_MS = 5_000
HEAD_EVERY_MS = 600_000
"""Gates are told about hourly; between two heads the audit is only as safe as the server."""

_log = structlog.get_logger()


class Notices:
    """The two files, written when what they say has changed."""

    def __init__(
        self, opened: Path, head: Path, deployed: Callable[[], dict[str, int]], audit: Audit
    ) -> None:
        """Take where the files are and what they are to say."""
        self._opened, self._head = opened, head
        self._deployed, self._audit = deployed, audit
        self._told: dict[str, int] | None = None
        self._stood = ""
        self._due_ms = self._head_due_ms = 0
        self._trouble = False

    def tend(self, now_ms: int) -> None:
        """Write what is due. A folder that cannot be written is said once, and stops nothing."""
        if now_ms < self._due_ms <= now_ms + EVERY_MS:
            return
        self._due_ms = now_ms + EVERY_MS
        try:
            self._tell_opened()
            if not now_ms < self._head_due_ms <= now_ms + HEAD_EVERY_MS:
                self._head_due_ms = now_ms + HEAD_EVERY_MS
                self._tell_head(now_ms)
        except StoreUnusable as error:
            if not self._trouble:
                _log.warning("vault.notices", code=error.code, detail=str(error))
            self._trouble = True
        else:
            self._trouble = False

    def _tell_opened(self) -> None:
        found = self._deployed()
        if found != self._told:
            write(self._opened, msgspec.json.encode(found))
            self._told = found

    def _tell_head(self, now_ms: int) -> None:
        head = self._audit.head(now_ms)
        if head.seq and head.hash != self._stood:
            said = Witnessed(head.seq, head.hash, now_ms)
            write(self._head, msgspec.json.encode(said))
            self._stood = head.hash
