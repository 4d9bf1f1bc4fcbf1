"""How the scanner says that it is well: a small file in /run, replaced once a second.

The uplink reads it to tell the district whether the door works. It is written only after a frame
was really got, so a file that is fresh means a door that sees.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from device.flow import Frame, Instant, ViewHealth
from wire.record import ClockState

log = structlog.get_logger()

NAME = "scanner.json"
EVERY_NS = 10**9
FRESH_NS = 5 * 10**9


class Sight(msgspec.Struct, frozen=True):
    """How the scanner sees."""

    view: ViewHealth = ViewHealth.CLEAR
    posters: int = 0
    """Codes in view that have become part of the wall."""
    resting: tuple[str, ...] = ()
    """Attempts at reading in which the scanner has died since the machine started."""


class About(msgspec.Struct, frozen=True):
    """What else the scanner knows and the uplink may not read."""

    clock_fault: str = ""
    """What is wrong with the system's clock; see device/alarms.py."""
    certificate_ms: int = 0
    """When the gate's certificate runs out; 0 if that is not known."""
    policy: int = 0
    """Version of the policy in force; 0 for the default."""
    policy_ms: int = 0
    """When that was signed."""
    version: str = ""
    """Of the program."""


class Wellbeing(msgspec.Struct, frozen=True):
    """What the scanner knows of itself."""

    up_ns: int
    frames: int
    waiting: int
    refusing: bool
    """The card is full and new scans are refused."""
    oldest_up_ms: int = 0
    sight: Sight = Sight()
    wall_ms: int = 0
    """The gate's time at `up_ns`."""
    clock: ClockState | None = None
    """How far it is to be believed."""
    fps: float = 0.0
    """Frames a second since it last said so."""
    starts: int = 0
    """How often the scanner was started since the machine was."""
    about: About = msgspec.field(default_factory=About)


class HealthFile:
    """Writes it."""

    def __init__(
        self,
        run: Path,
        waiting: Callable[[], tuple[int, bool]],
        sight: Callable[[], Sight] = Sight,
        about: Callable[[], About] = About,
        oldest: Callable[[Instant], int] = lambda _now: 0,
    ) -> None:
        """Write into `run`.

        `waiting` gives the unconfirmed count and whether scans are refused, `sight` how the
        scanner sees, `about` what else it knows,
        `oldest` when the oldest unconfirmed record was made (ms of this boot, 0 if not known).
        """
        self._oldest = oldest
        self._about = about
        before = read(run)
        self._starts = before.starts + 1 if before is not None else 1
        self._sight = sight
        self._path = run / NAME
        self._waiting = waiting
        self._written_ns = -EVERY_NS
        self._frames = self._reported = 0
        self._lost = False
        self._told = Sight()

    def report(self, frame: Frame | None, now: Instant) -> None:
        """Take note of a frame, or of a turn of a desk's loop; write if a second has passed."""
        del frame
        self._frames += 1
        if now.up_ns - self._written_ns < EVERY_NS:
            return
        passed_ns, self._written_ns = now.up_ns - self._written_ns, now.up_ns
        frames, self._reported = self._frames - self._reported, self._frames
        waiting, refusing = self._waiting()
        sight = self._sight()
        if sight != self._told:
            log.info("sight", view=sight.view, posters=sight.posters, resting=sight.resting)
            self._told = sight
        found = Wellbeing(
            now.up_ns,
            self._frames,
            waiting,
            refusing,
            oldest_up_ms=self._oldest(now),
            sight=sight,
            wall_ms=now.wall_ms,
            clock=now.clock,
            fps=round(frames * 1e9 / max(passed_ns, 1), 1),
            starts=self._starts,
            about=self._about(),
        )
        try:
            temporary = self._path.with_suffix(".new")
            temporary.write_bytes(msgspec.json.encode(found))
            temporary.replace(self._path)
        except OSError as error:  # a door goes on without it; what is read then grows stale
            if not self._lost:
                log.error("health.lost", detail=error.strerror)  # noqa: TRY400
            self._lost = True
        else:
            self._lost = False


def read(run: Path) -> Wellbeing | None:
    """Return what the scanner last said, or None if nothing readable is there."""
    try:
        return msgspec.json.decode((run / NAME).read_bytes(), type=Wellbeing)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def is_fresh(found: Wellbeing | None, up_ns: int) -> bool:
    """Say whether the door saw something within the last seconds, and lets people in."""
    return found is not None and is_alive(found, up_ns) and not found.refusing


def is_alive(found: Wellbeing, up_ns: int) -> bool:
    """Say whether the scanner saw something within the last seconds."""
    return 0 <= up_ns - found.up_ns < FRESH_NS
