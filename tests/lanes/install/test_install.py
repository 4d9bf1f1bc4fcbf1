"""From a boxed gate to its first confirmed scan, on a machine of its own.

Everything is real but the camera and the board's pins: systemd, NetworkManager, the enrolment
process, broker and intake.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode

from collector import roster
from tests.lanes.appliance.gate import SCANNER, UPLINK, now_ns
from tests.lanes.appliance.machine import until
from tests.lanes.camera.door import Shown
from tests.lanes.install.cable import Enrolling, addresses
from tests.lanes.install.newgate import JOIN, NewGate

pytestmark = pytest.mark.timeout(240)
GATE = "cong-cho-mau"
MOST_S, MOST_VERSION = 60, 15
UNENROLLED, BUTTON, NO_NETWORK = "LL", "LLs", "LLLsss"
PROFILE = "/etc/NetworkManager/system-connections/gate.nmconnection"


@pytest.fixture(scope="session")
def code(district: Enrolling, gate: NewGate) -> Iterator[str]:
    """Return the text of a code for the gate, made at the collector's counter."""
    with district.enrolling(gate.machine), district.working(gate.machine):
        yield district.code(GATE)


def test_a_code_is_small_enough_for_a_phone_at_arms_length(
    code: str, figures: dict[str, Any]
) -> None:
    drawn = QRCode(error_correction=ERROR_CORRECT_L)
    drawn.add_data(code)
    drawn.make(fit=True)
    figures["qr_version"] = drawn.version
    assert drawn.version is not None
    assert drawn.version <= MOST_VERSION


def test_without_a_cable_the_gate_says_so_and_waits(code: str, gate: NewGate) -> None:
    machine = gate.machine
    gate.hang_up([Shown(code, pictures=12)])
    machine.boot(plugged=False)
    gate.shows(BUTTON, 0)  # the code is held up, and nobody has pressed the button
    since = now_ns()
    gate.press()
    gate.shows(NO_NETWORK, since, 60)
    assert not machine.path(PROFILE).exists()
    assert not machine.path("/etc/gate/keys/enrolment.json").exists()
    machine.power_off()


def test_a_gate_goes_from_its_box_to_its_first_confirmed_scan(
    code: str, gate: NewGate, district: Enrolling, figures: dict[str, Any]
) -> None:
    machine = gate.machine
    passes = [Shown(each) for each in district.passes(3)]
    started = now_ns()
    machine.boot(plugged=False)
    with addresses(machine, machine.folder):
        gate.shows(BUTTON, started)
        gate.press()
        until(lambda: machine.path("/run/gate-setup/state").exists(), 30, gate.told)
        gate.show(passes)  # what is held up from the next opening of the camera on
        with gate.pressing():
            enrolled = machine.path("/etc/gate/keys/enrolment.json")
            until(enrolled.exists, 60, gate.told)
            report = machine.path("/run/gate-selftest/self-test.json")
            until(report.exists, 60, gate.told)
        gate.first_confirmed_after(started)
        figures["to_confirmed_s"] = round((now_ns() - started) / 1e9, 1)
        assert figures["to_confirmed_s"] <= MOST_S

        stat = machine.path(PROFILE).stat()
        assert (stat.st_mode & 0o777, stat.st_uid) == (0o600, 0)
        assert machine.run("nmcli", "-g", "GENERAL.STATE", "device", "show", "host0").startswith(
            "100"
        )
        listed = roster.load(district.home.folder / "roster.json")
        assert [each.gate for each in listed.gates] == [GATE]
        assert '"reported"' in machine.path("/run/gate-setup/state").read_text()
        assert gate.is_ready(SCANNER)
        assert gate.is_ready(UPLINK)
        assert gate.holding([code]) == []
        assert code not in machine.journal(JOIN)
