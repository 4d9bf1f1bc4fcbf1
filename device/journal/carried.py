"""Which records were carried away by hand, and how many scans nobody has but this gate.

Whoever exports records (device/holdings.py) notes how far it came; the district's receipts alone
free space, so this counts only where records are to be ended with the gate.
"""

from pathlib import Path

import msgspec

from device import plainfile
from device.errors import JournalBroken
from device.journal import retired, stocktaking
from device.journal.reader import JournalReader
from device.journal.stocktaking import Held
from wire.canonical import Document

NAME = "carried.json"
LIMIT = 64 * 1024
MANY = 5000
"""So many records are not looked at one by one: it is enough to know that there are so many."""
AT_ONCE = 256
NOBODYS = "control-card"
"""The kind of a scan by which nobody passed."""


class Point(msgspec.Struct, frozen=True):
    """How far a journal was carried."""

    last: int
    chain: str
    """Hex of the chain value there, so that it counts for these very records only."""


class _Carried(msgspec.Struct, frozen=True):
    journals: dict[str, Point] = {}
    v: int = 1


def note(folder: Path, found: list[Held]) -> None:
    """Take note that all records of these journals up to their ends were carried away."""
    points = dict(_read(folder).journals)
    for one in found:
        chain = retired.chain_at(one.folder, one.last)
        if chain is not None:
            points[one.journal] = Point(one.last, chain.hex())
    folder.mkdir(parents=True, exist_ok=True)
    plainfile.write(folder / NAME, msgspec.json.encode(_Carried(points)))
    (folder / NAME).chmod(0o644)


def unsent(journals: Path, run: Path, folder: Path) -> int:
    """Return how many scans neither the district has confirmed nor anybody has carried away.

    What cannot be read counts as scans. With very many, notes are counted too.
    """
    points = _read(folder).journals
    return sum(_unsent(each, points.get(each.journal)) for each in stocktaking.held(journals, run))


def _unsent(one: Held, point: Point | None) -> int:
    high = max(one.confirmed, one.first - 1)
    if point is not None and high < point.last <= one.last:
        chain = retired.chain_at(one.folder, point.last)
        high = point.last if chain is not None and chain.hex() == point.chain else high
    count = one.last - high
    return count if count > MANY or not count else _scans(one, high + 1)


def _scans(one: Held, start: int) -> int:
    scans = 0
    try:
        with JournalReader(one.folder) as reader:
            reader.seek(start)
            while (taken := reader.take(one.last, AT_ONCE)).spelled:
                scans += sum(map(_is_scan, taken.documents))
    except JournalBroken:
        return one.last - start + 1
    return scans


def _is_scan(document: Document) -> bool:
    return document.get("t") == "scan" and document.get("kind") != NOBODYS


def _read(folder: Path) -> _Carried:
    try:
        return msgspec.json.decode(plainfile.read(folder / NAME, LIMIT) or b"", type=_Carried)
    except (OSError, msgspec.DecodeError):
        return _Carried()
