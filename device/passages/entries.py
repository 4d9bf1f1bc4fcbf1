"""How often a pass for so many entries was used at this door.

Unlike who is inside, this must outlive the power. Kept are digests of passes' names, which have
random bytes: whoever finds them learns that some pass was used, and nothing about anybody. Each use
is one short line, on the card within a second after the entry and not before the green light: a
power cut in that second gives an entry back.
"""

import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import structlog

from device.errors import GateError
from device.journal.disk import replace

log = structlog.get_logger()

NAME = "entries"
SYNC_NS = 10**9
_BODY = struct.Struct("<16sqb")  # digest, when the pass runs out (s since 1970), entries
_LINE = struct.Struct("<25sI")  # body and its CRC
_WORN = 64 * 1024


class Entries:
    """Entries made with passes that allow only so many."""

    def __init__(self, folder: Path) -> None:
        """Keep it in `folder`."""
        self._path = folder / NAME
        self._used: dict[bytes, tuple[int, int]] = {}
        self._fd = -1
        self._unsynced_ns: int | None = None
        self._lost = False

    def begin(self, floor_s: int) -> None:
        """Read what is stored; passes that ran out before `floor_s`, surely past, are dropped."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            size = self._read(floor_s)
            if size % _LINE.size or size > _WORN:
                lines = [_spelled(key, till, used) for key, (used, till) in self._used.items()]
                replace(self._path, b"".join(lines))
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            self._fd = os.open(self._path, flags, 0o640)
        except (OSError, GateError) as error:
            self._lose(error)

    def of(self, number: bytes) -> int:
        """Return how many entries were made with the pass of that number."""
        return max(0, self._used.get(_digest(number), (0, 0))[0])

    def add(self, number: bytes, expires: int, entries: int, up_ns: int) -> None:
        """Count `entries` more, or fewer, with a pass that runs out at `expires`."""
        digest = _digest(number)
        self._count(digest, expires, entries)
        try:
            if os.write(self._fd, _spelled(digest, expires, entries)) < _LINE.size:
                os.ftruncate(self._fd, os.fstat(self._fd).st_size // _LINE.size * _LINE.size)
        except OSError as error:
            self._lose(error)
        if self._unsynced_ns is None:
            self._unsynced_ns = up_ns

    def tend(self, up_ns: int) -> None:
        """Make what was counted durable, within a second and when nobody waits."""
        if self._unsynced_ns is None or up_ns - self._unsynced_ns < SYNC_NS:
            return
        self.sync()

    def sync(self) -> None:
        """Make what was counted durable."""
        self._unsynced_ns = None
        try:
            if self._fd >= 0:
                os.fdatasync(self._fd)
        except OSError as error:
            self._lose(error)

    def close(self) -> None:
        """Make it durable and close the file; harmless when repeated."""
        if self._fd >= 0:
            self.sync()
            os.close(self._fd)
            self._fd = -1

    def _read(self, floor_s: int) -> int:
        """Take in the stored lines that are sound and return the file's size."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return 0
        damaged = 0
        for found in _sound(data):
            if found is None:
                damaged += 1
            elif found[1] >= floor_s:
                self._count(*found)
        if damaged:
            log.error("entries.damaged", lines=damaged)
        return len(data)

    def _count(self, digest: bytes, expires: int, entries: int) -> None:
        before = self._used.get(digest, (0, 0))[0]
        self._used[digest] = before + entries, expires

    def _lose(self, error: Exception) -> None:
        if not self._lost:
            log.error("entries.lost", detail=str(error))
        self._lost = True


def _digest(number: bytes) -> bytes:
    return hashlib.blake2b(number, digest_size=16, person=b"gate entries").digest()


def _spelled(digest: bytes, expires: int, entries: int) -> bytes:
    body = _BODY.pack(digest, expires, max(-128, min(127, entries)))
    return _LINE.pack(body, zlib.crc32(body))


def _sound(data: bytes) -> Iterator[tuple[bytes, int, int] | None]:
    """Yield (digest, expiry, entries) of each line, None for a damaged one; cut a torn tail."""
    for body, check in _LINE.iter_unpack(data[: len(data) - len(data) % _LINE.size]):
        yield _BODY.unpack(body) if zlib.crc32(body) == check else None
