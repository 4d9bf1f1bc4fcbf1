"""What breaks under the gate's services is shown on its lamps, and mended without anyone's help."""

from collections.abc import Iterator

import pytest

from tests.lanes.appliance.conftest import leave_out_where_it_cannot_run
from tests.lanes.appliance.gate import PIPELINES, SCANNER, UPLINK, Gate, now_ns
from tests.lanes.appliance.machine import until

leave_out_where_it_cannot_run()
pytestmark = pytest.mark.timeout(400)  # the first run makes the tree

LONG_S = 60.0
CONFIG = "/etc/gate/gate.toml"


@pytest.fixture(autouse=True)
def stopped(gate: Gate) -> Iterator[None]:
    """Begin with the services stopped, and leave a door that works."""
    gate.machine.run("systemctl", "stop", SCANNER, UPLINK)
    yield
    gate.machine.run("systemctl", "start", SCANNER, UPLINK)
    gate.green_after(now_ns(), LONG_S)


def started(gate: Gate) -> int:
    """Start the services, as the machine does, and return when; they may fail."""
    since = now_ns()
    gate.machine.run("systemctl", "start", "--no-block", SCANNER, UPLINK)
    return since


def test_a_door_without_a_camera_is_out_of_order_until_there_is_one(gate: Gate) -> None:
    known = len(gate.said_lines(SCANNER, "camera-missing:"))
    hidden = gate.machine.path(f"{PIPELINES}/virtual.yaml")
    content = hidden.read_bytes()
    hidden.unlink()
    try:
        since = started(gate)
        until(lambda: len(gate.said_lines(SCANNER, "camera-missing:")) > known, LONG_S, gate.said)
        gate.distress_after(since, LONG_S)
    finally:
        hidden.write_bytes(content)
    gate.green_after(now_ns(), LONG_S)


def test_a_card_that_cannot_be_written_is_out_of_order_until_it_can(gate: Gate) -> None:
    gate.machine.write_protect(on=True)
    try:
        since = started(gate)
        gate.distress_after(since, LONG_S)
        until(lambda: gate.said_lines(SCANNER, "journal-broken:"), LONG_S, gate.said)
    finally:
        gate.machine.write_protect(on=False)
    gate.green_after(now_ns(), LONG_S)


def test_keys_that_may_not_be_read_are_shown_until_they_may(gate: Gate) -> None:
    key = "/etc/gate/keys/scanner/records.pem"
    gate.machine.run("chmod", "0600", key)
    try:
        since = started(gate)
        gate.distress_after(since, LONG_S)
        until(lambda: gate.said_lines(SCANNER, "not-enrolled:"), LONG_S, gate.said)
    finally:
        gate.machine.run("chmod", "0640", key)
    gate.green_after(now_ns(), LONG_S)


def test_a_torn_configuration_is_named_by_both_and_mended_in_place(gate: Gate) -> None:
    config = gate.machine.path(CONFIG)
    content = config.read_text()
    config.write_text(content[: len(content) // 2])
    try:
        started(gate)
        until(lambda: gate.said_lines(SCANNER, "config-invalid:"), LONG_S, gate.said)
        until(lambda: gate.said_lines(UPLINK, "config-invalid:"), LONG_S, gate.said)
    finally:
        config.write_text(content)
    gate.green_after(now_ns(), LONG_S)
    until(lambda: gate.is_ready(UPLINK), LONG_S, gate.said)
