"""From a boxed gate to its first confirmed scan, on a machine of its own.

Everything is real but the camera and the board's pins: systemd, NetworkManager, the enrolment
process, broker and intake.
"""

import configparser
import re
from collections.abc import Iterator
from typing import Any

import pytest
from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode

from collector import roster
from device.setup import wifi
from tests.lanes.appliance.gate import SCANNER, UPLINK, now_ns
from tests.lanes.appliance.machine import until
from tests.lanes.camera.door import Shown
from tests.lanes.install.cable import Enrolling, addresses
from tests.lanes.install.newgate import JOIN, NewGate
from wire.enrolcode import Network

pytestmark = pytest.mark.timeout(400)
IN_ORDER = True
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
    code: str, district: Enrolling, figures: dict[str, Any]
) -> None:
    """A code with a long passphrase is the largest."""
    wifi_code = district.code(
        "cong-cho-mau-2", "--wifi", "Chợ Mẫu Hai 5G", "--passphrase-stdin", given="mau " * 8 + "\n"
    )
    for each in (code, wifi_code):
        drawn = QRCode(error_correction=ERROR_CORRECT_L)
        drawn.add_data(each)
        drawn.make(fit=True)
        figures["qr_version"] = drawn.version
        assert drawn.version is not None
        assert drawn.version <= MOST_VERSION


@pytest.mark.parametrize(
    "network",
    [
        Network("wifi", "Chợ Mẫu; Hai\\", " matkhau \\s;mau=2026 ", "VN"),
        Network("wifi", "123;45;", "", "VN"),
        Network("ethernet"),
        Network("4g", "v-internet"),
    ],
    ids=lambda each: each.kind,
)
def test_networkmanager_reads_a_profile_as_it_was_meant(gate: NewGate, network: Network) -> None:
    """It is spelled again by the tree's own nmcli, which needs no daemon for it."""
    (gate.machine.lane / "profile").write_text(wifi.profile(network))
    told = gate.machine.prepare(
        *("sh", "-ec", "nmcli --offline connection modify connection.id same </opt/lane/profile")
    )
    found = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    found.read_string(told)
    assert found["connection"]["type"] == {"4g": "gsm"}.get(network.kind, network.kind)
    if network.kind == "wifi":
        # Not as a configuration's parser has it: a blank at the end counts.
        secrets = [line[4:] for line in told.split("\n") if line.startswith("psk=")]
        assert list(map(unescaped, secrets)) == [network.passphrase] * bool(network.passphrase)
        assert name_in(found["wifi"]["ssid"]) == network.name
    if network.kind == "4g":
        assert found["gsm"]["apn"] == network.name


def unescaped(value: str) -> str:
    """Read a value as GLib does."""
    marks = {"\\s": " ", "\\\\": "\\"}
    return re.sub(r"\\[s\\]", lambda each: marks[each[0]], value)


def name_in(value: str) -> str:
    """Read the name of a network, which NetworkManager spells as bytes or as text."""
    numbers = value.rstrip(";").split(";")
    if value.endswith(";") and all(each.isdigit() and int(each) < 256 for each in numbers):
        return bytes(map(int, numbers)).decode()
    return unescaped(value).replace("\\;", ";")


@pytest.mark.parametrize("missing", ["cable", "4G stick"])
def test_without_what_the_code_names_the_gate_says_so_and_waits(
    code: str, district: Enrolling, gate: NewGate, missing: str
) -> None:
    """NetworkManager itself looks for a cable, or for a modem, and finds none."""
    machine = gate.machine
    held = district.code("cong-4g", "--mobile", "v-internet") if missing == "4G stick" else code
    gate.hang_up([Shown(held, pictures=12)])
    started = now_ns()
    machine.boot(plugged=False)
    gate.shows(BUTTON, started)  # the code is held up, and nobody has pressed the button
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
    gate.hang_up([Shown(code, pictures=12)])
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
