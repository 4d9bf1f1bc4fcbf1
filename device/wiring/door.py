"""Picks the parts of the scanner: the process with the camera and the pins, and no network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device import clock, config, enrol, health
from device.camera.picamera import PiCamera
from device.camera.pictures import Pictures
from device.camera.script import load_script
from device.cards.posts import Posts, posted
from device.credential import classify
from device.errors import CameraMissing
from device.flow import Frame, Instant
from device.gpio.patterns import speaks_ms
from device.i18n import N_
from device.inbox import Inbox
from device.journal.quarantine import Quarantine
from device.journal.store import CardJournal, Limits
from device.mandate import Mandate
from device.memory import Memory
from device.patience import Patience
from device.ports import Camera
from device.reading.cascade import CascadeReader, Pace
from device.reading.guidance import Adviser
from device.reading.presence import OnePerShowing, PresenceRules
from device.reading.rests import Marks, NoMarks, Rests
from device.reading.viewhealth import ViewWatch
from device.scanner import Scanner
from device.watchdog import Watchdog
from device.wiring.about import about
from device.wiring.attendance import attendant, mandate
from device.wiring.panel import pinned
from device.wiring.past import Oldest
from device.wiring.timepiece import ceiling, timekeeper
from wire.receipt import Receipt

log = structlog.get_logger()


@contextmanager
def scanner(found: config.Config) -> Iterator[Scanner]:
    """Build the scanner of a gate; raise a GateError if a part is missing."""
    root = enrol.root_key(found.folders.keys / enrol.ROOT)
    enrolled, records_key = enrol.load(found.folders.keys, root)
    frames = camera(found.camera)  # before the pins: a desk's configuration has neither
    run = found.folders.run
    run.mkdir(parents=True, exist_ok=True, mode=0o755)
    memory = Memory(run)
    posts = Posts(found.folders.accepted, enrolled)
    posts.begin()
    told = mandate(found.folders, posted(enrolled, posts.lasting), root)
    times = timekeeper(found, enrolled, told.past_ms, found.folders.accepted, run)
    here = posts.in_force(times.now())
    enrolment = posted(enrolled, here)
    if here != posts.lasting:
        told = mandate(found.folders, enrolment, root)
    presence = OnePerShowing(
        lambda text: told.takes(classify(text).kind), _rules(found.reading), memory.tag
    )
    presence.restore(memory.load())
    times.extend(ceiling(told.certificate))
    inbox = Inbox(found.folders.inbox, told.ring)
    journal = records(found, told, lambda: times.heard(inbox.receipt), records_key)
    marks, watch = _marks(run), ViewWatch()
    reader = CascadeReader(Pace(smallest_px=found.reading.smallest_px), marks=marks)
    wellbeing = health.HealthFile(
        run,
        lambda: (journal.waiting, journal.refusing),
        lambda: health.Sight(watch.state, presence.posters, marks.resting),
        lambda: about(told, times),
        Oldest(found.folders.journal, journal).up_ms,
    )
    pins = pinned(found.panel, enrolment.gate, times.now)
    watchdog = Watchdog.of()
    refused = Quarantine(
        found.folders.journal, found.folders.inbox, enrolment.gate, told.ring, journal.refused
    )

    def report(frame: Frame, now: Instant) -> None:
        if posts.in_force(now) != here:
            one.stop(again=True)
        watchdog.feed(now.up_ns, journal.answers)
        watch.look(frame.luma, frame.up_ns)
        pins.light(frame)
        times.look(journal.journal, journal.last, now.up_ns)
        wellbeing.report(frame, now)
        times.extend(ceiling(told.certificate))
        memory.keep(presence.remember, now.up_ns)
        refused.tend(now.up_ns)

    @contextmanager
    def storing(since_s: float) -> Iterator[None]:
        # Before the scan is stored: killed in between, the door asks again rather than count twice.
        memory.keep(presence.remember, clock.up_ns())
        with patience.during(since_s):
            yield

    with Patience(pins.panel.show) as patience:
        one = Scanner(
            camera=frames,
            reader=reader,
            presence=presence,
            classify=classify,
            doorman=attendant(found, enrolment, told, memory, journal, posts, times.notes),
            journal=journal,
            panel=pins.panel,
            clock=times,
            speaks_ms=speaks_ms,
            report=report,
            guide=Adviser(lambda: reader.guidance),
            inputs=pins.inputs,
            patient=storing,
        )
        yield one


def camera(
    source: config.PiCameraSource | config.PicturesSource | config.DoorwaySource | config.NoSource,
) -> Camera:
    """Return the camera that the configuration names; raise CameraMissing for a desk."""
    match source:
        case config.PiCameraSource():
            size = source.width, source.height
            return PiCamera(size, source.fps, source.controls, clock.up_ns)
        case config.PicturesSource():
            return Pictures(source.path, source.fps, clock.up_ns, clock.sleep, repeat=source.repeat)
        case config.DoorwaySource():
            # Only where it is asked for: a gate's own process is small without what draws.
            from device.camera.doorway import Doorway  # noqa: PLC0415

            script = load_script(source.script)
            return Doorway(script, source.fps, clock.up_ns, clock.sleep, source.record)
        case config.NoSource():
            msg = N_("the configuration is that of a desk: start `gate desk`")
            raise CameraMissing(msg)


def records(
    found: config.Config,
    told: Mandate,
    receipts: Callable[[], Receipt | None],
    key: Ed25519PrivateKey,
) -> CardJournal:
    """Return the journal of this gate, or of this desk."""
    limits = Limits(
        segment_records=found.journal.segment_records,
        keep_confirmed_s=found.journal.keep_confirmed_s,
        alive_s=found.journal.alive_s,
    )
    return CardJournal(
        found.folders.journal,
        found.folders.run,
        told.gate,
        told.ring.seal,
        receipts,
        limits,
        key=key,
    )


def _marks(run: Path) -> Marks:
    """Return where running attempts are marked; a door without that place reads all the same."""
    try:
        return Rests(run, clock.up_ns())
    except OSError as error:
        log.error("reading.unmarked", detail=error.strerror)  # noqa: TRY400  (said, not debugged)
        return NoMarks()


def _rules(found: config.Reading) -> PresenceRules:
    return PresenceRules(
        leave_s=found.leave_s,
        floor_s=found.floor_s,
        wrong_kind_s=found.wrong_kind_s,
        poster_s=found.poster_s,
    )
