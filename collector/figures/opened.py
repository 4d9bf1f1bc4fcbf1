"""Which gates' scans the vault has been able to open: without that a gate is not deployed.

Scans that are sealed to a key nobody holds are worthless, and nobody would notice. The vault alone
can open one, so it alone writes the file; here it is read.
"""

from pathlib import Path
from typing import Protocol

import msgspec

MAX_BYTES = 16 * 1024 * 1024


class Opened(Protocol):
    """Says of which gates a scan has been opened.

    - None: there is no vault yet, or it has said nothing; then no gate counts as deployed.
    - Never raises.
    """

    def gates(self) -> frozenset[str] | None:
        """Return the names of the gates."""
        ...


class OpenedFile:
    """A JSON file of the vault's: gate -> when its first scan was opened, ms since 1970."""

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is read yet."""
        self._path = path
        self._seen: tuple[int, int] = (0, 0)
        self._gates: frozenset[str] | None = None

    def gates(self) -> frozenset[str] | None:
        """Return the names, read again if the file has changed; the last ones if it goes bad."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size)
            if seen != self._seen and stat.st_size <= MAX_BYTES:
                found = msgspec.json.decode(self._path.read_bytes(), type=dict[str, int])
                self._seen, self._gates = seen, frozenset(found)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return self._gates
        return self._gates
