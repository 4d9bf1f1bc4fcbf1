"""Picks the parts of `gate status`: what looks at a gate, and the terminal."""

from collections.abc import Callable

from device import clock, config, enrol
from device.accepted import Accepted
from device.mandate import Mandate
from device.status import screen
from device.status.standing import Standing, standing
from device.wiring.timepiece import heeding, timekeeper

EVERY_S = 1.0


def onlooker(found: config.Config) -> Callable[[], Standing]:
    """Return what looks at the gate; raise NotEnrolled if it is nobody yet."""
    keys = found.folders.keys
    root = enrol.root_key(keys / enrol.ROOT)
    enrolment = enrol.held(keys, root)
    own = timekeeper(found, enrolment, enrolment.issued)
    now = heeding(own, found.folders.run)

    def look() -> Standing:
        at = now()
        told = Mandate(Accepted(found.folders.inbox, found.folders.accepted), enrolment, root)
        return standing(found, enrolment, at, told.lists(at.wall_ms))

    return look


def show(found: Standing) -> None:
    """Print it once."""
    screen.show(found, screen.console())


def watch(look: Callable[[], Standing]) -> None:
    """Keep it on the terminal until Ctrl-C."""
    with screen.live(screen.console()) as live:
        while True:
            live.update(screen.picture(look()), refresh=True)
            clock.sleep(EVERY_S)
