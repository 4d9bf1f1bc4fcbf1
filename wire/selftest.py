"""What a gate found out about itself when a technician tested it: a signed report.

It goes from the gate to the district on paper or as a file, so that a site counts as finished only
when this very gate says so.
"""

import enum
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.keys import Keyring, Signed, Use, opened, sign
from wire.record import ClockState, Millis

CONTEXT = "self-test"
LIMIT = 64 * 1024


class Outcome(enum.StrEnum):
    """What came of one step."""

    GOOD = "good"
    BAD = "bad"
    LEFT_OUT = "left-out"
    """This gate has no such part, or the technician left it out."""
    UNKNOWN = "unknown"
    """It cannot be told on this machine."""


class Found(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step."""

    what: str
    outcome: Outcome
    detail: str = ""
    """In the technician's language; never what a code said."""
    figures: dict[str, float] = {}


class Report(msgspec.Struct, frozen=True):
    """All of it."""

    gate: str
    place: str
    wall: Millis
    clock: ClockState
    version: str
    found: tuple[Found, ...]
    v: Literal[1] = 1

    @property
    def passed(self) -> bool:
        """Say whether nothing is bad."""
        return all(each.outcome is not Outcome.BAD for each in self.found)


def pack(report: Report, key: Ed25519PrivateKey) -> bytes:
    """Spell a report, signed with the gate's records key."""
    return canonical(sign(msgspec.to_builtins(report), CONTEXT, key))


def unpack(data: bytes, ring: Keyring) -> Report:
    """Read a report; raise WireError unless a records key in `ring` signed it."""
    return read(Report, opened(read(Signed, parse(data, LIMIT)), CONTEXT, Use.RECORDS, ring))
