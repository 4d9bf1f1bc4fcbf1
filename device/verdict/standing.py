"""What a door knows of one subject, and of the people inside, at the moment it judges.

Values only; device/passages keeps the memory behind them. A door judges by what it knows: its own
passages, and a signed summary of its sibling gates as old as it is.
"""

import msgspec

from wire.record import Direction


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What this door knows of the one who shows a code. The default: nothing."""

    last: Direction | None = None
    """The way of the last accepted passage at this door, or None if none is remembered."""
    since_s: float | None = None
    """Seconds since that passage, by the boot clock."""
    entries: int = 0
    """Entries made with this pass at this door."""
    inside: int = 0
    """People inside the place: this door's own count, and what its siblings add."""
    siblings_age_s: float | None = None
    """Age of what the siblings add; None if the place has no other gate."""
    siblings_unknown: bool = False
    """The place has other gates, and nothing of theirs is known."""


NOTHING = Standing()
