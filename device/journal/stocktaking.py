"""What a journal holds, and whether it is whole: read only, also while a scanner writes.

Everything a stranger could check is checked: checksums, sequence, chain, and the signatures of
heads and declarations. Nothing is mended here, and nothing sealed is opened.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from device.errors import JournalBroken
from device.journal import durable, retired, sealed, segment
from device.journal import folder as names
from device.journal.cursor import Cursor
from wire import head
from wire.canonical import Document
from wire.errors import WireError
from wire.keys import Keyring
from wire.record import Missing, genesis, to_record


class Held(msgspec.Struct, frozen=True):
    """One journal on the card."""

    journal: str
    folder: Path
    first: int
    """The oldest record that is still here."""
    last: int
    """The newest; for a journal that is being written, its durable end."""
    confirmed: int
    segments: int
    size: int
    """Bytes of its segments."""
    set_aside: int
    """Files that could not be read."""
    why: str = ""
    """Why it was given up; empty for the one that is being written."""
    disputed: bool = False

    @property
    def waiting(self) -> int:
        """Return how many records the collector has not confirmed."""
        return self.last - max(self.confirmed, self.first - 1)


class Fault(msgspec.Struct, frozen=True):
    """Where a journal is not whole."""

    journal: str
    first: int
    last: int
    what: str
    """`damaged`, `gone`, `chain`, `head`, `declared`: stable, for machines."""
    detail: str = ""


def held(folder: Path, run: Path) -> list[Held]:
    """Return the journals in `folder`: those that were given up, and the present one last."""
    found = [
        _held(each.within(folder), each.journal, each.last, each.high, each)
        for each in retired.found(folder)
    ]
    segments = names.segments(folder) if folder.is_dir() else []
    if not segments:
        return found
    journal, last = _end(folder, segments)
    said = durable.read(run)
    if said is not None and said.journal == journal:
        last = min(last, said.seq)
    cursor = Cursor(folder / names.CURSOR)
    high = cursor.high if cursor.journal == journal else 0
    if said is not None and said.journal == journal:
        high = said.confirmed
    return [*found, _held(folder, journal, last, high, None)]


def _held(
    folder: Path, journal: str, last: int, high: int, given_up: retired.Retired | None
) -> Held:
    listed = names.segments(folder)
    sizes = [_size(each.within(folder)) for each in listed]
    return Held(
        journal=journal,
        folder=folder,
        first=listed[0].first if listed else last + 1,
        last=last,
        confirmed=min(high, last),
        segments=len(listed),
        size=sum(sizes),
        set_aside=sum(1 for _ in folder.glob("*" + names.BAD)),
        why=(given_up.why or "unknown") if given_up else "",
        disputed=given_up is not None and given_up.disputed,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # sealed or dropped since we looked
        return 0


def _end(folder: Path, listed: list[names.Named]) -> tuple[str, int]:
    """Return the journal's id and its last record, as far as the newest readable segment says."""
    for named in reversed(listed):
        part = _part(folder, named)
        if part.header is not None:
            return part.header.journal, part.last
    return "", listed[-1].first - 1


class _Part(msgspec.Struct, frozen=True):
    """What can be read of one segment."""

    header: segment.Header | None
    documents: list[Document]
    chains: list[bytes]
    last: int
    fault: str = ""


def _part(folder: Path, named: names.Named) -> _Part:
    path = named.within(folder)
    try:
        if named.suffix == names.SEALED:
            whole = sealed.load(path)
            documents = [msgspec.json.decode(each) for each in whole.records]
            return _Part(whole.header, documents, whole.chains, whole.last)
        content = segment.read(path.read_bytes())
    except FileNotFoundError:
        if named.suffix == names.OPEN:  # sealed since we looked
            return _part(folder, names.Named(named.first, names.SEALED))
        return _Part(None, [], [], named.first - 1, "gone")
    except (JournalBroken, OSError) as error:
        return _Part(None, [], [], named.first - 1, str(error))
    last = named.first + len(content.documents) - 1
    fault = "" if content.header is not None and not content.lost else "damaged"
    return _Part(content.header, content.documents, content.chains, last, fault)


def faults(one: Held, gate: str, ring: Keyring) -> Iterator[Fault]:
    """Yield where a journal is not whole, in sequence; `ring` holds the gate's records key."""
    following, chain = one.first, None
    if one.first == 1:
        chain = genesis(gate, one.journal)
    for named in names.segments(one.folder):
        if named.first > one.last or (named.suffix == names.OPEN and named.first < following):
            continue  # not durable yet, or sealed just before the power went
        part = _part(one.folder, named)
        if named.first > following:
            yield Fault(one.journal, following, named.first - 1, "gone")
            chain = None
        if part.fault:
            yield Fault(one.journal, part.last + 1, part.last + 1, "damaged", part.fault)
        if part.header is not None:
            if chain is not None and part.header.prev != chain.hex():
                yield Fault(one.journal, named.first, named.first, "chain")
            yield from _signatures(part, one, gate, ring)
        following, chain = part.last + 1, part.chains[-1] if part.chains else chain
    if following <= one.last:
        yield Fault(one.journal, following, one.last, "gone")


def _signatures(part: _Part, one: Held, gate: str, ring: Keyring) -> Iterator[Fault]:
    """Check what a segment's records say under the gate's signature."""
    chain = part.header.prev if part.header is not None else ""
    for document, after in zip(part.documents, part.chains, strict=True):
        seq = document["seq"]
        try:
            if document.get("what") == "head":
                said = head.unpack(document["data"], ring)
                ours = (gate, one.journal, seq - 1, chain)
                if (said.gate, said.journal, said.seq, said.hash) != ours:
                    yield Fault(one.journal, seq, seq, "head")
            elif document.get("t") == "missing":
                record = to_record(document)
                if isinstance(record, Missing):
                    head.check(record, gate, one.journal, ring)
                    yield Fault(one.journal, seq, record.last, "declared", record.cause)
        except WireError as error:
            yield Fault(one.journal, seq, seq, "head", str(error))
        chain = after.hex()
