"""Picks the parts of the uplink: the process with the network, and no camera, no pins, no names."""

from device import believed, clock, config, enrol
from device.errors import NotEnrolled
from device.i18n import N_
from device.uplink.link import Address
from device.uplink.uplink import Folders, Settings, Uplink
from device.watchdog import Watchdog
from device.wiring.timepiece import heeding, timekeeper
from wire.enrolment import Broker, Enrolment
from wire.record import ClockState


def brokers(found: config.Config, enrolment: Enrolment) -> tuple[Broker, ...]:
    """Return where the district's broker is: as configuration has it, or else the enrolment.

    Raises NotEnrolled if neither says it.
    """
    told = found.link.brokers or enrolment.brokers
    if not told:
        msg = N_("neither the enrolment nor link.brokers says where the district's broker is")
        raise NotEnrolled(msg)
    return tuple(Broker(each.host, each.port) for each in told)


def uplink(found: config.Config) -> Uplink:
    """Build the uplink of a gate."""
    keys = found.folders.keys
    root = enrol.root_key(keys / enrol.ROOT)
    enrolment = enrol.held(keys, root)
    addresses = tuple(
        Address(each.host, each.port, enrolment.gate, keys / "uplink", found.link.keepalive_s)
        for each in brokers(found, enrolment)
    )
    settings = Settings(
        gate=enrolment.gate,
        addresses=addresses,
        window=found.link.window,
        retry_ns=int(found.link.retry_s * 1e9),
        reconnect_max_s=found.link.reconnect_max_s,
        backlog_per_s=found.link.backlog_per_s,
    )
    folders = Folders(found.folders.journal, found.folders.run, found.folders.inbox)
    own = timekeeper(found, enrolment, enrolment.issued)
    now = heeding(own, found.folders.run)
    return Uplink(
        settings,
        folders,
        believed.told(enrolment, root, found.folders.inbox),
        clock.up_ns,
        lambda: now().wall_ms,
        Watchdog.of().feed,
        is_sure=lambda: now().clock is not ClockState.UNSYNCED,
    )
