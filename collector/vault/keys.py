"""The keys in memory: what an epoch's secret gives, and what it is wrapped with.

    master -> wraps each epoch's and each hold's secret, bound to its name
    secret -> HKDF: one key for MACs of identifiers, one that seals fields

Python cannot overwrite what it has copied; the process keeps its memory off the disk instead
(memory.py), and a locked vault is a vault that has dropped every reference.
"""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from collector.people.entries import Identifier, Mac
from collector.vault.errors import CustodyBroken
from wire.canonical import Document, canonical, parse

SECRET_BYTES = 32
NONCE_BYTES = 12
MAC_BYTES = 16
_INFO = b"gq/v1/vault/"


class EpochKey:
    """What one epoch, or one hold, is keyed with."""

    def __init__(self, name: str, secret: bytes) -> None:
        """Derive the keys of `name` from its secret."""
        self._name = name.encode()
        self._aliases = HKDFExpand(SHA256(), SECRET_BYTES, _INFO + b"aliases").derive(secret)
        self._fields = HKDFExpand(SHA256(), SECRET_BYTES, _INFO + b"fields").derive(secret)
        self._cipher = ChaCha20Poly1305(self._fields)

    def mac(self, identifier: Identifier, epoch: int) -> Mac:
        """Return the identifier as it stands in the table of aliases."""
        said = f"{int(identifier.kind)}\0{identifier.value}".encode()
        mac = hmac.digest(self._aliases, said, "sha256")[:MAC_BYTES]
        return Mac(identifier.kind, epoch, mac, identifier.strength)

    def digest(self, fields: Document) -> bytes:
        """Return what tells one content of fields from another, and nothing else."""
        said = b"fields\0" + canonical(fields)
        return hmac.digest(self._aliases, said, "sha256")[:MAC_BYTES]

    def seal(self, fields: Document, person: int) -> bytes:
        """Seal fields for a person row; they open at no other."""
        once = nonce()
        return once + self._cipher.encrypt(once, canonical(fields), self._bound(person))

    def open(self, sealed: bytes, person: int) -> Document:
        """Return the fields again; raise CustodyBroken if they were not sealed so, and here."""
        try:
            plain = self._cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._bound(person)
            )
        except (InvalidTag, ValueError) as error:
            raise CustodyBroken from error
        return parse(plain)

    def _bound(self, person: int) -> bytes:
        return self._name + b"\0" + str(person).encode()


def nonce() -> bytes:
    """Return a number that is used once."""
    return os.urandom(NONCE_BYTES)


def derived(master: bytes, purpose: str) -> bytes:
    """Return the key that the master key gives for a purpose."""
    return HKDFExpand(SHA256(), SECRET_BYTES, _INFO + purpose.encode()).derive(master)


def fresh() -> bytes:
    """Return a new secret."""
    return os.urandom(SECRET_BYTES)


def wrap(master: bytes, name: str, secret: bytes) -> bytes:
    """Return a secret under the master key."""
    once = nonce()
    return once + ChaCha20Poly1305(master).encrypt(once, secret, _INFO + name.encode())


def unwrap(master: bytes, name: str, wrapped: bytes) -> bytes:
    """Return the secret again; raise CustodyBroken if it is another master's, or another name's."""
    try:
        return ChaCha20Poly1305(master).decrypt(
            wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _INFO + name.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise CustodyBroken from error
