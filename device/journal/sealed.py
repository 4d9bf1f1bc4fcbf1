"""What is written once and then only read: full segments and the cursor, as plain TinyDB files.

Anything that can open a TinyDB JSON file can read them; nothing of ours is needed to get a gate's
records off an old card.
"""

import zlib
from pathlib import Path
from typing import Any

import msgspec
from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document as Row

from device.errors import JournalBroken
from device.journal.appendlog import TABLE
from device.journal.disk import replace, translated
from device.journal.segment import Header
from wire.canonical import Document, canonical
from wire.record import link, link_spelled

ABOUT = "segment"
"""The table beside the records that says which segment this is."""


class Whole(Storage):
    """A TinyDB storage that replaces its file in one durable step."""

    def __init__(self, path: Path) -> None:
        """Keep the path; nothing is opened between calls."""
        self._path = path

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return the database, or None if there is no file. Raises JournalBroken if unreadable."""
        try:
            with translated("reading"):
                data = self._path.read_bytes()
        except JournalBroken:
            if not self._path.exists():
                return None
            raise
        try:
            found = msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            msg = f"{self._path.name} cannot be read"
            raise JournalBroken(msg) from error
        if not isinstance(found, dict):
            msg = f"{self._path.name} is no database"
            raise JournalBroken(msg)
        return found

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file; the old or the new one is there after a power cut."""
        with translated("writing"):
            replace(self._path, msgspec.json.encode(data) + b"\n")


class SealedSegment(msgspec.Struct, frozen=True):
    """A full segment: its header, its records, and the chain after each."""

    header: Header
    documents: list[Document]
    chains: list[bytes]

    @property
    def last(self) -> int:
        """Return the seq of its last record."""
        return self.header.first + len(self.documents) - 1


def seal(path: Path, header: Header, documents: list[Document], chain: bytes) -> None:
    """Write a full segment as a TinyDB file: durable and complete, or not there."""
    about = {**msgspec.to_builtins(header), "hash": chain.hex()}
    records = {str(each["seq"]): msgspec.Raw(canonical(each)) for each in documents}
    Whole(path).write({TABLE: records, ABOUT: {"1": about}})


def load(path: Path) -> SealedSegment:
    """Read a sealed segment and check its chain; raise JournalBroken if anything does not fit."""
    with TinyDB(storage=lambda: Whole(path)) as db:
        about = db.table(ABOUT).get(doc_id=1)
        documents = [dict(each) for each in db.all()]
    try:
        header = msgspec.convert(dict(about or {}), Header)
        chain = bytes.fromhex(header.prev)
    except (msgspec.ValidationError, ValueError) as error:
        msg = f"sealed segment {path.name} has no header"
        raise JournalBroken(msg) from error
    chains = []
    for seq, document in enumerate(documents, header.first):
        chain = link(chain, document)
        chains.append(chain)
        if document.get("seq") != seq:
            msg = f"sealed segment {path.name} is not in sequence"
            raise JournalBroken(msg)
    if chain.hex() != (about or {}).get("hash"):
        msg = f"sealed segment {path.name} does not fit its chain"
        raise JournalBroken(msg)
    return SealedSegment(header, documents, chains)


class Spelled(msgspec.Struct, frozen=True):
    """A full segment as it is sent on: its header, and the canonical bytes of its records."""

    header: Header
    records: list[bytes]


def spelled(path: Path) -> Spelled:
    """Read a sealed segment without taking its records apart; its chain is checked all the same.

    Raises JournalBroken if anything does not fit.
    """
    with translated("reading"):
        data = path.read_bytes()
    try:
        tables = msgspec.json.decode(data, type=dict[str, dict[str, msgspec.Raw]])
        about = msgspec.json.decode(tables[ABOUT]["1"], type=_About)
        chain, records = bytes.fromhex(about.prev), [bytes(each) for each in tables[TABLE].values()]
    except (msgspec.DecodeError, LookupError, ValueError) as error:
        msg = f"{path.name} cannot be read"
        raise JournalBroken(msg) from error
    for each in records:
        chain = link_spelled(chain, each)
    header = Header(about.gate, about.journal, about.first, about.prev, about.v)
    if chain.hex() == about.hash:
        return Spelled(header, records)
    # Another spelling of the same records, or other records; taking them apart tells.
    return Spelled(header, [canonical(each) for each in load(path).documents])


class _About(Header, frozen=True):
    """What a sealed segment says of itself."""

    hash: str = ""


class Cursor:
    """How far the collector has confirmed, in a tiny TinyDB file.

    Losing it costs resends, never records; so it is written seldom, and one that is not sound in
    every way counts as none.
    """

    def __init__(self, path: Path) -> None:
        """Read the cursor at `path`; a missing or unsound one counts as nothing confirmed."""
        self._path = path
        found = _sound(path)
        self.journal = found.journal if found else ""
        self.high = found.high if found else 0

    def write(self, journal: str, high: int) -> None:
        """Store that everything up to `high` is confirmed."""
        self.journal, self.high = journal, high
        mark = Mark(journal, high, _check(journal, high))
        with TinyDB(storage=lambda: Whole(self._path)) as db:
            db.upsert(Row(msgspec.to_builtins(mark), doc_id=1))


class Mark(msgspec.Struct, frozen=True):
    """What the cursor's file says. The check tells a damaged number from a written one."""

    journal: str
    high: int
    check: str


def _check(journal: str, high: int) -> str:
    return f"{zlib.crc32(f'{journal} {high}'.encode()):08x}"


def _sound(path: Path) -> Mark | None:
    """Return what a cursor's file says, or None if anything about it is not as we write it."""
    try:
        rows = (Whole(path).read() or {})[TABLE]
        mark = msgspec.convert(list(rows.values())[-1], Mark)
    except (JournalBroken, msgspec.ValidationError, LookupError, AttributeError, TypeError):
        path.unlink(missing_ok=True)
        return None
    return mark if mark.check == _check(mark.journal, mark.high) else None
