"""The keys a gate is told to trust, and what each may be used for.

A key is named by the first eight bytes of the SHA-256 of its raw public bytes (its *kid*), so a
name can never point at two keys by accident. A key entry says its one use; a signature made with
a key of another use is no signature.
"""

import base64
import enum
import hashlib

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from wire.canonical import Document, canonical
from wire.errors import SignatureInvalid, WireError

KID_BYTES = 8


class Use(enum.StrEnum):
    """What one key may sign. Stored and sent, so never renamed."""

    ROOT = "root"
    """The authority's root: signs enrolments and other key entries."""
    PASS_SEEN = "pass-seen"
    """Issues passes to people whose identity staff has checked."""
    PASS_DECLARED = "pass-declared"
    """Issues self-service passes: identity as declared by the holder."""
    CARD = "card"
    """Signs control cards, which tell a gate what to do."""
    RECEIPT = "receipt"
    """The collector's receipts, and what it counts of a place's other gates."""
    POLICY = "policy"
    """What a site asks of those who pass, and whose health certificates count."""
    COMMAND = "command"
    STATUS = "status"
    """Which passes were withdrawn. Not the issuer's own key: who steals that one could otherwise
    say in its name that nothing was."""
    RECORDS = "records"
    """A gate's own key: signs the heads of its chain and its enrolment request."""


class KeyEntry(msgspec.Struct, frozen=True):
    """A public Ed25519 key and its one use."""

    kid: str
    """Sixteen hex digits."""
    use: Use
    public: str
    """Base64 of the 32 raw bytes."""


class Keyring:
    """The public keys that count, found by kid and use."""

    def __init__(self, entries: "list[KeyEntry] | tuple[KeyEntry, ...]") -> None:
        """Take the entries; raise WireError for a key that is none or a kid that does not fit."""
        self._keys: dict[str, tuple[Use, Ed25519PublicKey]] = {}
        for entry in entries:
            raw = unbase64(entry.public)
            if kid_of(raw) != entry.kid:
                msg = f"the name of a {entry.use} key does not belong to it"
                raise WireError(msg)
            self._keys[entry.kid] = (entry.use, load_public(raw))

    def use_of(self, kid: str) -> Use | None:
        """Say what the key named `kid` is for, or None if it is not in the ring."""
        found = self._keys.get(kid)
        return found[0] if found else None

    def verify(self, kid: str, use: Use, signature: bytes, message: bytes) -> None:
        """Raise SignatureInvalid unless key `kid`, entered for `use`, signed `message`."""
        found = self._keys.get(kid)
        if found is None or found[0] is not use:
            msg = f"signed by a key that is not known here as a {use} key"
            raise SignatureInvalid(msg)
        try:
            found[1].verify(signature, message)
        except InvalidSignature as error:
            msg = f"signature does not fit {use} key {kid}"
            raise SignatureInvalid(msg) from error


class Signed(msgspec.Struct, frozen=True):
    """A document with its signature, as it travels: readable JSON, no envelope to unpack."""

    doc: Document
    kid: str
    sig: str


def sign(document: Document, context: str, key: Ed25519PrivateKey) -> Document:
    """Return `document` signed for `context` (such as "receipt"), ready for `canonical`.

    The context is part of what is signed, so a receipt can never pass for a policy.
    """
    signature = key.sign(_message(context, document))
    return {
        "doc": document,
        "kid": kid_of(raw_public(key)),
        "sig": base64.b64encode(signature).decode(),
    }


def opened(signed: Signed, context: str, use: Use, ring: Keyring) -> Document:
    """Return the document inside; raise SignatureInvalid unless a key for `use` signed it."""
    ring.verify(signed.kid, use, unbase64(signed.sig), _message(context, signed.doc))
    return signed.doc


def entry(public: Ed25519PublicKey, use: Use) -> KeyEntry:
    """Describe a public key for a keyring."""
    raw = public.public_bytes_raw()
    return KeyEntry(kid_of(raw), use, base64.b64encode(raw).decode())


def kid_of(public: bytes) -> str:
    """Name a public key: sixteen hex digits."""
    return hashlib.sha256(public).digest()[:KID_BYTES].hex()


def raw_public(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 raw public bytes that belong to `key`."""
    return key.public_key().public_bytes_raw()


def load_public(raw: bytes) -> Ed25519PublicKey:
    """Read 32 raw bytes as an Ed25519 public key; raise WireError if they are none."""
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError as error:
        msg = "not an Ed25519 key"
        raise WireError(msg) from error


def unbase64(text: str) -> bytes:
    """Read base64 in its one spelling; raise WireError for anything else.

    The last character may have bits to spare, which a lax reader lets anyone change.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        msg = "not base64"
        raise WireError(msg) from error
    if base64.b64encode(raw).decode() != text:
        msg = "not base64 as it is written here"
        raise WireError(msg)
    return raw


def _message(context: str, document: Document) -> bytes:
    return b"gq/v1/" + context.encode() + b"\0" + canonical(document)
