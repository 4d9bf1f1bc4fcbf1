"""Picks the parts of `gate selftest`.

Each is let go before the next is taken: the camera is closed when the network is tried.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from device import believed, clock, config, enrol, plainfile
from device.credential import classify
from device.errors import GateError
from device.flow import Instant
from device.i18n import _
from device.reading.cascade import CascadeReader, Pace
from device.selftest import machine, report, sight, signs
from device.selftest.asking import Asking, Button, Terminal
from device.trouble import said
from device.uplink.link import Address
from device.uplink.trial import WHAT, there_and_back
from device.wiring.about import version
from device.wiring.door import camera
from device.wiring.panel import pinned
from device.wiring.road import brokers
from device.wiring.timepiece import timekeeper
from wire.enrolment import Enrolment
from wire.record import ClockState
from wire.selftest import Found, Outcome, Report

JSON, PAGE = "self-test.json", "self-test.txt"
ROOM, MOST = ".self-test.room", 64 * 1024
"""More than a report takes, in bytes."""
Tell = Callable[[str], None]


def run(found: config.Config, out: Path, tell: Tell) -> bool:
    """Test everything, write the report into `out`, and say whether nothing is bad.

    Raises NotEnrolled for a gate that has no key to sign with.
    """
    keys = found.folders.keys
    root = enrol.root_key(keys / enrol.ROOT)
    enrolment, key = enrol.load(keys, root)
    now = timekeeper(found, enrolment, enrolment.issued).now()
    out.mkdir(parents=True, exist_ok=True)  # before anybody has pressed a button for nothing
    plainfile.write(out / ROOM, bytes(MOST))
    (out / ROOM).unlink()
    steps: list[Found] = []

    def told(each: list[Found]) -> None:
        steps.extend(each)
        for one in each:
            tell(report.line(one))

    told([machine.storage(found.folders.journal, clock.up_ns), machine.clock(now)])
    told(machine.watchdogs())
    told(_sight(found, tell))
    told(_signs(found, tell))
    ca = believed.told(enrolment, root, found.folders.inbox).ca
    told([_broker(found, enrolment, ca, now)])
    made = Report(enrolment.gate, enrolment.place, now.wall_ms, now.clock, version(), tuple(steps))
    plainfile.write(out / JSON, report.signed(made, key), 0o644)
    plainfile.write(out / PAGE, report.page(made).encode(), 0o644)
    return made.passed


def _sight(found: config.Config, tell: Tell) -> list[Found]:
    reader = CascadeReader(Pace(smallest_px=found.reading.smallest_px))
    try:
        return sight.look(camera(found.camera), reader, classify, tell)
    except GateError as error:  # a desk has none; a drawn door may be wrongly described
        return [Found("camera", Outcome.BAD, said(error))]


def _signs(found: config.Config, tell: Tell) -> list[Found]:
    try:
        pins = pinned(found.panel, " ", clock.SystemClock().now)
        with pins.panel as panel, pins.inputs as inputs:
            ask: Asking = Button(inputs, tell, clock.up_ns, clock.sleep)
            if sys.stdin.isatty():
                ask = Terminal(tell)
            relay = found.panel.pins.relay is not None
            return signs.show(panel, ask, clock.sleep, relay=relay)
    except GateError as error:
        return [Found("panel", Outcome.BAD, said(error))]


def _broker(found: config.Config, enrolment: Enrolment, ca: str, now: Instant) -> Found:
    if machine.runs("gate-uplink.service"):
        return Found(WHAT, Outcome.LEFT_OUT, _("stop gate-uplink first: it has the same name"))
    folder = found.folders.keys / "uplink"
    addresses = [
        Address(each.host, each.port, enrolment.gate, folder, found.link.keepalive_s, ca)
        for each in brokers(found, enrolment)
    ]
    is_sure = now.clock is not ClockState.UNSYNCED
    wall = datetime.fromtimestamp(now.wall_ms / 1000, UTC) if is_sure else None
    return there_and_back(addresses, wall, clock.up_ns, clock.sleep)
