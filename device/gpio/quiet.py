"""When the door is silent: hours of the local day, and nothing about signals."""

from datetime import time

import msgspec

from device.flow import Instant
from wire.record import ClockState

MINUTE_MS = 60_000
DAY_MIN = 24 * 60


class QuietHours(msgspec.Struct, frozen=True):
    """From `begins` to `ends`, every day; over midnight if `ends` is the earlier."""

    begins: time
    ends: time
    utc_offset_min: int
    """Local time is so many minutes ahead of UTC."""

    def cover(self, now: Instant) -> bool:
        """Say whether `now` is within them.

        Never by a clock that is not to be trusted: a gate that is heard at night annoys, one that
        is silent by day is not understood by people who do not see its lamps.
        """
        if now.clock is ClockState.UNSYNCED:
            return False
        minute = (now.wall_ms // MINUTE_MS + self.utc_offset_min) % DAY_MIN
        begins, ends = _minute(self.begins), _minute(self.ends)
        if begins <= ends:
            return begins <= minute < ends
        return minute >= begins or minute < ends


def _minute(of_day: time) -> int:
    return of_day.hour * 60 + of_day.minute
