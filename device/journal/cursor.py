"""How far the collector has confirmed, in a tiny TinyDB file.

Losing it costs resends, never records; so it is written seldom, and one that is not sound in
every way counts as none.
"""

import zlib
from pathlib import Path

import msgspec
from tinydb import TinyDB
from tinydb.table import Document as Row

from device.errors import JournalBroken
from device.journal.appendlog import TABLE
from device.journal.sealed import Whole

RECORDS = 256
EVERY_NS = 60 * 10**9
"""It is at most so many records, and so long, behind."""


class Mark(msgspec.Struct, frozen=True):
    """What the cursor's file says. The check tells a damaged number from a written one."""

    journal: str
    high: int
    check: str
    time: int = 0
    """Of the receipt that said so; 0 in files of before."""


class Cursor:
    """The confirmed mark on the card."""

    def __init__(self, path: Path) -> None:
        """Read the cursor at `path`; a missing or unsound one counts as nothing confirmed."""
        self._path = path
        found = _sound(path)
        self.journal = found.journal if found else ""
        self.high = found.high if found else 0
        self.time_ms = found.time if found else 0
        """Of the receipt that said so; written with the next mark."""
        self._written_ns = 0
        self._is_sound = found is not None

    def is_due(self, high: int, up_ns: int) -> bool:
        """Say whether the mark has moved so far, or so long ago, that it is to be stored."""
        moved = abs(high - self.high)
        return moved >= RECORDS or (moved > 0 and up_ns - self._written_ns >= EVERY_NS)

    def write(self, journal: str, high: int, up_ns: int = 0) -> None:
        """Store that everything up to `high` is confirmed."""
        mark = Mark(journal, high, _check(journal, high, self.time_ms), self.time_ms)
        if not self._is_sound:  # TinyDB would read it first
            self._path.unlink(missing_ok=True)
            self._is_sound = True
        with TinyDB(storage=lambda: Whole(self._path)) as db:
            db.upsert(Row(msgspec.to_builtins(mark), doc_id=1))
        self.journal, self.high = journal, high
        self._written_ns = max(self._written_ns, up_ns)


def _check(journal: str, high: int, time_ms: int) -> str:
    text = f"{journal} {high}" + (f" {time_ms}" if time_ms else "")
    return f"{zlib.crc32(text.encode()):08x}"


def _sound(path: Path) -> Mark | None:
    """Return what a cursor's file says, or None if anything about it is not as we write it."""
    try:
        rows = (Whole(path).read() or {})[TABLE]
        mark = msgspec.convert(list(rows.values())[-1], Mark)
    except (JournalBroken, msgspec.ValidationError, LookupError, AttributeError, TypeError):
        return None
    return mark if mark.check == _check(mark.journal, mark.high, mark.time) else None
