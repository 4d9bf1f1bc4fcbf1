"""The reader of a stream: cheap attempts on every frame, costlier ones in rotation.

A code is held up for many frames, so what one frame does not show the next may. Every frame gets
the cheap attempts. The costlier ones begin with the one that last read something (glare and dim
light persist) and take turns, as many in one frame as its budget allows; when nothing has moved
for a while they are made at a floor rate only, because a phone held still does not move either.

It counts costs in the attempts' own figures rather than by a clock, so that the same frames are
read the same way again. It knows nothing of what a code says.
"""

import msgspec

from device.flow import Frame, Sighting
from device.reading.attempts import Attempt, always, merged, rotation, sightings
from device.reading.motion import Motion
from device.reading.view import View, as_luma

_S = 1_000_000_000


class Pace(msgspec.Struct, frozen=True):
    """How much is spent, and when."""

    budget: float = 14.0
    """For the costlier attempts in one frame, in the unit of `Attempt.cost`: the whole list in
    two frames. The first attempt in turn is made whatever it costs."""
    active_ns: int = 1 * _S
    """After the last motion every frame gets the budget for so long."""
    floor_ns: int = 1 * _S // 2
    """At a still door one attempt is made so often."""
    keep_ns: int = 3 * _S
    """An attempt that read something is made on every frame for so long after."""
    standing_ns: int = 5 * _S
    """A code that the cheap attempts have seen for so long (a poster) is no reason to make no
    other attempts: somebody may stand before it with another code."""


class CascadeReader:
    """The Reader port over zxing-cpp and ZBar."""

    def __init__(self, pace: Pace | None = None, side: int | None = None) -> None:
        """Take the pace of the costlier attempts.

        `side`, if given, is the long side in pixels to which larger frames are shrunk.
        """
        self._pace = pace or Pace()
        self._side = side
        self._always = always()
        self._rotation = rotation()
        self._motion = Motion()
        self._turn = 0
        self._active_until = 0
        self._floor_due = 0
        self._winner: Attempt | None = None
        self._winner_until = 0
        self._found_since: int | None = None

    def see(self, frame: Frame) -> tuple[Sighting, ...]:
        """Return the codes read in this frame, the largest in view first; never raise."""
        luma = as_luma(frame.luma, self._side)
        if not luma.size:
            return ()
        view = View(luma)
        if self._motion.moved(luma):
            self._active_until = frame.up_ns + self._pace.active_ns
        found = [seen for each in self._always if (seen := sightings(each, view))]
        if self._is_enough(bool(found), frame.up_ns):
            return merged(found)
        return merged([*found, *self._costlier(view, frame.up_ns)])

    def _is_enough(self, found: bool, up_ns: int) -> bool:  # noqa: FBT001  # a fact, not a flag
        if not found:
            self._found_since = None
            return False
        if self._found_since is None:
            self._found_since = up_ns
        return up_ns - self._found_since < self._pace.standing_ns

    def _costlier(self, view: View, up_ns: int) -> list[list[Sighting]]:
        """Make the attempts that are due, until one reads something or the budget is spent."""
        left = self._allowance(up_ns)
        winner = self._winner if up_ns < self._winner_until else None
        if winner is not None:
            if seen := self._attempt(winner, view, up_ns):
                return [seen]
            left -= winner.cost
        first = True
        for _ in range(len(self._rotation) if left > 0 else 0):
            attempt = self._rotation[self._turn]
            if not first and attempt.cost > left:
                break
            first = False
            self._turn = (self._turn + 1) % len(self._rotation)
            if attempt is winner:
                continue
            left -= attempt.cost
            if seen := self._attempt(attempt, view, up_ns):
                return [seen]
        return []

    def _allowance(self, up_ns: int) -> float:
        if up_ns < self._active_until:
            return self._pace.budget
        if up_ns < self._floor_due:
            return 0.0
        self._floor_due = up_ns + self._pace.floor_ns
        return 1e-9  # enough to begin one attempt

    def _attempt(self, attempt: Attempt, view: View, up_ns: int) -> list[Sighting]:
        seen = sightings(attempt, view)
        if seen:
            self._winner, self._winner_until = attempt, up_ns + self._pace.keep_ns
        return seen
