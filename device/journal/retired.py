"""Journals that were given up: their records still wait for the collector, under their old name.

Each is a folder of its own beside the segments, with a mark that says how far it is confirmed. When
a receipt covers its last record it is kept a while longer, like any confirmed record, and then
dropped. A receipt that shows that the collector has other records under these numbers frees
nothing: the journal is disputed, is still sent once, and stays until a technician decides.
"""

import os
import shutil
from pathlib import Path

import msgspec
import structlog

from device.errors import JournalBroken
from device.journal import folder as names
from device.journal import segment
from device.journal.disk import replace, translated
from device.journal.shelf import Shelf
from device.plainfile import sync_folder
from wire.receipt import Receipt

log = structlog.get_logger()


class Retired(msgspec.Struct, frozen=True, kw_only=True):
    """A journal that was given up."""

    journal: str
    order: int = 0
    """They were given up in this order."""
    last: int
    """Its last record."""
    high: int = 0
    """The last record that a receipt covers."""
    why: str = ""
    beyond: int = 0
    """The number beyond its end, or with another record, that showed that it cannot go on."""
    chain: str = ""
    """Hex of the chain value at its end; empty if that could not be told."""
    disputed: bool = False
    """The collector has other records under its numbers: no receipt can free it."""

    def told(self) -> dict[str, object]:
        """Return the data of the note by which its successor tells of it."""
        return {"old": self.journal, "last": self.last, "high": self.beyond, "why": self.why}

    def within(self, folder: Path) -> Path:
        """Return its own folder, for a JournalReader, inside the journal's."""
        return folder / (names.RETIRED + self.journal)


def waiting(folder: Path) -> list[Retired]:
    """Return the journals that still have records for the collector, oldest first.

    For the uplink: each is sent from `high` + 1 to `last`, behind what is live; a disputed one
    needs sending only once. Never raises.
    """
    return [each for each in found(folder) if each.high < each.last]


def found(folder: Path) -> list[Retired]:
    """Return every journal that was given up and is still here, oldest first. Never raises."""
    marks = (_mark(each) for each in _folders(folder))
    return sorted((each for each in marks if each is not None), key=lambda each: each.order)


def retire(folder: Path, given_up: Retired) -> Retired:
    """Move the segments in `folder` into a folder of their own; nothing is deleted."""
    order = max((each.order for each in found(folder)), default=0) + 1
    high = min(given_up.high, given_up.last)
    one = msgspec.structs.replace(given_up, order=order, high=high)
    own = one.within(folder)
    with translated("giving a journal up"):
        own.mkdir(exist_ok=True)
        _store(folder, one)
        for named in names.segments(folder):
            named.within(folder).rename(named.within(own))
        sync_folder(own)
        sync_folder(folder)
    return one


def adopt(folder: Path) -> None:
    """Write the mark of a journal that was given up before marks were kept."""
    for own in _folders(folder):
        if _mark(own) is None:
            journal = own.name.removeprefix(names.RETIRED)
            order = max((each.order for each in found(folder)), default=0) + 1
            _store(folder, Retired(journal=journal, order=order, last=_last(own)))


def confirm(folder: Path, receipt: Receipt) -> bool:
    """Take a receipt whose signature was checked; say whether it is for one of these journals."""
    one = next((each for each in found(folder) if each.journal == receipt.journal), None)
    if one is None:
        return False
    if one.disputed or receipt.high <= one.high:
        return True
    ours = chain_at(one.within(folder), receipt.high) if receipt.high <= one.last else None
    if ours is not None and ours.hex() == receipt.hash:
        _store(folder, msgspec.structs.replace(one, high=receipt.high))
        log.info("retired.confirmed", journal=one.journal, high=receipt.high, last=one.last)
    elif receipt.high >= one.last or ours is not None:
        _store(folder, msgspec.structs.replace(one, disputed=True))
        log.error("retired.disputed", journal=one.journal, high=receipt.high, last=one.last)
    return True


def drop(folder: Path, wall_ms: int, keep_s: int) -> None:
    """Delete journals that are confirmed to their end, and were so long enough ago."""
    for one in found(folder):
        own = one.within(folder)
        marked_ms = (own / names.RETIRED_MARK).stat().st_mtime_ns // 1_000_000
        if one.high >= one.last and wall_ms - marked_ms >= keep_s * 1000:
            shutil.rmtree(own)
            log.info("retired.dropped", journal=one.journal, last=one.last)


def chain_at(own: Path, seq: int) -> bytes | None:
    """Return the chain value after record `seq`; None if that cannot be told any more."""
    segments = [each for each in names.segments(own) if each.first <= seq]
    if not segments:
        return None
    try:
        if segments[-1].suffix == names.SEALED:
            return Shelf(own, [segments[-1].first]).chain_at(seq)
        content = segment.read(segments[-1].within(own).read_bytes())
    except (JournalBroken, OSError):
        return None
    at = seq - segments[-1].first
    return content.chains[at] if at < len(content.chains) else None


def _last(own: Path) -> int:
    segments = names.segments(own)
    if not segments:
        return 0
    try:
        if segments[-1].suffix == names.SEALED:
            return Shelf(own, []).load(segments[-1].first).last
        content = segment.read(segments[-1].within(own).read_bytes())
    except (JournalBroken, OSError):
        return segments[-1].first - 1
    return segments[-1].first + len(content.documents) - 1


def _folders(folder: Path) -> list[Path]:
    """Return their folders, among thousands of segments."""
    try:
        listed = os.listdir(folder)  # noqa: PTH208  (names alone)
    except OSError:
        return []
    return [folder / each for each in listed if each.startswith(names.RETIRED)]


def _mark(own: Path) -> Retired | None:
    try:
        data = (own / names.RETIRED_MARK).read_bytes()
        one = msgspec.json.decode(data, type=Retired)
    except (OSError, msgspec.DecodeError):
        return None
    return one if names.RETIRED + one.journal == own.name else None


def _store(folder: Path, one: Retired) -> None:
    with translated("marking a journal that was given up"):
        replace(one.within(folder) / names.RETIRED_MARK, msgspec.json.encode(one))
