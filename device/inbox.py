"""What the uplink brought, as the scanner may see it: hostile until its signature is checked.

The folder belongs to another process, the one with the network. A file there may be a link, a
device, huge, or half written; nothing about it is trusted but a signature of the authority's.
"""

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


class Inbox:
    """Looks for news in the uplink's folder."""

    def __init__(self, folder: Path, ring: Keyring) -> None:
        """Read `folder`, believing the keys in `ring`."""
        self._path = folder / RECEIPT
        self._ring = ring
        self._seen: Print | None = None
        self._refused = False

    def receipt(self) -> Receipt | None:
        """Return a receipt that the collector signed and that was not returned before, or None."""
        data = self._fresh()
        if data is None:
            return None
        try:
            found = receipt.unpack(data, self._ring)
        except WireError as error:
            if not self._refused:
                log.error("receipt.refused", detail=str(error))  # noqa: TRY400
            self._refused = True
            return None
        self._refused = False
        return found

    def _fresh(self) -> bytes | None:
        """Return the file's content if it is a plain small file that changed since last time."""
        try:
            now = plainfile.fingerprint(self._path)
            if now == self._seen:
                return None
            self._seen = now
            return plainfile.read(self._path, LIMIT)
        except OSError:
            return None
