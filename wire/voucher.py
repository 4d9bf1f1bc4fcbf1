"""The root's word for the one key that a gate cannot know beforehand: the key for enrolment.

A gate without an enrolment knows the root and nothing else, so an enrolment code brings this along.
It is as short as can be, to leave the code small: 101 bytes.
"""

import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from wire.errors import WireError
from wire.keys import KeyEntry, Keyring, Use, entry, load_public

VERSION = 1
_CLAIMS = struct.Struct(">B32sI")
BYTES = _CLAIMS.size + 64
_CONTEXT = b"gq/v1/voucher\0"


def vouch(public: Ed25519PublicKey, until_s: int, root: Ed25519PrivateKey) -> bytes:
    """Say that `public` is a key for enrolment until `until_s`, seconds since 1970."""
    claims = _CLAIMS.pack(VERSION, public.public_bytes_raw(), until_s)
    return claims + root.sign(_CONTEXT + claims)


def vouched(data: bytes, root: KeyEntry) -> KeyEntry:
    """Return the key for enrolment, with its end; raise WireError unless `root` vouches for it."""
    if len(data) != BYTES or data[0] != VERSION:
        msg = "not a voucher"
        raise WireError(msg)
    claims, signature = data[: _CLAIMS.size], data[_CLAIMS.size :]
    Keyring([root]).verify(root.kid, Use.ROOT, signature, _CONTEXT + claims)
    _, raw, until_s = _CLAIMS.unpack(claims)
    return entry(load_public(raw), Use.ENROL, until_s * 1000)
