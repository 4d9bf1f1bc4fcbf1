"""Where the audit stands, laid down for intake, which tells it to the gates.

A head that many gates have noted makes it impossible to change the audit before it unseen. If the
file cannot be written that is said once, and nothing waits for it.
"""

from pathlib import Path

import msgspec
import structlog

from collector.cases.audit import Audit
from collector.plainfile import put
from wire.canonical import canonical
from wire.receipt import Witnessed

MODE = 0o644
"""A head says nothing of anybody."""

_log = structlog.get_logger()


class Witness:
    """Writes the head whenever it has moved."""

    def __init__(self, audit: Audit, path: Path) -> None:
        """Take the audit and the file that intake looks at."""
        self._audit, self._path = audit, path
        self._seq = 0
        self._is_troubled = False

    def look(self, now_ms: int) -> None:
        """Write the head down if it is another than the last one."""
        head = self._audit.head(now_ms)
        if head.seq == self._seq:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            said = msgspec.to_builtins(Witnessed(head.seq, head.hash, head.at_ms))
            put(self._path, canonical(said), MODE)
        except OSError as error:
            if not self._is_troubled:
                _log.warning("vault.head_unwritten", why=error.strerror)
            self._is_troubled = True
            return
        self._seq, self._is_troubled = head.seq, False
