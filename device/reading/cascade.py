"""The reader of a stream: cheap attempts on every frame, costlier ones in rotation.

A code is held up for many frames, so what one frame does not show the next may. Every frame gets
the cheap attempts. The first frame after motion gets all the quick ones too: most people are read
there. Then the costlier ones take turns, beginning with the one that last read something (glare
and dim light persist), as many in one frame as its budget allows; when nothing has moved for a
while they are made at a floor rate only, because a phone held still does not move either. Where
the marks of a code are seen that nobody reads, that place is remembered and looked at closely.

It counts costs in the attempts' own figures rather than by a clock, so that the same frames are
read the same way again. It knows nothing of what a code says.
"""

import msgspec

from device.flow import Frame, Guidance, Sighting
from device.reading.attempts import Attempt, always, last, merged, quick, rotation, sightings
from device.reading.guidance import Seen, why
from device.reading.motion import Motion
from device.reading.region import Regions
from device.reading.rests import Marks, NoMarks
from device.reading.suspect import Suspect, find
from device.reading.view import View, as_luma
from device.reading.zbar import ZBar

_S = 1_000_000_000

PRICED_PX = 1280 * 720
MOST_RELIEF = 3.0
"""However small a picture is, the whole list is not made on each frame."""


class Pace(msgspec.Struct, frozen=True):
    """How much is spent, and when."""

    budget: float = 2.2
    """For the costlier attempts in one frame, in the unit of `Attempt.cost`: the whole list in
    eight frames. The first attempt in turn is made whatever it costs."""
    near: float = 10.0
    """The same while an unread code is in view."""
    active_ns: int = 1 * _S
    """After the last motion every frame gets the budget for so long."""
    floor_ns: int = 1 * _S // 2
    """At a still door one attempt is made so often."""
    keep_ns: int = 3 * _S
    """An attempt that read something is made on every frame for so long after."""
    standing_ns: int = 5 * _S
    """A code that the cheap attempts have seen for so long (a poster) is no reason to make no
    other attempts: somebody may stand before it with another code."""
    hung_ns: int = 10 * _S
    """An unread code that has hung in its place for so long (a torn poster) is no reason to tell
    whoever walks by to try again."""
    hung_px: int = 24
    """Two looks at the same marks differ by less, a hand moves more."""
    suspect_every: int = 5
    """Frames in which nothing was read from one look for an unread code to the next."""
    smallest_px: int = 0
    """Codes whose longer side is less are not read: they are further away than anybody who
    means this door."""


