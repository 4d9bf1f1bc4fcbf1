"""One code held up is one reading, whatever the engines do in between.

Values in, values out: no clock, no file, no picture. Which codes are worth a reading at once is a
question put to `wanted`; what they mean is nobody's business here. Texts are kept in memory while
their codes are in view; what may be kept on disk are keyed digests of them.
"""

from collections.abc import Callable, Iterable

import msgspec

from device.flow import Form, Reading, Sighting

_S = 1_000_000_000
_NEVER = -(2**62)


class PresenceRules(msgspec.Struct, frozen=True):
    """When a code counts. Times in seconds."""

    leave_s: float = 0.6
    """Not seen for so long, a code has left the view: longer than a shaking hand hides it."""
    floor_s: float = 3.0
    """A code that comes back sooner after its reading is still being held up."""
    wrong_kind_s: float = 0.7
    """A code that is not wanted counts after being in view for so long with no wanted one."""
    turn_s: float = 0.5
    """A wanted code that waits for so long to be answered goes before larger ones."""
    poster_s: float = 10.0
    """A code that does not move for so long is background."""
    poster_memory_s: float = 300.0
    """A poster hidden by people for less than this, and seen again where it was, is still one."""
    still_px: int = 8
    """Of the frame; engines differ by less, a hand by more."""
    stall_s: float = 0.5
    """More than this between two frames says nothing about what was in view meanwhile."""
    resume_s: float = 20.0
    """After a restart, a code last seen so long ago or less is still being held up."""
    most: int = 256
    """Codes remembered at once; a screen that flashes thousands does not fill the memory."""


class _Showing:
    """One code while it is in view, and for as long after as it matters."""

    def __init__(self, *, wanted: bool, up_ns: int) -> None:
        self.wanted = wanted
        self.first_ns = up_ns
        self.last_ns = up_ns
        self.absent_ns = 0
        """How long frames have come in which it was not seen."""
        self.read_ns = _NEVER
        self.is_read = False
        self.place: tuple[int, int] | None = None
        self.still_ns = up_ns
        self.is_background = False


