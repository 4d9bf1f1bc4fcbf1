"""A gate's next certificate for the link, signed by the root, for the key that the gate has.

It takes the place of the one in the enrolment, and of older ones; the key stays, and stays on the
gate. What is in it is for TLS to check.
"""

from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use, opened, sign
from wire.record import Millis

CONTEXT = "certificate"
LIMIT = 16 * 1024


class Certificate(msgspec.Struct, frozen=True):
    """The certificate as it travels."""

    gate: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    certificate: str
    """PEM: the gate's own first, then what stands between it and the authority's."""
    issued: Millis
    v: Literal[1] = 1


def pack(made: Certificate, root: Ed25519PrivateKey) -> bytes:
    """Spell and sign a certificate."""
    return canonical(sign(msgspec.to_builtins(made), CONTEXT, root))


def unpack(data: bytes, ring: Keyring, gate: str) -> Certificate:
    """Read the certificate of `gate`; raise WireError unless a root in `ring` signed it."""
    found = read(Certificate, opened(read(Signed, parse(data, LIMIT)), CONTEXT, Use.ROOT, ring))
    if found.gate != gate:
        msg = "the certificate of another gate"
        raise WireError(msg)
    return found
