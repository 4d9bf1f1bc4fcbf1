"""Whose scans the vault has opened, laid down for the board: others are not deployed.

A small file beside the documents for the gates; nothing about a person is in it.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from collector.errors import StoreUnusable
from collector.plainfile import write

EVERY_MS = 5_000

_log = structlog.get_logger()


class Notices:
    """The file, written when what it says has changed."""

    def __init__(self, path: Path, deployed: Callable[[], dict[str, int]]) -> None:
        """Take where the file is and what it is to say."""
        self._path, self._deployed = path, deployed
        self._told: dict[str, int] | None = None
        self._due_ms = 0
        self._is_troubled = False

    def look(self, now_ms: int) -> None:
        """Write what is due. A folder that cannot be written is said once, and stops nothing."""
        if now_ms < self._due_ms <= now_ms + EVERY_MS:
            return
        self._due_ms = now_ms + EVERY_MS
        found = self._deployed()
        if found == self._told:
            return
        try:
            write(self._path, msgspec.json.encode(found))
        except StoreUnusable as error:
            if not self._is_troubled:
                _log.warning("vault.opened_unwritten", why=str(error))
            self._is_troubled = True
            return
        self._told, self._is_troubled = found, False
