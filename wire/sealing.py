"""Sealing: what is written on a gate can be opened only by the authority's vault.

The gate makes a data key in memory, seals it once to the authority's public key (HPKE, RFC 9180:
X25519, HKDF-SHA256, ChaCha20-Poly1305) and encrypts the personal fields of each scan under it
(ChaCha20-Poly1305 with a random nonce). A key lives for one segment of the journal, so it never
sees more than a few hundred messages. The place of a record (gate, journal, seq) is bound to its
ciphertext: sealed bytes moved to another scan do not open.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from wire.canonical import Document, canonical, parse
from wire.errors import WireError
from wire.keys import SealKey, kid_of, unbase64

NONCE_BYTES = 12
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO = b"gq/v1/data-key"


def seal_key(public: X25519PublicKey) -> SealKey:
    """Describe a public sealing key."""
    raw = public.public_bytes_raw()
    return SealKey(kid_of(raw), base64.b64encode(raw).decode())


class DataKey:
    """A key in memory that seals the personal fields of one segment's scans."""

    def __init__(self, raw: bytes) -> None:
        """Take 32 raw bytes; `fresh` makes them."""
        self._raw = raw
        self._cipher = ChaCha20Poly1305(raw)

    @classmethod
    def fresh(cls) -> "DataKey":
        """Make a new random key."""
        return cls(ChaCha20Poly1305.generate_key())

    def sealed_to(self, authority: SealKey) -> str:
        """Return this key sealed to the authority, base64."""
        try:
            public = X25519PublicKey.from_public_bytes(unbase64(authority.public))
            sealed = _SUITE.encrypt(self._raw, public, info=_INFO)
        except ValueError as error:  # not 32 bytes, or a point to which nothing can be sealed
            msg = "the authority's sealing key is no X25519 key"
            raise WireError(msg) from error
        return base64.b64encode(sealed).decode()

    def seal(self, fields: Document, place: bytes) -> str:
        """Return `fields` encrypted for the record at `place`, base64."""
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(
            nonce + self._cipher.encrypt(nonce, canonical(fields), place)
        ).decode()

    def open(self, sealed: str, place: bytes) -> Document:
        """Return the fields again; raise WireError if they were not sealed so, and here."""
        raw = unbase64(sealed)
        try:
            plain = self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place)
        except (InvalidTag, ValueError) as error:
            msg = "sealed fields do not open"
            raise WireError(msg) from error
        return parse(plain)


def open_data_key(sealed: str, private: X25519PrivateKey) -> DataKey:
    """Open a data key with the authority's private key; raise WireError if it does not open."""
    try:
        return DataKey(_SUITE.decrypt(unbase64(sealed), private, info=_INFO))
    except (InvalidTag, ValueError) as error:
        msg = "data key does not open"
        raise WireError(msg) from error


def place(gate: str, journal: str, seq: int) -> bytes:
    """Name the place of a record, to be bound to its sealed fields."""
    return f"{gate}\0{journal}\0{seq}".encode()