class OnePerShowing:
    """The Presence port. Feed it every frame, also those in which nothing was read."""

    def __init__(
        self,
        wanted: Callable[[bytes], bool],
        rules: PresenceRules | None = None,
        tag: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """Take what makes a code wanted, the rules, and a keyed digest for `remember`."""
        self._wanted = wanted
        self._rules = rules or PresenceRules()
        self._tag = tag
        self._showings: dict[bytes, _Showing] = {}
        self._resumed: dict[bytes, int] = {}
        self._busy_until = _NEVER
        self._wanted_seen_ns = _NEVER
        self._last_ns: int | None = None

    @property
    def posters(self) -> int:
        """Return how many codes in view are background."""
        leave_ns = self._rules.leave_s * _S
        shown = self._showings.values()
        return sum(each.is_background and each.absent_ns <= leave_ns for each in shown)

    def admit(self, sightings: tuple[Sighting, ...], up_ns: int) -> Reading | None:
        """Return the reading that is due in the frame captured at `up_ns`, if any.

        `sightings` come the largest first, and in that order codes are preferred.
        """
        self._age(up_ns)
        forms = {each.text: each.form for each in sightings}
        seen = {each.text: self._sight(each, up_ns) for each in sightings}
        self._forget(up_ns)
        candidates = {text: each for text, each in seen.items() if not each.is_background}
        if any(each.wanted for each in candidates.values()):
            self._wanted_seen_ns = up_ns
        if up_ns < self._busy_until:
            return None
        for text, showing in self._in_turn(candidates, up_ns):
            if not showing.is_read and self._is_due(showing, up_ns):
                showing.is_read, showing.read_ns = True, up_ns
                return Reading(text, up_ns, forms[text])
        return None

    def answered(self, reading: Reading, until_ns: int) -> None:
        """Say that `reading` was answered; no other is due before `until_ns`.

        Until then the code itself stays read, however often it is seen.
        """
        self._busy_until = max(self._busy_until, until_ns)
        showing = self._showings.get(reading.text)
        if showing is not None:
            showing.is_read = True

    def remember(self) -> tuple[tuple[bytes, int], ...]:
        """Return (digest, last seen) of the codes that have been read and may still be held up.

        Without a `tag` there is nothing to return: a text is never given out.
        """
        if self._tag is None:
            return ()
        return tuple(
            (self._tag(text), each.last_ns) for text, each in self._showings.items() if each.is_read
        )

    def restore(self, seen: Iterable[tuple[bytes, int]]) -> None:
        """Take back what a scanner remembered before it was restarted, in the same boot."""
        self._resumed = dict(seen)

    def _age(self, up_ns: int) -> None:
        """Count the time since the last frame as absence; `_sight` takes it back."""
        since = 0 if self._last_ns is None else up_ns - self._last_ns
        self._last_ns = up_ns
        step = max(0, min(since, int(self._rules.stall_s * _S)))
        for each in self._showings.values():
            each.absent_ns += step

    def _sight(self, sighting: Sighting, up_ns: int) -> _Showing:
        showing = self._showings.get(sighting.text)
        if showing is None:
            showing = self._begin(sighting, up_ns)
        self._place(showing, sighting, up_ns)
        if self._is_gone(showing, up_ns):
            showing.first_ns, showing.is_read = up_ns, False
            showing.still_ns, showing.is_background = up_ns, False
        showing.absent_ns, showing.last_ns = 0, up_ns
        return showing

    def _begin(self, sighting: Sighting, up_ns: int) -> _Showing:
        text = sighting.text
        is_whole = sighting.form is Form.QR
        showing = _Showing(wanted=is_whole and self._wanted(text), up_ns=up_ns)
        if self._resumed and self._tag is not None:
            last_ns = self._resumed.pop(self._tag(text), _NEVER)
            if 0 <= up_ns - last_ns <= self._rules.resume_s * _S:
                showing.is_read, showing.read_ns = True, last_ns
        self._showings[text] = showing
        return showing

    def _place(self, showing: _Showing, sighting: Sighting, up_ns: int) -> None:
        """See whether it moved: what moves is no poster, what never does is one."""
        place = _centre(sighting)
        if place is None or not _near(showing.place, place, self._rules.still_px):
            showing.place, showing.still_ns = place, up_ns
            showing.is_background = False
        elif up_ns - showing.still_ns >= self._rules.poster_s * _S:
            showing.is_background = True

    def _is_gone(self, showing: _Showing, up_ns: int) -> bool:
        """Say whether it had left the view, so that it counts again."""
        if showing.is_background and not showing.wanted:
            return showing.absent_ns > self._rules.poster_memory_s * _S
        if showing.absent_ns <= self._rules.leave_s * _S:
            return False
        return up_ns - showing.read_ns >= self._rules.floor_s * _S

    def _in_turn(
        self, candidates: dict[bytes, _Showing], up_ns: int
    ) -> list[tuple[bytes, _Showing]]:
        """Return the codes in the order they may be read: as they came, the longest waiting first.

        Else whoever holds up ever new codes, larger ones, would be answered for ever.
        """
        before_ns = up_ns - int(self._rules.turn_s * _S)

        def waiting_since(found: tuple[bytes, _Showing]) -> int:
            showing = found[1]
            return showing.first_ns if showing.wanted and showing.first_ns <= before_ns else up_ns

        return sorted(candidates.items(), key=waiting_since)

    def _is_due(self, showing: _Showing, up_ns: int) -> bool:
        if showing.wanted:
            return True
        alone_since = max(showing.first_ns, self._wanted_seen_ns)
        return up_ns - alone_since >= self._rules.wrong_kind_s * _S

    def _forget(self, up_ns: int) -> None:
        for text, showing in list(self._showings.items()):
            if showing.absent_ns and self._is_gone(showing, up_ns):
                del self._showings[text]
        surplus = len(self._showings) - self._rules.most
        if surplus > 0:
            oldest = sorted(self._showings, key=lambda text: self._showings[text].last_ns)
            for text in oldest[:surplus]:
                del self._showings[text]


def _centre(sighting: Sighting) -> tuple[int, int] | None:
    if not sighting.corners:
        return None
    xs, ys = zip(*sighting.corners, strict=True)
    return sum(xs) // len(xs), sum(ys) // len(ys)


def _near(one: tuple[int, int] | None, other: tuple[int, int], px: int) -> bool:
    return one is not None and abs(one[0] - other[0]) <= px and abs(one[1] - other[1]) <= px
