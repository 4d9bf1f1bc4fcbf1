"""What is written once and then only read: full segments and the cursor, as plain TinyDB files.

Anything that can open a TinyDB JSON file can read them; nothing of ours is needed to get a gate's
records off an old card.
"""

from pathlib import Path
from typing import Any

import msgspec
from tinydb import TinyDB
from tinydb.storages import Storage

from device.errors import JournalBroken
from device.journal.appendlog import TABLE
from device.journal.disk import replace, translated
from device.journal.segment import Header
from wire.canonical import Document
from wire.record import link

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
    records = {str(each["seq"]): each for each in documents}
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


class Cursor:
    """How far the collector has confirmed, in a tiny TinyDB file.

    Losing it costs resends, never records; so it is written seldom.
    """

    def __init__(self, path: Path) -> None:
        """Read the cursor at `path`; a missing or unreadable one counts as nothing confirmed."""
        self._db = TinyDB(storage=lambda: Whole(path))
        try:
            stored = self._db.get(doc_id=1)
        except JournalBroken:
            path.unlink()
            stored = None
        found: Document = dict(stored) if stored else {}
        self.journal: str = str(found.get("journal", ""))
        self.high: int = int(found.get("high", 0))

    def write(self, journal: str, high: int) -> None:
        """Store that everything up to `high` is confirmed."""
        self.journal, self.high = journal, high
        document = {"journal": journal, "high": high}
        if not self._db.update(document, doc_ids=[1] if self._db.get(doc_id=1) else []):
            self._db.insert(document)
