"""The file of a backup: a header in clear, encrypted chunks, and the collector's signature.

The content key is sealed to the public key of backups (HPKE, as gates seal). Each chunk is
encrypted under it with its number, and the last one says that it is the last, so chunks can be
neither moved nor left out. The signature covers every byte: who has no private key can still say
whether a file is whole, and is ours.
"""

import base64
import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from collector.backup.errors import BackupCut, BackupDamaged, BackupForeign, BackupNewer
from collector.i18n import N_
from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use, kid_of, opened, sign

MAGIC = b"gate-backup 1\n"
FAMILY = b"gate-backup "
CHUNK = 256 * 1024
LONGEST = 4096
"""Of the header, and of the signature."""
CONTEXT = "backup"
TAG_BYTES = 16
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO = b"gq/v1/backup"
_SIZE = struct.Struct(">I")


class Header(msgspec.Struct, frozen=True):
    """What may be known of a backup without a key."""

    district: str
    made_ms: int
    """When it was begun, ms since 1970, UTC."""
    kid: str
    """Name of the key it is sealed to."""
    sealed: str
    """The content key, sealed, base64."""
    v: int = 1


class Seal(msgspec.Struct, frozen=True):
    """What the collector signs."""

    made_ms: int
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    """SHA-256 of every byte before the signature."""
    size: int


class Writer:
    """Writes one file; what is written is on its way until `close`."""

    def __init__(
        self, file: BinaryIO, district: str, made_ms: int, public: X25519PublicKey
    ) -> None:
        """Write the header; make a content key, which only this object has in clear."""
        self.key = ChaCha20Poly1305.generate_key()
        sealed = base64.b64encode(_SUITE.encrypt(self.key, public, info=_INFO)).decode()
        self.header = Header(district, made_ms, kid_of(public.public_bytes_raw()), sealed)
        self._file, self._cipher = file, ChaCha20Poly1305(self.key)
        self._hash, self._size = hashlib.sha256(), 0
        head = MAGIC + canonical(msgspec.to_builtins(self.header)) + b"\n"
        self._bound = hashlib.sha256(head).digest()
        self._number, self._held = 0, bytearray()
        self._put(head)

    def write(self, data: bytes) -> None:
        """Add some bytes."""
        self._held += data
        while len(self._held) > CHUNK:
            self._chunk(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]

    def close(self, key: Ed25519PrivateKey) -> None:
        """Write the last chunk and the signature."""
        self._chunk(bytes(self._held), last=True)
        self._put(_SIZE.pack(0))
        seal = Seal(self.header.made_ms, self._hash.hexdigest(), self._size)
        self._file.write(canonical(sign(msgspec.to_builtins(seal), CONTEXT, key)))

    def _chunk(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), plain, self._bound)
        self._number += 1
        self._put(_SIZE.pack(len(sealed)) + sealed)

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._size += len(data)
        self._file.write(data)


def header_of(path: Path) -> Header:
    """Return the header of a file; raises BackupForeign, BackupNewer, BackupCut."""
    with path.open("rb") as file:
        return _header(file, path)[0]


def examine(path: Path, ring: Keyring) -> Header:
    """Say whether a file is whole and signed by this collector, without any private key.

    Raises BackupCut, BackupDamaged, BackupForeign, BackupNewer.
    """
    with path.open("rb") as file:
        header, head = _header(file, path)
        whole, size = hashlib.sha256(head), len(head)
        while True:
            prefix = _exactly(file, _SIZE.size, path)
            body = _exactly(file, _length(prefix, path), path)
            whole.update(prefix + body)
            size += len(prefix) + len(body)
            if not body:
                break
        tail = file.read(LONGEST + 1)
    if not tail.endswith(b"}"):
        raise BackupCut(str(path))
    try:
        seal = read(Seal, opened(read(Signed, parse(tail)), CONTEXT, Use.RECEIPT, ring))
    except WireError as error:
        msg = f"{path}: {N_('not signed by this collector')}"
        raise BackupForeign(msg) from error
    if (seal.hash, seal.size, seal.made_ms) != (whole.hexdigest(), size, header.made_ms):
        raise BackupDamaged(str(path))
    return header


def content_key(header: Header, private: X25519PrivateKey) -> bytes:
    """Open the content key; raises BackupForeign for a private key of another backup key."""
    if kid_of(private.public_key().public_bytes_raw()) != header.kid:
        msg = f"{header.kid}: {N_('the name of the key to which it was sealed')}"
        raise BackupForeign(msg)
    try:
        return _SUITE.decrypt(base64.b64decode(header.sealed), private, info=_INFO)
    except (InvalidTag, ValueError) as error:
        raise BackupDamaged(N_("its key does not open")) from error


class Reader:
    """Reads the plain bytes of a file again."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Take the content key; `examine` the file first."""
        self._path, self._cipher = path, ChaCha20Poly1305(key)
        self._held, self._at = b"", 0
        self._chunks = self._opened()

    def exactly(self, count: int) -> bytes:
        """Return so many bytes; raises BackupDamaged where there are no more."""
        parts: list[bytes] = []
        while count:
            if self._at == len(self._held):
                self._held, self._at = next(self._chunks, b""), 0
                if not self._held:
                    raise BackupDamaged(str(self._path))
            part = self._held[self._at : self._at + count]
            self._at += len(part)
            count -= len(part)
            parts.append(part)
        return b"".join(parts)

    def end(self) -> None:
        """Raise BackupDamaged if there is more."""
        if self._at != len(self._held) or any(self._chunks):
            raise BackupDamaged(str(self._path))

    def _opened(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            _, head = _header(file, self._path)
            bound, number = hashlib.sha256(head).digest(), 0
            sealed = self._sealed(file)
            while sealed:
                following = self._sealed(file)
                nonce = _nonce(number, last=not following)
                try:
                    yield self._cipher.decrypt(nonce, sealed, bound)
                except InvalidTag as error:
                    raise BackupDamaged(str(self._path)) from error
                sealed, number = following, number + 1

    def _sealed(self, file: BinaryIO) -> bytes:
        length = _length(_exactly(file, _SIZE.size, self._path), self._path)
        return _exactly(file, length, self._path)


def _header(file: BinaryIO, path: Path) -> tuple[Header, bytes]:
    magic = file.read(len(MAGIC))
    if magic != MAGIC:
        if magic.startswith(FAMILY):
            raise BackupNewer(str(path))
        raise BackupForeign(str(path))
    line = file.readline(LONGEST)
    if not line.endswith(b"\n"):
        raise BackupCut(str(path))
    try:
        return read(Header, parse(line[:-1])), magic + line
    except WireError as error:
        raise BackupDamaged(str(path)) from error


def _length(prefix: bytes, path: Path) -> int:
    length = int(_SIZE.unpack(prefix)[0])
    if length > CHUNK + TAG_BYTES:
        raise BackupDamaged(str(path))
    return length


def _exactly(file: BinaryIO, count: int, path: Path) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise BackupCut(str(path))
    return data


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
