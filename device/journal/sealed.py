"""What is written once and then only read: full segments, as plain TinyDB files.

Anything that can open a TinyDB JSON file can read them; nothing of ours is needed to get a gate's
records off an old card. Beside the records is a table that says which segment it is, how its chain
ends, and a checksum of each record, so that damage costs no more than what it hit and what follows.
"""

import json
import zlib
from pathlib import Path
from typing import Any

import msgspec
from tinydb.storages import Storage

from device.errors import JournalBroken
from device.journal.appendlog import TABLE
from device.journal.disk import replace, translated
from device.journal.segment import Header, check_version
from wire.canonical import canonical
from wire.head import chain_after
from wire.record import link_spelled

ABOUT = "segment"
"""The table beside the records that says which segment this is."""
CRC_DIGITS = 8


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


class _About(Header, frozen=True):
    """What a sealed segment says of itself."""

    hash: str = ""
    """Hex of the chain value after its last record."""
    crcs: str = ""
    """CRC-32 of each record, eight hex digits each; absent in files of before."""
    check: str = ""
    """CRC-32 of `first` and `prev`: they are believed even where the records are damaged."""


class Spelled(msgspec.Struct, frozen=True):
    """A full segment: its header, the canonical bytes of its records, and the chain after each."""

    header: Header
    records: list[bytes]
    chains: list[bytes]
    last: int
    """The last seq its records speak for."""


def seal(path: Path, header: Header, records: list[bytes], chain: bytes) -> None:
    """Write a full segment of spelled records as a TinyDB file: durable and whole, or not there."""
    Whole(path).write(database(header, records, chain))


def database(header: Header, records: list[bytes], chain: bytes) -> dict[str, dict[str, Any]]:
    """Return a full segment as TinyDB keeps it; the records go in as they are spelled."""
    crcs = "".join(f"{zlib.crc32(each):08x}" for each in records)
    check = _check(header.first, header.prev)
    about = {**msgspec.to_builtins(header), "hash": chain.hex(), "check": check, "crcs": crcs}
    rows = {str(_seq(each)): msgspec.Raw(each) for each in records}
    return {ABOUT: {"1": about}, TABLE: rows}


def load(path: Path) -> Spelled:
    """Read a sealed segment without taking its records apart, and check its chain.

    Raises JournalBroken if anything does not fit, JournalNewer if this program is too old for it.
    """
    with translated("reading"):
        data = path.read_bytes()
    about, rows = _parts(data, path.name)
    header = Header(about.gate, about.journal, about.first, about.prev, about.v)
    try:
        found = chained(header, [bytes(each) for each in rows.values()])
        if found.chains[-1].hex() != about.hash:
            # Files of before were spelled as they came; in our spelling the chain must fit.
            found = chained(header, [canonical(json.loads(each)) for each in rows.values()])
    except (LookupError, ValueError, TypeError, RecursionError) as error:
        msg = f"sealed segment {path.name} is not in sequence"
        raise JournalBroken(msg) from error
    if found.chains[-1].hex() != about.hash:
        msg = f"sealed segment {path.name} does not fit its chain"
        raise JournalBroken(msg)
    return found


def header_of(data: bytes) -> Header | None:
    """Return the header of a segment that may be damaged, if that part of it is sound."""
    opening = b'{"%s":{"1":' % ABOUT.encode()
    if not data.startswith(opening):
        return None
    try:
        _, end = json.JSONDecoder().raw_decode(data.decode("latin-1"), len(opening))
        about = msgspec.json.decode(data[len(opening) : end], type=_About)
    except (ValueError, RecursionError, msgspec.DecodeError):
        return None
    if about.check != _check(about.first, about.prev):
        return None
    return Header(about.gate, about.journal, about.first, about.prev, about.v)


def _check(first: int, prev: str) -> str:
    return f"{zlib.crc32(f'{first} {prev}'.encode()):08x}"


def _parts(data: bytes, name: str) -> tuple[_About, dict[str, msgspec.Raw]]:
    try:
        tables = msgspec.json.decode(data, type=dict[str, dict[str, msgspec.Raw]])
        raw = tables[ABOUT]["1"]
        check_version(msgspec.json.decode(raw, type=dict[str, Any]))
        return msgspec.json.decode(raw, type=_About), tables[TABLE]
    except (msgspec.DecodeError, LookupError, UnicodeDecodeError) as error:
        msg = f"{name} cannot be read"
        raise JournalBroken(msg) from error


def chained(header: Header, records: list[bytes]) -> Spelled:
    """Go along the records; raise LookupError or ValueError if they are no sequence."""
    chain, following, chains = bytes.fromhex(header.prev), header.first, []
    for each in records:
        seen = glance(each)
        if seen.seq != following:
            raise ValueError(each)
        chain = _after(each) if seen.t == "missing" else link_spelled(chain, each)
        chains.append(chain)
        following = max(seen.seq, seen.last if seen.t == "missing" else 0) + 1
    return Spelled(header, records, chains, following - 1)


class Glance(msgspec.Struct):
    """What must be seen of a record to find the next."""

    seq: int
    t: str = ""
    last: int = 0


glance = msgspec.json.Decoder(Glance).decode


def _seq(record: bytes) -> int:
    return glance(record).seq


def _after(record: bytes) -> bytes:
    found = chain_after(json.loads(record))
    if found is None:
        raise ValueError(record)
    return found


def salvage(data: bytes, first: int, prev: bytes | None, after: bytes | None) -> list[bytes]:
    """Return the records at the beginning of a damaged segment that are surely what was stored.

    `prev` and `after` are the chain values before and behind it, if they are known: records that
    fit between them are good whatever the file says of itself. Else its checksums decide.
    """
    records = list(_leading(data, first))
    if prev is not None and after is not None and _joins(records, prev, after):
        return records
    start = data.find(b'"crcs":"')
    digits = data[start + 8 :] if start >= 0 else b""
    for number, each in enumerate(records):
        at = number * CRC_DIGITS
        if digits[at : at + CRC_DIGITS] != b"%08x" % zlib.crc32(each):
            return records[:number]
    return records


def _joins(records: list[bytes], prev: bytes, after: bytes) -> bool:
    try:
        found = chained(Header("", "", _seq(records[0]), prev.hex()), records)
    except (LookupError, ValueError):
        return False
    return found.chains[-1] == after


def _leading(data: bytes, first: int) -> "list[bytes]":
    """Return the records of a damaged file in sequence, up to the first that is no record."""
    found: list[bytes] = []
    opening = b'"%s":{"%d":{' % (TABLE.encode(), first)
    at = data.find(opening)
    at += len(opening) - 1 if at >= 0 else 0
    text = data.decode("latin-1")  # one character a byte, so that places in both are the same
    while at >= 0:
        try:
            _, end = json.JSONDecoder().raw_decode(text, at)
            follows = _seq(data[at:end]) == first + len(found)
        except (ValueError, RecursionError, msgspec.DecodeError):
            break
        if not follows:
            break
        found.append(data[at:end])
        expected = b',"%d":{' % (first + len(found))
        goes_on = data.startswith(expected, end)
        at = end + len(expected) - 1 if goes_on else -1
    return found
