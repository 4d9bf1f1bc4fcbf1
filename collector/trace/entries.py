"""The values of a trace: what was seen, what follows from it, what is asked and answered.

Values only: no file, no clock. Times are ms since 1970, UTC, and come in pairs: the earliest and
the latest that it can have been.
"""

import enum

import msgspec

from wire.openinghours import Hours

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
ZONE_MS = 7 * HOUR_MS
"""Of Asia/Ho_Chi_Minh, ahead of UTC: the same all year, and since 1975 always."""


def day_of(at_ms: int) -> int:
    """Return the local day of a time: days since 1 January 1970."""
    return (at_ms + ZONE_MS) // DAY_MS


def midnight(day: int) -> int:
    """Return when a local day begins."""
    return day * DAY_MS - ZONE_MS


class Way(enum.IntEnum):
    """Which way a person passed. Stored, so never renumbered."""

    IN = 0
    OUT = 1


class Flag(enum.IntFlag):
    """What is to be known about one sighting. Stored, so never renumbered."""

    ARRIVAL = 1
    """Its time has no usable bounds: it is that of its arrival, the latest it can have been."""
    PAPER = 2
    ATTENDED = 4
    INFERRED = 8
    """The door serves both ways, and guessed which one it was from what it had seen itself."""
    CANCELLED = 16
    """Nobody passed after it."""


class Sighting(msgspec.Struct, frozen=True):
    """One accepted scan of one person."""

    at: int
    """The earliest it can have been."""
    span: int
    """How much later it can have been."""
    gate: int
    place: int
    way: Way
    mark: int
    """Number of the journal; with `seq` the identity of the record."""
    seq: int
    flags: Flag = Flag(0)
    link: int = 0
    """The kind of alias that led from the code to the person."""

    @property
    def until(self) -> int:
        """Return the latest it can have been."""
        return self.at + self.span

    @property
    def day(self) -> int:
        """Return the local day of the middle of its time: what its retention goes by."""
        return day_of(self.at + self.span // 2)


class Setting(msgspec.Struct, frozen=True):
    """What pairing goes by at one place."""

    place: int
    area: int
    """Two places are distant if their areas differ."""
    longest_ms: int = 12 * HOUR_MS
    """The longest that anybody usually stays at such a place."""
    hours: Hours = Hours()


class How(enum.IntEnum):
    """How the end of a stay is known. Stored, so never renumbered."""

    SEEN = 0
    """Entry and exit were seen."""
    ELSEWHERE = 1
    """No exit was seen; the person was seen elsewhere, or coming in again, at the latest end."""
    CLOSING = 2
    """No exit was seen; the place closed at the latest end."""
    LONGEST = 3
    """No exit was seen; nobody usually stays longer than to the latest end."""
    UNENTERED = 4
    """The exit was seen, and no entry."""


class Doubt(enum.IntFlag):
    """What makes a stay doubtful beyond its bounds. Stored, so never renumbered."""

    COPIED = 1
    """The code was seen at two distant places at once: it was copied, or lent."""
    UNSURE = 2
    """A time in it has no usable bounds."""


class Stay(msgspec.Struct, frozen=True):
    """One person at one place, from an entry to an exit."""

    place: int
    in_lo: int
    in_hi: int
    out_lo: int
    out_hi: int
    how: How
    doubts: Doubt = Doubt(0)

    @property
    def day(self) -> int:
        """Return the local day of what was seen of it first: what its retention goes by."""
        if self.how is How.UNENTERED:
            return day_of((self.out_lo + self.out_hi) // 2)
        return day_of((self.in_lo + self.in_hi) // 2)
