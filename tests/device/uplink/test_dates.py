"""Certificates are judged by the gate's own time: not by the system's, and not by a guess."""

from datetime import datetime, timedelta

import pytest

from broker.launch import launch
from device import clock
from device.errors import CertificateExpired
from device.uplink.link import Address, Link, Up
from tests.device.site import GATE, NOW, Site
from tests.device.uplink.district import OURS, WILL, settings


def is_let_in(site: Site, port: int, now: datetime | None) -> bool:
    made = Link(Address("localhost", port, GATE, site.keys / "uplink", 10), WILL, OURS, now)
    try:
        for _ in range(3000):
            made.turn(readable=True, writable=bool(made.writable))
            if any(isinstance(event, Up) for event in made.events):
                return True
            clock.sleep(0.01)
    finally:
        made.close()
    return False


def test_a_gate_that_is_not_sure_of_its_time_judges_no_date(site: Site) -> None:
    to = settings(site.home)
    with launch(to, site.folder / "broker"):
        assert is_let_in(site, to.port, NOW)
        assert is_let_in(site, to.port, None)


@pytest.mark.parametrize("years", [-50, 70])
def test_a_gate_that_is_sure_of_it_does(site: Site, years: int) -> None:
    to = settings(site.home)
    with launch(to, site.folder / "broker"), pytest.raises(CertificateExpired):
        is_let_in(site, to.port, NOW + timedelta(days=365 * years))
