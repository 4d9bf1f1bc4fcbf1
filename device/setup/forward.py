"""How far a gate's clock is set while it is enrolled: forward, and no further than is believed.

A Pi wakes with an old time. A code that the authority signed says a time that is past, and so does
the district's answer. A clock that somebody keeps is left alone. Values only.
"""

from device.flow import Instant
from wire.record import ClockState


def later_ms(now: Instant, told_ms: int, issued_ms: int, expires_ms: int) -> int | None:
    """Return to what the clock is to be set, or None to leave it.

    `told_ms` counts if it lies in the days of the code: beyond them no answer to it can be.
    """
    is_kept = now.clock is not ClockState.UNSYNCED
    if is_kept or told_ms <= now.wall_ms or not issued_ms <= told_ms <= expires_ms:
        return None
    return told_ms
