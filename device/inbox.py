"""What the uplink brought, as the scanner may see it: hostile until its signature is checked.

The folder belongs to another process, the one with the network. A file there may be a link, a
device, huge, or half written; nothing about it is trusted but a signature of the authority's.
"""

import itertools
import os
import re
from pathlib import Path

import structlog

from device import plainfile
from device.plainfile import Print
from wire import receipt
from wire.errors import WireError
from wire.keys import Keyring
from wire.receipt import Receipt

log = structlog.get_logger()

RECEIPT = "receipt.json"
LIMIT = 64 * 1024
MOST_FILES, MOST_EARLIER = 1000, 16
"""Looked at in a folder that somebody may have filled, and journals of before in it."""
_EARLIER = re.compile("receipt-[0-9a-zA-Z]{1,64}[.]json")


class Inbox:
    """Looks for news in the uplink's folder."""

    def __init__(self, folder: Path, ring: Keyring) -> None:
        """Read `folder`, believing the keys in `ring`."""
        self._folder = folder
        self._ring = ring
        self._listed: Print | None = None
        self._earlier: list[str] = []
        self._seen: dict[str, Print] = {}
        self._refused = False

    def receipt(self) -> Receipt | None:
        """Return a receipt that the collector signed and that was not returned before, or None."""
        for name in self._names():
            data = self._fresh(name)
            if data is not None:
                return self._read(data)
        return None

    def _names(self) -> list[str]:
        """Return where receipts may be: that of the journal of now, then those of earlier ones."""
        try:
            now = plainfile.fingerprint(self._folder)
            if now != self._listed:
                with os.scandir(self._folder) as found:
                    some = [each.name for each in itertools.islice(found, MOST_FILES)]
                old = sorted(each for each in some if _EARLIER.fullmatch(each))[:MOST_EARLIER]
                self._earlier, self._listed = old, now
                kept = (RECEIPT, *old)
                self._seen = {name: seen for name, seen in self._seen.items() if name in kept}
        except OSError:
            return [RECEIPT]
        return [RECEIPT, *self._earlier]

    def _read(self, data: bytes) -> Receipt | None:
        try:
            found = receipt.unpack(data, self._ring)
        except WireError as error:
            if not self._refused:
                log.error("receipt.refused", detail=str(error))  # noqa: TRY400
            self._refused = True
            return None
        self._refused = False
        return found

    def _fresh(self, name: str) -> bytes | None:
        """Return the file's content if it is a plain small file that changed since last time."""
        path = self._folder / name
        try:
            now = plainfile.fingerprint(path)
            if now == self._seen.get(name):
                return None
            self._seen[name] = now
            return plainfile.read(path, LIMIT)
        except OSError:
            return None
