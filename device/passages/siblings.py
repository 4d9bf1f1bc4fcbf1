"""What the place's other gates add to the count, and how old that is.

A number as the collector signed it. How old it may be is for the site's policy; here is only what
can be said of its age with a clock that may be unsure.
"""

from device.flow import Instant
from wire.record import ClockState
from wire.site import Summary


class Siblings:
    """The newest summary that is held."""

    def __init__(self) -> None:
        """Begin without one."""
        self._summary: Summary | None = None
        self._arrived_ns: int | None = None

    def hold(self, summary: Summary, arrived_ns: int | None) -> None:
        """Hold a summary that came at `arrived_ns` by the boot clock, or before this process."""
        self._summary, self._arrived_ns = summary, arrived_ns

    @property
    def inside(self) -> int:
        """Return what the others add; below zero where they are the way out."""
        return self._summary.inside if self._summary else 0

    def age_s(self, now: Instant) -> float | None:
        """Return how old the summary is at least, or None where that can't be told.

        By the boot clock it is as old as its arrival; a clock that is sure also knows how long it
        was on the way. The older of both counts.
        """
        ages = []
        if self._summary is not None and self._arrived_ns is not None:
            ages.append((now.up_ns - self._arrived_ns) / 1e9)
        if self._summary is not None and now.clock is not ClockState.UNSYNCED:
            ages.append((now.wall_ms - self._summary.time) / 1e3)
        return max(0.0, *ages) if ages else None
