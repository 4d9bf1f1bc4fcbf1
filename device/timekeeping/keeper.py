"""The gate's clock: the system's, held against time servers, receipts and what was once known.

It asks the system through a port, decides through belief.py, and hands back what the journal should
say of it. It sets no clock: whatever it finds out, the stamps of earlier records stay.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

from device.flow import Instant, Remark
from device.timekeeping.belief import Belief, Fault, Known, believe
from device.timekeeping.bounds import Bounds, Made, proved
from device.timekeeping.saved import Anchor, SavedTime
from wire.receipt import Receipt
from wire.record import ClockState, What

log = structlog.get_logger()

STEP_MS = 500
"""Time servers that slew a clock move it by less within a second."""
ANSWERED_MS = 1_500
"""Right after a time server's answer its mark is no older, by the clock that was just set."""
EVERY_NS = 10**9
ANCHOR_NS = 3_600 * 10**9
"""An anchor is noted and saved so often."""
NOTE_NS = 10 * 10**9
"""A clock that is stepped again and again is told of so often."""
MS = 1_000_000


class System(Protocol):
    """The machine's clocks.

    - `read` returns the time since boot (ns) and the wall clock (ms since 1970, UTC).
    - `served` returns when a time server was last heard of, as a number that grows with each
      answer; 0 if the kernel only says that it is kept in step; None if it is not in step.
    """

    boot: str

    def read(self) -> tuple[int, int]:
        """Return this moment."""
        ...

    def served(self) -> int | None:
        """Say whether a time server keeps the wall clock in step."""
        ...


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Between what times the time must be."""

    floor_ms: int = 0
    """Surely past: somebody signed something then."""
    ceiling_ms: int = 2**53
    """Nothing after it is believed."""
    vouched: bool = False
    """Configuration says that this machine's clock is right."""


