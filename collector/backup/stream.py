"""What is inside a backup: members one after another, each in blocks, each with its hash.

A member is a database or a file. Its blocks come back as they were given, so whoever wrote a block
can read it. A manifest ends the whole; a member that is not in it was never there.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from collector.backup.envelope import Reader, Writer
from collector.backup.errors import BackupDamaged, BackupNewer
from wire.deflated import inflated
from wire.errors import WireError

FORMAT = 1
LARGEST = 64 * 1024 * 1024
"""Of one block, packed or not."""
_FRAME = struct.Struct(">cI")
_BEGIN, _DATA, _END, _WHOLE = b"B", b"D", b"E", b"W"


class Member(msgspec.Struct, frozen=True):
    """One database or file, and what must be known to lay it out."""

    name: str
    """`ledger`, `people`, ... or `roster/places.json`."""
    kind: str
    """`sqlite`, `postgres` or `file`."""
    mode: int = 0o600
    owner: str = ""
    group: str = ""
    about: dict[str, Any] = {}


class Done(msgspec.Struct, frozen=True):
    """What was written of a member."""

    name: str
    size: int
    blocks: int
    hash: str


class Whole(msgspec.Struct, frozen=True):
    """The manifest."""

    members: tuple[Done, ...]
    form: int = FORMAT


class Packer:
    """Writes members."""

    def __init__(self, into: Writer) -> None:
        """Take where the bytes go."""
        self._into = into
        self._done: list[Done] = []

    def member(self, member: Member, blocks: Iterator[bytes]) -> Done:
        """Write one member with its blocks."""
        self._frame(_BEGIN, msgspec.json.encode(member))
        whole, size, count = hashlib.sha256(), 0, 0
        for block in blocks:
            whole.update(block)
            size, count = size + len(block), count + 1
            self._frame(_DATA, zlib.compress(block, 1))
        done = Done(member.name, size, count, whole.hexdigest())
        self._frame(_END, msgspec.json.encode(done))
        self._done.append(done)
        return done

    def close(self) -> Whole:
        """Write the manifest."""
        whole = Whole(tuple(self._done))
        self._frame(_WHOLE, msgspec.json.encode(whole))
        return whole

    def _frame(self, tag: bytes, body: bytes) -> None:
        self._into.write(_FRAME.pack(tag, len(body)) + body)


class Unpacker:
    """Reads members in the order in which they were written."""

    def __init__(self, reader: Reader, path: Path) -> None:
        """Take the plain bytes of a file."""
        self._reader, self._path = reader, path
        self._done: list[Done] = []
        self.whole = Whole(())
        """The manifest, once all was read."""

    def members(self) -> Iterator[tuple[Member, Iterator[bytes]]]:
        """Yield each member with its blocks, which must be read to the end before the next.

        Raises BackupDamaged where a hash or the manifest does not fit, BackupNewer.
        """
        while True:
            tag, body = self._frame()
            if tag == _WHOLE:
                whole = self._read(body, Whole)
                if whole.form > FORMAT:
                    raise BackupNewer(str(self._path))
                if list(whole.members) != self._done:
                    raise BackupDamaged(str(self._path))
                self._reader.end()
                self.whole = whole
                return
            if tag != _BEGIN:
                raise BackupDamaged(str(self._path))
            member = self._read(body, Member)
            count = len(self._done)
            yield member, self._blocks(member.name)
            if len(self._done) != count + 1:
                msg = f"{member.name}: left before its end"
                raise RuntimeError(msg)

    def _blocks(self, name: str) -> Iterator[bytes]:
        whole, size, count = hashlib.sha256(), 0, 0
        while True:
            tag, body = self._frame()
            if tag == _END:
                break
            if tag != _DATA:
                raise BackupDamaged(str(self._path))
            block = _inflated(body, self._path)
            whole.update(block)
            size, count = size + len(block), count + 1
            yield block
        done = self._read(body, Done)
        if done != Done(name, size, count, whole.hexdigest()):
            msg = f"{self._path}: {name}"
            raise BackupDamaged(msg)
        self._done.append(done)

    def _frame(self) -> tuple[bytes, bytes]:
        tag, length = _FRAME.unpack(self._reader.exactly(_FRAME.size))
        if length > LARGEST:
            raise BackupDamaged(str(self._path))
        return tag, self._reader.exactly(length)

    def _read(self, body: bytes, form: type[Any]) -> Any:  # noqa: ANN401  # of the form asked for
        try:
            return msgspec.json.decode(body, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BackupDamaged(str(self._path)) from error


def _inflated(body: bytes, path: Path) -> bytes:
    try:
        return inflated(body, LARGEST)
    except WireError as error:
        raise BackupDamaged(str(path)) from error
