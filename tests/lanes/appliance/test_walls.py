"""What each service cannot do, tried from inside; and that it is the named directive's doing.

Every claim has its control: the same probe succeeds once the directive is left out, or behind the
walls of the service to which the thing belongs.
"""

from typing import Any

import pytest

from tests.lanes.appliance.conftest import leave_out_where_it_cannot_run
from tests.lanes.appliance.district import PORT
from tests.lanes.appliance.gate import SCANNER, UPLINK, Gate
from tests.lanes.appliance.machine import HOST
from tests.lanes.appliance.walls import tried

leave_out_where_it_cannot_run()
pytestmark = pytest.mark.timeout(400)  # the first run makes the tree

DISTRICT = ("connect", HOST, str(PORT))
CAMERA = "/dev/video99"
RECORDS, LINK = "/etc/gate/keys/scanner/records.pem", "/etc/gate/keys/uplink/tls.pem"
JOURNAL, INBOX = "/var/lib/gate/journal/probe", "/var/lib/gate/inbox/probe"
BARELY = 1.5
HELPERS = 2.5
"""For what must have the network, or a disk of a stranger, and root: once, for a moment."""
WAY_IN, JOIN, STICK = (
    f"/etc/systemd/system/gate-{each}.service" for each in ("technician", "join", "stick")
)
"""The most that systemd-analyze may find exposed, of 10."""


def test_the_scanner_has_no_network(gate: Gate) -> None:
    families = ("RestrictAddressFamilies",)
    network = ("PrivateNetwork", "IPAddressDeny")
    assert tried(gate, SCANNER, *DISTRICT) == "EAFNOSUPPORT"
    assert tried(gate, SCANNER, *DISTRICT, without=families) == "ENETUNREACH"
    assert tried(gate, SCANNER, *DISTRICT, without=(*families, *network)) == "done"
    assert tried(gate, UPLINK, *DISTRICT) == "done"


def test_the_uplink_has_no_device(gate: Gate) -> None:
    devices = ("PrivateDevices", "DevicePolicy", "ProtectClock")
    gate.machine.run("sh", "-c", f"mknod {CAMERA} c 1 3 && chmod 666 {CAMERA}")
    try:
        assert tried(gate, UPLINK, "read", CAMERA) == "ENOENT"
        assert tried(gate, UPLINK, "read", CAMERA, without=devices) == "done"
    finally:
        gate.machine.run("rm", CAMERA)


def test_each_reads_its_own_key_alone(gate: Gate) -> None:
    assert tried(gate, SCANNER, "read", RECORDS) == "done"
    assert tried(gate, UPLINK, "read", LINK) == "done"
    assert tried(gate, SCANNER, "read", LINK) == "EACCES"
    assert tried(gate, UPLINK, "read", RECORDS) == "EACCES"


def test_each_folder_has_one_writer(gate: Gate) -> None:
    assert tried(gate, SCANNER, "write", JOURNAL) == "done"
    assert tried(gate, UPLINK, "write", INBOX) == "done"
    assert tried(gate, SCANNER, "write", INBOX) == "EROFS"
    assert tried(gate, UPLINK, "write", JOURNAL) == "EROFS"
    assert tried(gate, SCANNER, "write", INBOX, without=("ProtectSystem",)) == "EACCES"
    assert tried(gate, UPLINK, "write", JOURNAL, without=("ProtectSystem",)) == "EACCES"


def test_systemd_finds_little_exposed(gate: Gate, figures: dict[str, Any]) -> None:
    found = {}
    for unit in (each for each in gate.units() if each.endswith(".service")):
        said = gate.machine.run("systemd-analyze", "security", "--offline=yes", "--no-pager", unit)
        (line,) = [line for line in said.splitlines() if "Overall exposure level" in line]
        found[unit] = float(line.partition(": ")[2].split()[0])
    # The way in is a shell for people, root's too: what guards it is who gets in, and how long.
    del found[WAY_IN]
    assert max(found.pop(JOIN), found.pop(STICK)) <= HELPERS, found
    assert max(found.values()) <= BARELY, found
    figures["exposure"] = max(found.values())


def test_systemd_has_nothing_to_say_about_our_files(gate: Gate) -> None:
    # A release on trial is there only while one is tried, and its unit names its program.
    gate.machine.run("ln", "-sfn", "/opt/gate/current", "/opt/gate/trial")
    try:
        assert gate.machine.complaints("systemd-analyze", "verify", *gate.units()) == ""
    finally:
        gate.machine.run("rm", "/opt/gate/trial")