class CascadeReader:
    """The Reader port over zxing-cpp and ZBar."""

    def __init__(
        self, pace: Pace | None = None, side: int | None = None, marks: Marks | None = None
    ) -> None:
        """Take the pace of the costlier attempts, and where the running one is marked.

        `side`, if given, is the long side in pixels to which larger frames are shrunk.
        """
        self._pace = pace or Pace()
        self._side = side
        self._marks = marks or NoMarks()
        zbar = ZBar()  # one: each keeps as much memory as a frame takes
        self._always, self._quick = always(), quick(zbar)
        self._rotation = (*self._quick, *rotation(zbar))
        self._regions = Regions(last(zbar), zbar)
        self._motion = Motion()
        self._turn = 0
        self._active_until = 0
        self._floor_due = 0
        self._winner: Attempt | None = None
        self._winner_until = 0
        self._found_since: int | None = None
        self._unread = 0
        self._seen: Seen | None = None
        self._hung: Seen | None = None
        self.guidance: Guidance | None = None
        """Why the code in the last frame could not be read, as far as can be told."""

    def see(self, frame: Frame) -> tuple[Sighting, ...]:
        """Return the codes read in this frame, the largest in view first; never raise."""
        luma = as_luma(frame.luma, self._side)
        if not luma.size:
            return ()
        view = View(luma)
        found = merged(self._look(view, frame))
        self._marks.leave()
        if found:
            self._unread, self.guidance, self._seen = 0, None, None
        return tuple(each for each in found if _is_near(each, self._pace.smallest_px))

    def _look(self, view: View, frame: Frame) -> list[list[Sighting]]:
        up_ns = frame.up_ns
        is_new = False
        if self._motion.moved(view.full):
            is_new, self._active_until = up_ns >= self._active_until, up_ns + self._pace.active_ns
        found = self._cheap(view, frame)
        if self._is_enough(bool(found), up_ns):
            return found
        if is_new:
            return [*found, *self._first(view, up_ns)]
        found += self._costlier(view, up_ns)
        if not found:
            found += self._closely(view, up_ns)
        return found

    def _cheap(self, view: View, frame: Frame) -> list[list[Sighting]]:
        """Look at half size; at full size if that shows nothing, and every other frame anyway.

        What is too small for half size may be a pass beside a larger code.
        """
        found: list[list[Sighting]] = []
        for attempt in self._always:
            if found and frame.number % 2 == 0:
                break
            if seen := self._made(attempt, view, frame.up_ns):
                found.append(seen)
        return found

    def _first(self, view: View, up_ns: int) -> list[list[Sighting]]:
        for attempt in self._quick:
            if seen := self._attempt(attempt, view, up_ns):
                return [seen]
        self._turn = len(self._quick)
        return []

    def _is_enough(self, found: bool, up_ns: int) -> bool:  # noqa: FBT001  # a fact, not a flag
        if not found:
            self._found_since = None
            return False
        if self._found_since is None:
            self._found_since = up_ns
        return up_ns - self._found_since < self._pace.standing_ns

    def _costlier(self, view: View, up_ns: int) -> list[list[Sighting]]:
        """Make the attempts that are due, until one reads something or the budget is spent."""
        left = self._allowance(up_ns) * _relief(view)
        winner = self._winner if up_ns < self._winner_until else None
        if winner is not None:
            if seen := self._attempt(winner, view, up_ns):
                return [seen]
            left -= winner.cost
        return self._turns(view, up_ns, left, winner) if left > 0 else []

    def _turns(
        self, view: View, up_ns: int, left: float, made: Attempt | None
    ) -> list[list[Sighting]]:
        """Go on in the rotation; the first attempt is made whatever it costs."""
        first = True
        for _ in range(len(self._rotation)):
            attempt = self._rotation[self._turn]
            if not first and attempt.cost > left:
                break
            first = False
            self._turn = (self._turn + 1) % len(self._rotation)
            if attempt is made:
                continue
            left -= attempt.cost
            if seen := self._attempt(attempt, view, up_ns):
                return [seen]
        return []

    def _closely(self, view: View, up_ns: int) -> list[list[Sighting]]:
        """Look for the marks of an unread code now and then, and closely where they were."""
        self._unread += 1
        if up_ns >= self._active_until:
            self._seen = self.guidance = None
            return []
        if self._unread % self._pace.suspect_every == 1:
            self._suspect(view, up_ns)
        if self._seen is None:
            return []
        for attempt in self._regions.turn(self._seen.suspect):
            if seen := self._made(attempt, view, up_ns):
                return [seen]
        return []

    def _suspect(self, view: View, up_ns: int) -> None:
        suspect = self._sought(view, up_ns)
        if suspect is not None:
            before, self._seen = self._seen, Seen(suspect, up_ns)
            self.guidance = None if self._hangs(self._seen) else why(view.full, self._seen, before)
        elif self._seen is not None and up_ns - self._seen.up_ns > self._pace.active_ns:
            self._seen = self.guidance = None

    def _hangs(self, seen: Seen) -> bool:
        """Say whether an unread code is part of the wall: nobody holds one so still for so long."""
        hung = self._hung
        if hung is None or _apart(hung.suspect, seen.suspect) > self._pace.hung_px:
            self._hung = hung = seen
        return seen.up_ns - hung.up_ns >= self._pace.hung_ns

    def _sought(self, view: View, up_ns: int) -> Suspect | None:
        if self._marks.rests("suspect", up_ns):
            return None
        self._marks.enter("suspect")
        try:
            return find(view, self._unread // self._pace.suspect_every)
        except Exception:  # noqa: BLE001  # as in `sightings`
            return None

    def _allowance(self, up_ns: int) -> float:
        if up_ns < self._active_until:
            return self._pace.budget if self._seen is None else self._pace.near
        if up_ns < self._floor_due:
            return 0.0
        self._floor_due = up_ns + self._pace.floor_ns
        return 1e-9  # enough to begin one attempt

    def _attempt(self, attempt: Attempt, view: View, up_ns: int) -> list[Sighting]:
        seen = self._made(attempt, view, up_ns)
        if seen:
            self._winner, self._winner_until = attempt, up_ns + self._pace.keep_ns
        return seen

    def _made(self, attempt: Attempt, view: View, up_ns: int) -> list[Sighting]:
        if self._marks.rests(attempt.name, up_ns):
            return []
        self._marks.enter(attempt.name)
        return sightings(attempt, view)


def _relief(view: View) -> float:
    """Return how much further a budget goes than at 1280x720: attempts cost by the pixel."""
    return PRICED_PX / max(PRICED_PX / MOST_RELIEF, view.full.size)


def _apart(one: Suspect, other: Suspect) -> int:
    (x, y), (u, v) = one.centre, other.centre
    return max(abs(x - u), abs(y - v))


def _is_near(sighting: Sighting, smallest_px: int) -> bool:
    """Say whether a code is large enough; one whose place is not known counts."""
    return not sighting.corners or sighting.extent >= smallest_px
