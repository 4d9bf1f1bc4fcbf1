"""What the authority has told this gate: the last good document of each name.

The uplink lays into inbox/ whatever it was sent, and nothing there is believed. What the authority
signed, and what is newer than what is held, is written to accepted/, which only the scanner
writes, and is in force from then on. Anything else is refused, said once and never quoted; the
last good one stays, also over a restart. Which documents there are is not known here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from device import plainfile
from device.plainfile import Print
from wire.errors import WireError

log = structlog.get_logger()

T = TypeVar("T")
EVERY_NS = 1_000_000_000
"""However often the uplink changes a file, it is looked into only so often."""


class Accepted:
    """The two folders."""

    def __init__(self, inbox: Path, folder: Path) -> None:
        """Take documents from `inbox`, and keep those that count in `folder`."""
        self._inbox, self._folder = inbox, folder

    def newest(
        self,
        name: str,
        unpack: Callable[[bytes], T],
        order: Callable[[T], int],
        limit: int,
        again: Callable[[bytes], T] | None = None,
    ) -> "Newest[T]":
        """Return the keeper of one document, which has read what was kept before.

        `unpack` checks signature and form and raises WireError; of two documents the one whose
        `order` is greater is newer; a file of more than `limit` bytes is none. `again` reads what
        was good when it was kept: its signer's key may have ended since.
        """
        paths = self._inbox / name, self._folder / name
        return Newest(*paths, unpack, order, limit, again or unpack)


class Newest(Generic[T]):
    """Keeps the newest good document of one name. It never raises."""

    def __init__(
        self,
        brought: Path,
        kept: Path,
        unpack: Callable[[bytes], T],
        order: Callable[[T], int],
        limit: int,
        again: Callable[[bytes], T],
    ) -> None:
        """Hold what was kept at `kept`; without it, or if it is damaged, hold nothing."""
        self._brought, self._kept, self._again = brought, kept, again
        self._unpack, self._order, self._limit = unpack, order, limit
        self._seen: Print | None = None
        self._next_ns: int | None = None
        self._complaint = ""
        self._held = self._restored()

    @property
    def held(self) -> T | None:
        """Return what is in force, or None if nothing ever was, or it was lost."""
        return self._held

    def renew(self, up_ns: int) -> T | None:
        """Return what has come into force since the last call, or None.

        One look at the file's times if nothing changed; called when no one is waiting.
        """
        if self._next_ns is not None and up_ns < self._next_ns:
            return None
        data = self._fresh(up_ns)
        if data is None:
            return None
        try:
            found = self._unpack(data)
        except WireError as error:
            self._refuse(str(error))
            return None
        if self._held is not None and self._order(found) <= self._order(self._held):
            if self._order(found) < self._order(self._held):
                self._refuse("older than what is held")
            return None
        return self._keep(found, data)

    def _restored(self) -> T | None:
        try:
            data = plainfile.read(self._kept, self._limit)
            if data is not None:
                return self._again(data)
            detail = "not a plain file, or too long"
        except FileNotFoundError:
            return None
        except OSError as error:
            detail = error.strerror or "not readable"
        except WireError as error:
            detail = str(error)
        log.error("accepted.damaged", name=self._kept.name, detail=detail)
        return None

    def _fresh(self, up_ns: int) -> bytes | None:
        """Return the content of the file that was brought, if it changed since the last look."""
        try:
            now = plainfile.fingerprint(self._brought)
            if now == self._seen:
                return None
            self._seen, self._next_ns = now, up_ns + EVERY_NS
            data = plainfile.read(self._brought, self._limit)
        except OSError:
            return None
        if data is None:
            self._refuse("not a plain file, or too long")
        return data

    def _keep(self, found: T, data: bytes) -> T | None:
        """Write it and hold it; what cannot be written is tried again and not in force yet.

        Otherwise a restart would quietly go back to what held before.
        """
        try:
            self._kept.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            plainfile.write(self._kept, data)
        except OSError as error:
            self._seen = None
            self._refuse(error.strerror or "not writable")
            return None
        self._held, self._complaint = found, ""
        log.info("accepted.renewed", name=self._kept.name)
        return found

    def _refuse(self, detail: str) -> None:
        """Say it once, and again only after something else."""
        if detail != self._complaint:
            log.error("accepted.refused", name=self._brought.name, detail=detail)
        self._complaint = detail
