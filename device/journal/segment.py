"""What an open segment is, in bytes: lines with a checksum, then zeros to be written over.

    crc32 of the text, eight hex digits | space | canonical JSON | newline

The first line is the header: which journal, the first seq, and the chain value before it. The
zeros are there ahead of time because overwriting them changes no file size, so a flush sends one
block to the card instead of the block and the file system's own journal.
"""

import json
import zlib
from typing import Any

import msgspec

from wire.canonical import Document, canonical
from wire.record import link_spelled

VERSION = 1
CRC_DIGITS = 8
HEADER_BYTES = 256
"""Room left for the header when a segment's size is reckoned."""


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
    chains: list[bytes]
    """The chain value after each of them."""
    end: int
    """Offset behind the last whole line; what follows counts as never written."""
    beyond: int
    """The highest seq found behind a broken line: 0 if the tail is merely torn."""


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


def read(data: bytes) -> Content:
    """Read an open segment. Total: any bytes give a Content."""
    head = read_line(data, 0)
    if head is None:
        return Content(None, [], [], 0, _beyond(data, 0))
    try:
        header = msgspec.convert(head[0], Header)
        chain = bytes.fromhex(header.prev)
    except (msgspec.ValidationError, ValueError):
        return Content(None, [], [], 0, _beyond(data, head[1]))
    documents: list[Document] = []
    chains: list[bytes] = []
    end = head[1]
    while (found := read_line(data, end)) is not None:
        document, behind = found
        if document.get("seq") != header.first + len(documents):
            break
        chain = link_spelled(chain, data[end + CRC_DIGITS + 1 : behind - 1])
        documents.append(document)
        chains.append(chain)
        end = behind
    return Content(header, documents, chains, end, _beyond(data, end))


def _beyond(data: bytes, start: int) -> int:
    """Return the highest seq of whole lines behind `start`, where a line is broken."""
    highest = 0
    at = data.find(b"\n", start) + 1
    while at > 0:
        found = read_line(data, at)
        if found is not None:
            seq = found[0].get("seq", 0)
            highest = max(highest, seq if isinstance(seq, int) else 0)
        at = data.find(b"\n", at) + 1
    return highest
