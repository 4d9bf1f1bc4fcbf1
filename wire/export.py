"""Records carried to the district by hand: one file, for a gate that has been without network.

    {"gate":"ben-xe-1","made":1790000000000,"v":1}      who wrote it, and when
    eJx...                                              a batch as on the wire, base64; many
    {"doc":{"batches":…,"digest":"…",…},"kid":…,"sig":…}   signed by the gate's records key

Personal fields in the records are sealed to the authority already, and stay so; what is in clear
is what a broker would see. The chain in the batches cannot be changed by who carries the file, and
the signature says that the file is whole. The collector answers with receipts, one a line, and
these alone free space on the gate.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire import batch
from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use, opened, sign, unbase64
from wire.record import Count, Millis

CONTEXT = "export"
LINE = 4 * batch.MAX_BYTES
"""No line is longer."""
PROOFS = 1000
"""No proof speaks for more journals."""


class Header(msgspec.Struct, frozen=True):
    """The first line."""

    gate: str
    made: Millis
    """The gate's wall clock; not to be relied on."""
    v: Literal[1] = 1


class Seal(msgspec.Struct, frozen=True):
    """What the last line signs."""

    gate: str
    made: Millis
    batches: Count
    digest: str
    """Hex SHA-256 of all lines before this one."""


def lines(header: Header, batches: Iterable[bytes], key: Ed25519PrivateKey) -> Iterator[bytes]:
    """Yield the file line by line; `batches` are as `wire.batch.pack` spells them."""
    digest, count = hashlib.sha256(), 0
    first = canonical(msgspec.to_builtins(header)) + b"\n"
    digest.update(first)
    yield first
    for count, each in enumerate(batches, 1):  # noqa: B007  (the last one is how many)
        line = base64.b64encode(each) + b"\n"
        digest.update(line)
        yield line
    seal = Seal(header.gate, header.made, count, digest.hexdigest())
    yield canonical(sign(msgspec.to_builtins(seal), CONTEXT, key)) + b"\n"


def claimed(first: bytes) -> Header:
    """Read a file's first line: whose keys to check it with. Raises WireError."""
    return read(Header, parse(first, LINE))


def check(found: Iterable[bytes], ring: Keyring) -> Seal:
    """Go through all lines and return what the gate signed.

    Raises WireError unless the file is whole and a records key in `ring` signed it. The lines may
    come from `file.readline(LINE)`; nothing but one of them is held in memory.
    """
    digest, last, count = hashlib.sha256(), b"", -1
    for count, line in enumerate(found):  # noqa: B007  (likewise)
        digest.update(last)
        last = line
    signed = read(Signed, parse(last, LINE))
    seal = read(Seal, opened(signed, CONTEXT, Use.RECORDS, ring))
    if seal.digest != digest.hexdigest() or seal.batches != count - 1:
        msg = "the export was changed, or a part of it is missing"
        raise WireError(msg)
    return seal


def batches(found: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the batches of a file that `check` has found good, for `wire.batch.unpack`."""
    for number, line in enumerate(found):
        if number and not line.startswith(b"{"):
            yield unbase64(line.removesuffix(b"\n").decode("ascii", "replace"))


def proof(receipts: Iterable[bytes]) -> bytes:
    """Spell the answer to an export: receipts as `wire.receipt.pack` spells them, one a line."""
    return b"".join(each + b"\n" for each in receipts)


def receipts(data: bytes) -> list[bytes]:
    """Return the receipts in an answer, not checked yet; raise WireError for too many."""
    found = [each for each in data.split(b"\n") if each]
    if len(found) > PROOFS:
        msg = f"more than {PROOFS} receipts"
        raise WireError(msg)
    return found
