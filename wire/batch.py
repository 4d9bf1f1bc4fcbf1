"""A batch of records on its way to the collector.

Live, one record is one batch, sent as plain JSON so that any MQTT tool can read it. On backlog up
to fifty go together, deflated. All records of a batch come from one boot, whose id is said once.
"""

import hashlib
import re
import zlib

import msgspec

from wire.canonical import Document, canonical, parse, read
from wire.deflated import inflated
from wire.errors import WireError
from wire.head import last_of
from wire.record import MAX_SEQ, Seq

VERSION = 1
MAX_RECORDS = 50
MAX_BYTES = 256 * 1024
"""Inflated; the broker's packet limit is the same."""

FAST = 1
"""How hard to deflate: records are mostly noise, of which more work saves another 2 %."""

JSON = "application/json"
DEFLATED = "application/json+zlib"


class Batch(msgspec.Struct, frozen=True):
    """What one message on `scan` says."""

    v: int
    journal: str
    boot: str
    historical: bool
    """True for backlog: made while the gate could not send."""
    first: Seq
    prev: str
    """Hex of the chain value before the first record."""
    scans: list[Document]
    """The records in sequence, each without its `boot`; a declaration of missing records stands
    for a range."""

    def documents(self) -> list[Document]:
        """Return the records as the gate stored them."""
        return [{**document, "boot": self.boot} for document in self.scans]


def pack(journal: str, documents: list[Document], prev: bytes, *, historical: bool) -> bytes:
    """Spell a batch. `documents` are consecutive records of one boot, at least one."""
    boot = documents[0]["boot"]
    batch = Batch(
        v=VERSION,
        journal=journal,
        boot=boot,
        historical=historical,
        first=documents[0]["seq"],
        prev=prev.hex(),
        scans=[{k: v for k, v in each.items() if k != "boot"} for each in documents],
    )
    data = canonical(msgspec.to_builtins(batch))
    return zlib.compress(data, FAST) if historical else data


def splice(journal: str, records: list[bytes], prev: bytes, *, historical: bool) -> bytes:
    """Spell the batch that `pack` would, from records as they are stored: canonical, of one boot.

    No record is taken apart: the boot, which stands first in all but declarations, is cut out of
    their bytes.
    """
    data = _spliced(journal, records, prev, historical=historical)
    return zlib.compress(data, FAST) if historical else data


def _spliced(journal: str, records: list[bytes], prev: bytes, *, historical: bool) -> bytes:
    first = _Head.read(records[0])
    boot = b'"boot":' + _encode(first.boot) + b","
    return b"".join(
        (
            b"{" + boot + b'"first":%d,"historical":' % first.seq,
            b"true" if historical else b"false",
            b',"journal":' + _encode(journal) + b',"prev":"' + prev.hex().encode(),
            b'","scans":[' + b",".join([_bootless(each, boot) for each in records]),
            b'],"v":%d}' % VERSION,
        )
    )


class _Head(msgspec.Struct):
    """What a batch must know of its first record."""

    seq: int
    boot: str

    @classmethod
    def read(cls, record: bytes) -> "_Head":
        return msgspec.json.decode(record, type=cls)


_encode = msgspec.json.encode


def _bootless(record: bytes, boot: bytes) -> bytes:
    """Cut the boot out of a record's bytes."""
    if record.startswith(boot, 1):
        return b"{" + record[1 + len(boot) :]
    document = parse(record)
    document.pop("boot", None)
    return canonical(document)


def unpack(data: bytes) -> Batch:
    """Read a batch; raise WireError for anything that is not one.

    The first byte tells deflated from plain (`{` never begins a zlib stream), so MQTT 3.1.1,
    which has no content type, needs nothing else.
    """
    batch = read(Batch, parse(_plain(data), MAX_BYTES))
    if batch.v != VERSION:
        msg = "a batch of a version that is not known here"
        raise WireError(msg)
    if not 1 <= len(batch.scans) <= MAX_RECORDS:
        msg = f"{len(batch.scans)} records in a batch; 1 to {MAX_RECORDS} are allowed"
        raise WireError(msg)
    expected = batch.first
    for document in batch.scans:
        seq = document.get("seq")
        if type(seq) is not int or seq != expected:  # 1.0 and true equal 1
            msg = "records of a batch are not consecutive"
            raise WireError(msg)
        expected = last_of(document) + 1
    if expected - 1 > MAX_SEQ:
        msg = "a batch that ends beyond the last sequence number"
        raise WireError(msg)
    return batch


def digest(data: bytes) -> str:
    """Return the name of a batch that cannot be read, or of a record: hex SHA-256 of its text."""
    try:
        plain = _plain(data)
    except WireError:
        plain = data
    return hashlib.sha256(plain).hexdigest()


def named(journal: str, record: bytes, prev: bytes) -> frozenset[str]:
    """Return all names under which the collector may refuse this record and nothing else.

    Its own, and those of a batch that holds it alone. A batch with others besides has another.
    """
    alone = (
        _spliced(journal, [record], prev, historical=False),
        _spliced(journal, [record], prev, historical=True),
    )
    return frozenset(digest(each) for each in (record, *alone))


_BEGINNING = re.compile(
    rb'"first":([0-9]{1,16}),"historical":(?:true|false),"journal":"([!#-\[\]-~]{1,64})"'
)
"""What `splice` writes before the records."""
BEGINNING_BYTES = 512


def claimed(data: bytes) -> tuple[str, int]:
    """Return the journal and first seq that bytes refused by `unpack` name, or ("", 1).

    So that the collector can answer a batch which it cannot read, be it no JSON at all behind its
    beginning.
    """
    try:
        document = parse(_plain(data), MAX_BYTES)
    except WireError:
        return _begun(data)
    journal, first = document.get("journal"), document.get("first")
    if not isinstance(journal, str) or type(first) is not int or not 1 <= first <= MAX_SEQ:
        return "", 1
    return journal, first


def _begun(data: bytes) -> tuple[str, int]:
    """Return what the beginning of a batch names, as `splice` writes it."""
    if data[:1] != b"{":
        try:
            data = zlib.decompressobj().decompress(data, BEGINNING_BYTES)
        except zlib.error:
            return "", 1
    found = _BEGINNING.search(data[:BEGINNING_BYTES])
    first = int(found[1]) if found else 0
    return (found[2].decode(), first) if found and 1 <= first <= MAX_SEQ else ("", 1)


def _plain(data: bytes) -> bytes:
    """Return the JSON of a message, deflated or not."""
    return data if data[:1] == b"{" else inflated(data, MAX_BYTES)
