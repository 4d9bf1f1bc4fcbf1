"""What the other gates of a place saw: one signed sum, with the time at which it was made.

The collector makes it from the scans of a gate's siblings and signs it with the key of its
receipts, in a context of its own: both are its word on what it has received, and a gate knows that
key already. It names no person. A gate adds it to its own count; how old it may be is for the
site's policy.
"""

from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use, opened, sign
from wire.record import Millis

CONTEXT = "site"
LIMIT = 16 * 1024
MAX_GATES = 64
MAX_PEOPLE = 10**6

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Balance = Annotated[int, msgspec.Meta(ge=-MAX_PEOPLE, le=MAX_PEOPLE)]


class Summary(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a gate's siblings add to the number of people inside."""

    gate: Name
    """For whom it is: the others of the place are summed, this one is not."""
    place: Name
    """As the gate's enrolment has it."""
    gates: Annotated[tuple[Name, ...], msgspec.Meta(max_length=MAX_GATES)]
    """Which gates are in the sum."""
    inside: Balance
    """Accepted entries less exits at those gates, cancelled ones left out. Below zero where the
    siblings are the way out: only the sum with the gate's own count is a number of people."""
    time: Millis
    """When it was made, ms since 1970, UTC, by the collector's clock; it orders summaries."""
    since: Millis = 0
    """Scans before this are in no count: where it grows, a gate begins its own count anew too."""
    v: Literal[1] = 1


def pack(summary: Summary, key: Ed25519PrivateKey) -> bytes:
    """Spell and sign a summary with the key of the collector's receipts."""
    return canonical(sign(msgspec.to_builtins(summary), CONTEXT, key))


def unpack(data: bytes, ring: Keyring) -> Summary:
    """Read a summary; raise WireError unless the collector signed it."""
    signed = read(Signed, parse(data, LIMIT))
    summary = read(Summary, opened(signed, CONTEXT, Use.RECEIPT, ring))
    if summary.gate in summary.gates:
        msg = "a summary of its siblings does not sum the gate itself"
        raise WireError(msg)
    return summary
