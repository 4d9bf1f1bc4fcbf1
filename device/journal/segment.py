"""What an open segment is, in bytes: lines with a checksum, a zero, then what was there before.

    crc32 of the text, eight hex digits | space | canonical JSON | newline | zero byte

The first line is the header: which journal, the first seq, and the chain value before it. The file
has its full size ahead of time, because overwriting changes no size, so that a flush sends one
block to the card instead of the block and the file system's own journal. At first it is full of
zeros; later it is an earlier segment's file, whose lines are known by their lower seq.
"""

import json
import zlib
from typing import Any

import msgspec

from device.errors import JournalNewer
from wire.canonical import Document, canonical
from wire.record import link_spelled

VERSION = 1
CRC_DIGITS = 8
HEADER_BYTES = 256
"""Room left for the header when a segment's size is reckoned."""
END = b"\0"
"""Follows the last line: where it stands, nothing more was written."""


class Header(msgspec.Struct, frozen=True):
    """The first line of a segment."""

    gate: str
    journal: str
    first: int
    """`seq` of its first record."""
    prev: str
    """Hex of the chain value before that record."""
    v: int = VERSION


class Content(msgspec.Struct, frozen=True):
    """What could be read from an open segment's bytes."""

    header: Header | None
    """None if not even the first line is whole."""
    documents: list[Document]
    """The records up to the first line that is not whole."""
    texts: list[bytes]
    """Their canonical bytes."""
    chains: list[bytes]
    """The chain value after each of them."""
    end: int
    """Offset behind the last whole line; what follows counts as never written."""
    lost: int
    """The highest seq that had been written behind `end`: 0 if the tail is merely torn."""
    is_clean: bool
    """Nothing was being written when the file was left."""


def spell(document: Document) -> bytes:
    """Return the line for one document."""
    text = canonical(document)
    return b"%08x %s\n" % (zlib.crc32(text), text)


def text_of(line: bytes) -> bytes:
    """Return the JSON of a line made by `spell`."""
    return line[CRC_DIGITS + 1 : -1]


def text_at(data: bytes, start: int) -> tuple[bytes, int] | None:
    """Return the text of the whole line at `start` and the offset behind it, or None."""
    end = data.find(b"\n", start)
    if end < 0:
        return None
    text = data[start + CRC_DIGITS + 1 : end]
    if data[start : start + CRC_DIGITS + 1] != b"%08x " % zlib.crc32(text):
        return None
    return text, end + 1


def read_line(data: bytes, start: int) -> tuple[Document, int] | None:
    """Return the document of the whole line at `start` and the offset behind it, or None."""
    line = text_at(data, start)
    if line is None:
        return None
    try:
        document: Any = json.loads(line[0])
    except (ValueError, RecursionError):
        return None
    return (document, line[1]) if isinstance(document, dict) else None


def header_at(data: bytes) -> tuple[Header, int] | None:
    """Return the header of a segment and the offset behind it, or None if it is not whole.

    Raises JournalNewer for one of a version that is not known here.
    """
    head = read_line(data, 0)
    if head is None:
        return None
    check_version(head[0])
    try:
        header = msgspec.convert(head[0], Header)
        bytes.fromhex(header.prev)
    except (msgspec.ValidationError, ValueError):
        return None
    return header, head[1]


def check_version(about: Document) -> None:
    """Raise JournalNewer if a segment that says this of itself is newer than this program."""
    version = about.get("v", VERSION)
    if type(version) is int and version > VERSION:
        msg = f"version {version}"
        raise JournalNewer(msg)


def read(data: bytes) -> Content:
    """Read an open segment. Any bytes give a Content, but for a newer version's."""
    head = header_at(data)
    if head is None:
        return Content(None, [], [], [], 0, 0, is_clean=False)
    header, end = head
    chain = bytes.fromhex(header.prev)
    documents: list[Document] = []
    texts: list[bytes] = []
    chains: list[bytes] = []
    while (found := read_line(data, end)) is not None:
        document, behind = found
        if document.get("seq") != header.first + len(documents):
            break
        texts.append(text_of(data[end:behind]))
        chain = link_spelled(chain, texts[-1])
        documents.append(document)
        chains.append(chain)
        end = behind
    following = header.first + len(documents)
    clean = data[end : end + 1] in (END, b"")
    behind_it = lost(data, end, following)
    return Content(header, documents, texts, chains, end, behind_it, is_clean=clean)


def lost(data: bytes, start: int, following: int) -> int:
    """Return the highest seq from `following` on that was written behind `start`, or 0."""
    count = _written(data, start, following)
    return max(_whole(data, start, following), following + count - 1 if count else 0)


def _whole(data: bytes, start: int, following: int) -> int:
    """Return the highest seq of whole lines behind `start`; lower ones were there before."""
    highest, at = 0, start
    while at >= start:
        found = read_line(data, at)
        seq = found[0].get("seq", 0) if found is not None else 0
        highest = max(highest, seq if type(seq) is int and seq >= following else 0)
        at = data.find(b"\n", at) + 1
    return highest


def _written(data: bytes, start: int, following: int) -> int:
    """Return how many lines from `start` on were written to their end and damaged later.

    They have their newlines, and the zero byte behind the last of them. A line without is a torn
    tail; one with a lower seq is of an earlier segment.
    """
    at, count = start, 0
    while data[at : at + 1] not in (END, b""):
        end = data.find(b"\n", at) + 1
        found = read_line(data, at)
        if not end or END in data[at:end] or (found and found[0].get("seq", 0) < following):
            return 0
        at, count = end, count + 1
    return count
