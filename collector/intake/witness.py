"""Where the audit stands, told to the gates on their receipts: now and then, to each.

The vault writes it into a file; a gate that notes it in its own chain makes it impossible to change
the audit before it unseen. A file that is missing or wrong is not told, and nothing waits for it.
"""

from pathlib import Path

import msgspec

from wire.canonical import parse, read
from wire.errors import WireError
from wire.receipt import Receipt, Witnessed

AGAIN_MS = 3_600_000
"""To one gate, at most so often."""
LIMIT = 4096


class AuditHead:
    """The head as the vault last wrote it, and to whom it was told."""

    def __init__(self, path: Path) -> None:
        """Take the path; there need be no file."""
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._head: Witnessed | None = None
        self._told: dict[str, tuple[Witnessed, int]] = {}

    def on(self, receipt: Receipt) -> Receipt:
        """Return the receipt, with the head on it if the gate has not heard of it lately."""
        head = self._current()
        if head is None:
            return receipt
        told, at_ms = self._told.get(receipt.gate, (None, 0))
        if told == head or (told is not None and 0 <= receipt.time - at_ms < AGAIN_MS):
            return receipt
        self._told[receipt.gate] = (head, receipt.time)
        return msgspec.structs.replace(receipt, audit=head)

    def _current(self) -> Witnessed | None:
        try:
            stat = self._path.stat()
            if (stat.st_mtime_ns, stat.st_ino) != self._seen:
                self._seen = (stat.st_mtime_ns, stat.st_ino)
                self._head = read(Witnessed, parse(self._path.read_bytes()[: LIMIT + 1], LIMIT))
        except (OSError, WireError):
            return None
        return self._head
