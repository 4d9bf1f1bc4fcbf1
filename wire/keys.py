"""The keys a gate is told to trust, and what each may be used for.

A key is named by the first eight bytes of the SHA-256 of its raw public bytes (its *kid*), so a
name can never point at two keys by accident. A key entry says its one use; a signature made with
a key of another use is no signature.
"""

import base64
import enum
import hashlib
from typing import NamedTuple

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
    ENROL = "enrol"
    """Signs enrolment codes, and the answers to gates that enrol over the network. Gates learn it
    from the root's voucher (wire/voucher.py), since a gate without an enrolment knows only the
    root."""
    TECHNICIAN = "technician"
    """Certifies the SSH keys of technicians: a gate lets these in while its way in is open."""
    RECORDS = "records"
    """A gate's own key: signs the heads of its chain and its enrolment request."""


class KeyEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A public Ed25519 key, its one use, and its end."""

    kid: str
    """Sixteen hex digits."""
    use: Use
    public: str
    """Base64 of the 32 raw bytes."""
    until: int | None = None
    """When it ends, ms since 1970, UTC: what is shown with its signature from then on is refused.
    None: never, as for the root, and for all keys of enrolments made before keys had an end."""
    way: str = ""
    """Of a key of the district's desk: which way to a pass it issues, or `lists`. What such a key
    lists are the passes of the desk's keys, and no others. Empty: the authority's own."""


class SealKey(msgspec.Struct, frozen=True):
    """The authority's public sealing key."""

    kid: str
    public: str
    """Base64 of the 32 raw X25519 bytes."""


class Keyring:
    """The public keys that count, found by kid and use."""

    def __init__(
        self, entries: "list[KeyEntry] | tuple[KeyEntry, ...]", at_ms: int | None = None
    ) -> None:
        """Take the entries as they stand `at_ms`; None: whether a key has ended is not asked.

        Raises WireError for a key that is none or a kid that does not fit.
        """
        self._keys = _named(entries)
        self.at_ms = at_ms

    def use_of(self, kid: str) -> Use | None:
        """Say what the key named `kid` is for, or None if it is not in the ring."""
        found = self._keys.get(kid)
        return found.use if found else None

    def way_of(self, kid: str) -> str:
        """Say which key of the desk's it is; empty for any other, and for one not in the ring."""
        found = self._keys.get(kid)
        return found.way if found else ""

    def verify(self, kid: str, use: Use, signature: bytes, message: bytes) -> None:
        """Raise SignatureInvalid unless key `kid`, entered for `use`, signed `message`."""
        found = self._keys.get(kid)
        if found is None or found.use is not use:
            msg = f"signed by a key that is not known here as a {use} key"
            raise SignatureInvalid(msg)
        if self.at_ms is not None and found.until is not None and self.at_ms >= found.until:
            msg = f"signed by {use} key {kid}, which has ended"
            raise SignatureInvalid(msg)
        try:
            found.public.verify(signature, message)
        except InvalidSignature as error:
            msg = f"signature does not fit {use} key {kid}"
            raise SignatureInvalid(msg) from error


class _Named(NamedTuple):
    use: Use
    public: Ed25519PublicKey
    until: int | None
    way: str


def _named(entries: "list[KeyEntry] | tuple[KeyEntry, ...]") -> dict[str, _Named]:
    found = {}
    for each in entries:
        raw = unbase64(each.public)
        if kid_of(raw) != each.kid:
            msg = f"the name of a {each.use} key does not belong to it"
            raise WireError(msg)
        found[each.kid] = _Named(each.use, load_public(raw), each.until, each.way)
    return found


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


def entry(public: Ed25519PublicKey, use: Use, until: int | None = None) -> KeyEntry:
    """Describe a public key for a keyring."""
    raw = public.public_bytes_raw()
    return KeyEntry(kid_of(raw), use, base64.b64encode(raw).decode(), until)


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
