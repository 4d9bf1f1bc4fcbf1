"""Picks the parts of a gate that waits for its enrolment code, and says which gate this is now."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from device import clock, config, enrol, joinstate, plainfile
from device.credential import classify, enrolment_code
from device.errors import EnrolmentUnreadable, GateError, NotEnrolled
from device.flow import Frame, Instant
from device.gpio.patterns import length_ms
from device.joinstate import JoinState
from device.newcomer import Errands, Newcomer
from device.reading.cascade import CascadeReader, Pace
from device.reading.presence import OnePerShowing
from device.scanner import Scanner
from device.watchdog import Watchdog
from device.wiring.door import camera, scanner
from device.wiring.panel import pinned
from wire.keys import KeyEntry

log = structlog.get_logger()


@contextmanager
def whoever(found: config.Config) -> Iterator[Scanner | Newcomer]:
    """Build what this gate is: the scanner of a door, or a newcomer that waits for its code.

    Raises a GateError if a part is missing, and NotEnrolled without the authority's root or where
    files are there that this user cannot read.
    """
    root = enrol.root_key(found.folders.keys / enrol.ROOT)
    try:
        enrol.load(found.folders.keys, root)
    except EnrolmentUnreadable:
        raise  # shown as distress and tried again: no code would help, and it is no newcomer
    except NotEnrolled as error:
        log.warning("scanner.nobody", code=error.code, detail=str(error))
        yield newcomer(found, root, error)
        return
    joinstate.withdraw(found.folders.run)  # it may hold a passphrase, and has done its work
    with scanner(found) as built:
        yield built


def watch(found: config.Config, stoppable: Callable[[Callable[[], None]], None]) -> None:
    """Be that until asked to stop; take up every part anew when the gate stands elsewhere.

    `stoppable` is told how to stop. Raises what `whoever` raises.
    """
    again = True
    while again:
        with whoever(found) as gate:
            stoppable(gate.stop)
            gate.run()
            again = isinstance(gate, Scanner) and gate.again


def newcomer(found: config.Config, root: KeyEntry, why: GateError) -> Newcomer:
    """Build what waits for the enrolment code."""
    own = clock.SystemClock(vouched=found.clock.vouched)
    pins = pinned(found.panel, " ", own.now)
    watchdog = Watchdog.of()
    found.folders.run.mkdir(parents=True, exist_ok=True, mode=0o755)

    def report(frame: Frame, now: Instant) -> None:
        pins.light(frame)
        watchdog.feed(now.up_ns)

    return Newcomer(
        root=root,
        camera=camera(found.camera),
        reader=CascadeReader(Pace()),
        presence=OnePerShowing(lambda text: classify(text).kind == enrolment_code.KIND),
        classify=classify,
        panel=pins.panel,
        inputs=pins.inputs,
        clock=Clock(own),
        errands=errands(found.folders),
        length_ms=length_ms,
        report=report,
        why=why,
    )


class Clock:
    """The Clock port of a gate without an enrolment: the system's, as it stands."""

    def __init__(self, own: clock.SystemClock) -> None:
        """Take the system's clocks."""
        self._own = own

    def now(self) -> Instant:
        """Return this moment."""
        return self._own.now()

    def at(self, captured_ns: int) -> Instant:
        """Return a moment just past."""
        now = self._own.now()
        return Instant(captured_ns, now.wall_ms, now.clock, now.boot)


def errands(folders: config.Folders) -> Errands:
    """Return what passes between this process and gate-setup."""
    began = _print(folders)

    def told() -> JoinState | None:
        return joinstate.told(folders.setup)

    return Errands(
        ask=lambda text: joinstate.ask(folders.run, text),
        withdraw=lambda: joinstate.withdraw(folders.run),
        told=told,
        is_enrolled=lambda: _print(folders) != began,
    )


def _print(folders: config.Folders) -> plainfile.Print | None:
    """Return what tells this enrolment from another one."""
    try:
        return plainfile.fingerprint(folders.keys / enrol.ENROLMENT)
    except OSError:
        return None
