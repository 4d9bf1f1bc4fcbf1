"""Another release of the program, brought to a gate that works: real wheels, pip and systemd."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lanes.appliance import release
from tests.lanes.appliance.conftest import leave_out_where_it_cannot_run
from tests.lanes.appliance.district import District
from tests.lanes.appliance.gate import SCANNER, UPLINK, Gate, now_ns
from tests.lanes.appliance.machine import until

leave_out_where_it_cannot_run()
pytestmark = pytest.mark.timeout(900)  # the first run makes the tree and fetches the wheels

LONG_S = 300.0
UPDATE = "gate-update.service"
WITHIN_S = 60
DROP_IN = f"""\
[Service]
ExecStart=
ExecStart=/opt/gate/proven/bin/python -m device.update --config /etc/gate/gate.toml \\
  --releases /opt/gate --brought {release.BROUGHT} --within {WITHIN_S}
"""


@pytest.fixture
def card(gate: Gate) -> Iterator[Gate]:
    """Return a gate to which a release can be brought, and leave one that works."""
    drop_in = gate.machine.path(f"/etc/systemd/system/{UPDATE}.d/lane.conf")
    drop_in.parent.mkdir(exist_ok=True)
    drop_in.write_text(DROP_IN)
    gate.machine.run("systemctl", "daemon-reload")
    release.camera_from_the_system(gate)
    release.forget(gate)
    yield gate
    gate.machine.run("systemctl", "stop", "gate-update.path", UPDATE)
    proven = gate.machine.run("readlink", "-f", "/opt/gate/proven").strip()
    gate.machine.run("ln", "-sfn", proven, "/opt/gate/current")
    gate.machine.run("rm", "-f", "/opt/gate/trial")
    release.forget(gate)
    gate.machine.run("systemctl", "start", "gate-update.path")
    gate.machine.run("systemctl", "restart", SCANNER, UPLINK)
    gate.green_after(now_ns(), LONG_S)


def told(gate: Gate) -> str:
    return gate.machine.journal(UPDATE)[-2000:] + gate.machine.journal("gate-trial.service")[-2000:]


def running(gate: Gate) -> str:
    return gate.machine.run("readlink", "/opt/gate/current").strip().rpartition("/")[2]


def program(gate: Gate) -> str:
    """Return which release the scanner's process was loaded from."""
    pid = gate.machine.main_pid(SCANNER)
    maps = gate.machine.path(f"/proc/{pid}/maps").read_text().split()
    (found,) = {
        each.split("/")[4]
        for each in maps
        if each.startswith("/opt/gate/releases/") and "zxing" in each
    }
    return found


def test_a_release_runs_once_it_is_brought_and_a_broken_one_is_left_again(
    card: Gate, district: District, tmp_path: Path
) -> None:
    good = release.make(tmp_path / "good", district, works=True)
    release.bring(card, tmp_path / "good")
    until(lambda: release.said(card, "accepted"), LONG_S, lambda: told(card))
    assert running(card) == good == program(card)
    card.green_after(now_ns(), LONG_S)
    release.forget(card)

    release.make(tmp_path / "bad", district, works=False)
    release.bring(card, tmp_path / "bad")
    until(lambda: release.said(card, "refused"), LONG_S, lambda: told(card))
    assert release.said(card, "refused").startswith("release-failed: ")
    assert card.said_lines(SCANNER, "RuntimeError")  # it was tried in earnest
    until(lambda: running(card) == good, LONG_S, lambda: told(card))
    card.green_after(now_ns(), LONG_S)
    assert program(card) == good
    until(lambda: not card.machine.tried("systemctl", "is-active", UPDATE), LONG_S)
    assert len(card.machine.run("ls", "/opt/gate/releases").split()) <= 2


def test_a_forged_and_a_torn_release_are_laid_aside(
    card: Gate, district: District, tmp_path: Path
) -> None:
    release.make(tmp_path / "torn", district, works=True)
    (wheel,) = (tmp_path / "torn").glob("tinydb-*.whl")
    wheel.write_bytes(wheel.read_bytes()[:-1])
    (tmp_path / "forged").mkdir()
    signed = (tmp_path / "torn/release.json").read_bytes()
    (tmp_path / "forged/release.json").write_bytes(signed.replace(b'"title":"0', b'"title":"9'))
    before = running(card), card.machine.main_pid(SCANNER)
    for name in ("torn", "forged"):
        release.bring(card, tmp_path / name)
        until(lambda: release.said(card, "refused"), LONG_S, lambda: told(card))
        assert release.said(card, "refused").startswith("release-refused: ")
        release.forget(card)
    assert (running(card), card.machine.main_pid(SCANNER)) == before
