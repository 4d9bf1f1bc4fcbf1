"""What the district has one gate do: signed, for that gate alone, soon over, and done once.

The collector signs it with a key that the ring names for commands. It lives at the collector until
the gate's own journal answers it or it expires; the broker's copy is a cache. A gate that does not
know what is asked says so, so `does` is a word and not a closed list.
"""

import enum
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use, opened, sign
from wire.record import Millis

CONTEXT = "command"
LIMIT = 16 * 1024
NONCE_BYTES = 8
LONGEST_MS = 24 * 3_600_000
"""No command lives longer: whoever gives one is waiting for it."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Nonce = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


class Does(enum.StrEnum):
    """What can be asked. Sent and noted, so never renamed."""

    IDENTIFY = "identify"
    """Show which gate this is, among its neighbours."""
    SELF_TEST = "self-test"
    RESTART = "restart"
    """Take the scanner's parts up anew."""
    OPEN_ONCE = "open-once"
    """Let one person through, where the site's policy allows it."""


class Outcome(enum.StrEnum):
    """How a gate answers. Noted in its journal, so never renamed."""

    DONE = "done"
    HANDED_ON = "handed-on"
    """Given to the helper that may do it."""
    EXPIRED = "expired"
    NOT_ALLOWED = "not-allowed"
    """The site's policy does not allow it."""
    CLOCK_UNSURE = "clock-unsure"
    """Whether it is over cannot be told, and a door is not opened on that."""
    UNKNOWN = "unknown"
    """This gate does not know what is asked."""
    FAILED = "failed"


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One command."""

    gate: Name
    does: Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,32}$")]
    nonce: Nonce
    """Sixteen random hex digits: by it the gate knows what it has answered."""
    issued: Millis
    expires: Millis
    v: Literal[1] = 1

    def __post_init__(self) -> None:
        """Refuse a command that is over before it begins, or lives too long."""
        if not 0 < self.expires - self.issued <= LONGEST_MS:
            msg = "a command lives for at most a day"
            raise ValueError(msg)


def pack(command: Command, key: Ed25519PrivateKey) -> bytes:
    """Spell and sign a command."""
    return canonical(sign(msgspec.to_builtins(command), CONTEXT, key))


def unpack(data: bytes, ring: Keyring, gate: str) -> Command:
    """Read a command for `gate`; raise WireError unless the district signed it for that gate."""
    signed = read(Signed, parse(data, LIMIT))
    command = read(Command, opened(signed, CONTEXT, Use.COMMAND, ring))
    if command.gate != gate:
        msg = "the command of another gate"
        raise WireError(msg)
    return command