class Timekeeper:
    """The Clock port."""

    def __init__(
        self,
        system: System,
        limits: Limits,
        saved: SavedTime,
        recent: SavedTime,
        gate: str = "",
    ) -> None:
        """Go on from what was `saved` on the card, and `recent` in this boot.

        Receipts count if they are for `gate`.
        """
        self._system, self._limits, self._gate = system, limits, gate
        self._saved, self._recent = saved, recent
        self._made = Made()
        self._receipt_ms = 0
        self._mistrusted: int | None = None
        """The last answer of a time server before somebody else stepped the clock."""
        self._how = ""
        self._by_ms = 0
        self._told_ns = self._anchored_ns = -ANCHOR_NS
        self._stepped_ms = 0
        self._due_ns = 0
        self._kept_ns = -EVERY_NS
        up_ns, wall_ms = system.read()
        self._offset = wall_ms - up_ns // MS
        self._start, self._bounds = self._begin(up_ns // MS)
        self._served = system.served()
        self._recall(recent.load(), up_ns // MS)
        self._kept: tuple[int | None, int | None, int] | None = None
        self._kept_bounds: Bounds | None = None
        self._belief = self._decided(up_ns // MS)
        if self._belief.clock is ClockState.UNSYNCED:
            self._by_ms = self._belief.offset - self._offset
            self._how = self._belief.fault or ("saved" if self._by_ms else "start")
        self._introduced = False

    def _begin(self, up_ms: int) -> tuple[int, Bounds | None]:
        """Return from where the time goes on, and what receipts have proved in this very boot."""
        start, kept = self._limits.floor_ms - up_ms, self._saved.load()
        if kept is None or kept.wall_ms > self._limits.ceiling_ms:
            return start, None
        if kept.boot != self._system.boot or kept.up_ms > up_ms:
            return max(start, kept.wall_ms - up_ms), None
        return max(start, kept.wall_ms - kept.up_ms), _bounds(kept)

    def _recall(self, before: Anchor | None, up_ms: int) -> None:
        """Take over what the last process of this boot knew, and see if the clock was stepped."""
        if before is None or before.boot != self._system.boot or before.up_ms > up_ms:
            return
        self._bounds = _bounds(before) or self._bounds
        self._mistrusted = before.mistrusted
        if abs(self._offset - before.system) > STEP_MS and self._served == before.served:
            self._mistrusted = self._served

    def extend(self, ceiling_ms: int) -> None:
        """Believe times up to this one, if it is later than what was believed before."""
        if ceiling_ms > self._limits.ceiling_ms:
            self._limits = msgspec.structs.replace(self._limits, ceiling_ms=ceiling_ms)

    # -- the port -----------------------------------------------------------------------------

    def now(self) -> Instant:
        """Return this moment."""
        up_ns, wall_ms = self._system.read()
        offset = wall_ms - up_ns // MS
        if up_ns >= self._due_ns or abs(offset - self._offset) > STEP_MS:
            self._reckon(up_ns, offset)
        belief = self._belief
        used = offset if belief.follows else belief.offset
        return Instant(up_ns, max(0, up_ns // MS + used), belief.clock, self._system.boot)

    def at(self, captured_ns: int) -> Instant:
        """Return the moment at which the time since boot was `captured_ns`, just past."""
        now = self.now()
        passed_ms = max(0, now.up_ns - captured_ns) // MS
        wall_ms = max(0, now.wall_ms - passed_ms)
        return msgspec.structs.replace(now, up_ns=captured_ns, wall_ms=wall_ms)

    @property
    def fault(self) -> Fault:
        """Return what is wrong with the system's clock."""
        return self._belief.fault

    # -- what comes in ------------------------------------------------------------------------

    def look(self, journal: str, last: int, up_ns: int) -> None:
        """Take note of how far the journal has come; to be called with every frame."""
        self._made.look(journal, last, up_ns // MS)

    def heard(self, find: Callable[[], Receipt | None]) -> Receipt | None:
        """Return what `find` returns, and learn from it what time it is.

        Its signature was checked. One that is no younger than an earlier one proves nothing new.
        """
        found = find()
        if found is None or found.gate != self._gate or found.time <= self._receipt_ms:
            return found
        if found.time > self._limits.ceiling_ms:
            log.error("receipt.beyond-time")
            return found
        self._receipt_ms = found.time
        up_ns, wall_ms = self._system.read()
        before = self._made.before(found.journal, found.high)
        newer = proved(found.time, before, up_ns // MS)
        self._bounds = newer if self._bounds is None else self._bounds.joined(newer)
        self._reckon(up_ns, wall_ms - up_ns // MS)
        return found

    # -- the decision -------------------------------------------------------------------------

    def _reckon(self, up_ns: int, offset: int) -> None:
        earlier, served = self._served, self._system.served()
        self._served = served
        step, self._offset = offset - self._offset, offset
        if abs(step) > STEP_MS:
            self._stepped_ms += step
            late_ms = up_ns // MS + offset - (served or 0) // MS
            if served and (served == earlier or abs(late_ms) > ANSWERED_MS):
                self._mistrusted = served  # it was no answer of a time server that stepped it
        self._due_ns = up_ns + EVERY_NS
        before, self._belief = self._belief, self._decided(up_ns // MS)
        self._compare(before, self._belief)

    def _decided(self, up_ms: int) -> Belief:
        served = self._served
        known = Known(
            system=self._offset,
            served=served is not None and (served == 0 or served != self._mistrusted),
            start=self._start,
            ceiling_ms=self._limits.ceiling_ms,
            bounds=self._bounds,
            vouched=self._limits.vouched,
        )
        return believe(known, up_ms)

    def _compare(self, before: Belief, now: Belief) -> None:
        """Keep in mind what is to be told: another state, another fault, another time."""
        by_ms = now.offset - before.offset
        changed = (before.clock, before.fault) != (now.clock, now.fault)
        if not changed and abs(by_ms) <= STEP_MS:
            return
        self._by_ms += by_ms
        self._how = now.fault or self._source(now)
        tell = log.info if _is_told(now) else log.warning
        tell("clock", state=now.clock, fault=now.fault, how=self._how, by_ms=by_ms)

    def _source(self, now: Belief) -> str:
        if now.clock is ClockState.SYNCED:
            return "ntp"
        if now.clock is ClockState.ANCHORED or (self._bounds is not None and not now.follows):
            return "receipt"
        return "lost" if now.follows else "saved"

    # -- what is told -------------------------------------------------------------------------

    def notes(self) -> tuple[Remark, ...]:
        """Return what the journal should say, and save the time if it is due."""
        up_ns, _ = self._system.read()
        if not self._introduced:
            self._introduced = True
            log.info("clock", state=self._belief.clock, fault=self._belief.fault, how=self._how)
        self._pass_on(up_ns)
        return (*self._steps(up_ns), *self._changes(up_ns))

    def _pass_on(self, up_ns: int) -> None:
        """Write down for the next process of this boot whom to believe, and what was proved."""
        holds = (self._served, self._mistrusted, self._offset // STEP_MS)
        proved_more = self._bounds is not self._kept_bounds and up_ns - self._kept_ns >= EVERY_NS
        if holds == self._kept and not proved_more:
            return
        self._kept, self._kept_bounds, self._kept_ns = holds, self._bounds, up_ns
        self._recent.keep(self._anchor(up_ns))

    def _steps(self, up_ns: int) -> list[Remark]:
        if not self._stepped_ms or up_ns - self._told_ns < NOTE_NS:
            return []
        by_ms, self._stepped_ms, self._told_ns = self._stepped_ms, 0, up_ns
        return [Remark(What.CLOCK, {"how": "step", "by_ms": by_ms, "known": self._known(up_ns)})]

    def _changes(self, up_ns: int) -> list[Remark]:
        """Tell a change at once, unless there were many; tell and save an anchor every hour."""
        anchors = _is_told(self._belief) and up_ns - self._anchored_ns >= ANCHOR_NS
        changes = self._how and up_ns - self._told_ns >= NOTE_NS
        if not anchors and not changes:
            return []
        how, self._how = self._how or self._source(self._belief), ""
        by_ms, self._by_ms = self._by_ms, 0
        if not anchors:
            self._told_ns = up_ns
        else:
            self._anchored_ns = up_ns
            self._saved.keep(self._anchor(up_ns))
        return [Remark(What.CLOCK, {"how": how, "by_ms": by_ms, "known": self._known(up_ns)})]

    def _known(self, up_ns: int) -> dict[str, int]:
        """Return what receipts have proved, as bounds of time - up in ms."""
        if self._bounds is None:
            return {}
        found = self._bounds.at(up_ns // MS)
        return {"lo": found.lo} if found.hi is None else {"lo": found.lo, "hi": found.hi}

    def _anchor(self, up_ns: int) -> Anchor:
        up_ms = up_ns // MS
        known = None if self._bounds is None else self._bounds.at(up_ms)
        lo, hi = (None, None) if known is None else (known.lo, known.hi)
        return Anchor(
            up_ms + self._belief.offset,
            self._system.boot,
            up_ms,
            lo=lo,
            hi=hi,
            system=self._offset,
            served=self._served,
            mistrusted=self._mistrusted,
        )


def _bounds(kept: Anchor) -> Bounds | None:
    return None if kept.lo is None else Bounds(kept.lo, kept.hi, kept.up_ms)


def _is_told(belief: Belief) -> bool:
    """Say whether the time comes from somebody who counts: an anchor."""
    return belief.clock in (ClockState.SYNCED, ClockState.ANCHORED)
