"""What a gate says about itself beside its records: its state and its health.

These are hints for the board, retained by the broker and overwritten; nothing is computed from
them that matters later. Coverage is computed from notes in the journal.
"""

from typing import Literal

import msgspec

from wire.canonical import canonical, parse, read
from wire.record import Count, Millis


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the door works, as the uplink sees it. Also the last will, with `online` false."""

    online: bool
    scanning: bool
    """True only while the scanner's own health file is fresh."""
    incarnation: Count
    """Grows with every start of the uplink: an old will cannot overwrite a new birth."""
    wall: Millis
    journal: str = ""
    last: Count = 0
    """The last durable seq."""
    oldest: Count = 0
    """The oldest seq that the journal still has; what is asked for below it cannot be sent."""
    v: Literal[1] = 1


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the gate fares."""

    waiting: Count
    """Records stored and not yet confirmed."""
    oldest_ms: Millis = 0
    """Age of the oldest of them, by the gate's own boot clock; 0 if none or not known."""
    days_of_room: float = 0.0
    camera: str = ""
    fault: str = ""
    """`code` of the error the gate reports, if any."""
    view: str = ""
    """What the camera sees, such as `dark`; empty while it sees well or nothing is known."""
    posters: Count = 0
    """Codes in view that have become part of the wall."""
    resting: tuple[str, ...] = ()
    """Attempts at reading that are left out because the scanner died in them."""
    alarms: tuple[str, ...] = ()
    """Codes of what somebody should look after, such as `records-refused`."""
    wall: Millis = 0
    temperature_c: float | None = None
    power: str = ""
    """`ok`, `low`, `was-low` since the machine was started; empty if that is not known."""
    throttled: bool = False
    """The processor is slowed down by heat or weak power."""
    card_errors: Count | None = None
    """Errors that the file system with the records has met, ever."""
    card_read_only: bool = False
    memory_mb: Count | None = None
    """Memory that programs could still have."""
    starts: Count = 0
    """How often the scanner was started since the machine was."""
    clock: str = ""
    """How the scanner's clock stands, a ClockState; empty if that is not known."""
    clock_fault: str = ""
    """Code of what is wrong with the machine's clock."""
    certificate_days: int | None = None
    """Until the gate's certificate runs out."""
    policy: Count = 0
    """Version of the policy in force; 0 for the default."""
    policy_days: int | None = None
    """Since that policy was signed."""
    version: str = ""
    """Of the gate's program."""
    v: Literal[1] = 1


def pack(message: State | Health) -> bytes:
    """Spell a state or health message."""
    return canonical(msgspec.to_builtins(message))


def unpack_state(data: bytes) -> State:
    """Read a state message; raise WireError for anything else."""
    return read(State, parse(data, 16 * 1024))


def unpack_health(data: bytes) -> Health:
    """Read a health message; raise WireError for anything else."""
    return read(Health, parse(data, 16 * 1024))
