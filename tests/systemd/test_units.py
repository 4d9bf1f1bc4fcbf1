"""The files for systemd, as systemd itself reads them; booted they are in tests/lanes/appliance.

This machine's systemd may be older than a gate's: of what it then does not know it is not asked.
"""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import IN_CI

FOLDER = Path(__file__).resolve().parents[2] / "systemd"
UNITS = sorted(
    (
        each
        for folder in (FOLDER, FOLDER / "district", FOLDER / "desk")
        for kind in ("service", "path", "mount", "timer", "target")
        for each in folder.glob(f"*.{kind}")
    ),
    key=str,
)
DESK = FOLDER / "desk/gate-desk.service"
SERVICES = [each for each in UNITS if each.suffix == ".service"]
RUNNING = [each for each in SERVICES if "Type=notify" in each.read_text()]
COMMANDS = ("/opt/gate/current/bin/gate", "/opt/gate-district/current/bin/collector")
BARELY = 1.5
MORE = {
    "gate-stick.service": 1.7,  # it mounts
    "gate-join.service": 2.5,  # it sets the clock and brings networks up
    "gate-backup.service": 3.1,  # as root it reads what each other process keeps for itself
    "gate-technician.service": 10,  # a technician is there to mend whatever is broken
}
"""What some services have to be able to do is itself an exposure."""
NEWER = re.compile(r": Failed to parse boolean value, ignoring: disconnected$")
ELSEWHERE = re.compile(
    r"(/opt/gate(?:-district)?/\w+|/usr/sbin)/\S+ is not executable|Unit gate-\S+ not found"
)
OTHERS = frozenset(
    {
        *COMMANDS,
        *("/usr/bin/systemctl", "/usr/sbin/sshd"),
        *("/usr/bin/touch", "/usr/bin/rm"),  # a technician's way in
    }
)


def analyze(*words: str | Path) -> str:
    """Return what systemd-analyze says, errors too."""
    program = shutil.which("systemd-analyze")
    if program is None and not IN_CI:
        pytest.skip("systemd-analyze is not on this machine")
    assert program is not None, "systemd-analyze is not on this machine"
    done = subprocess.run(
        [program, *words],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout


def settings(path: Path) -> configparser.ConfigParser:
    """Return a file's settings; of a key that is there several times, the last."""
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(path.read_text())
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: each.name)
def test_systemd_has_nothing_to_say_about_a_unit(unit: Path) -> None:
    said = [line for line in analyze("verify", unit).splitlines() if "gate-" in line]
    assert [line for line in said if not NEWER.search(line) and not ELSEWHERE.search(line)] == []


@pytest.mark.parametrize("unit", SERVICES, ids=lambda each: each.name)
def test_a_service_exposes_little(unit: Path) -> None:
    said = analyze("security", "--offline=yes", "--no-pager", unit)
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert found is not None, said
    assert float(found[1]) <= MORE.get(unit.name, BARELY)


@pytest.mark.parametrize("unit", RUNNING, ids=lambda each: each.name)
def test_a_service_is_watched_and_comes_back_for_ever(unit: Path) -> None:
    found = settings(unit)
    service = found["Service"]
    assert float(service["WatchdogSec"]) > 0
    assert service["NotifyAccess"] == "main"
    assert service["Restart"] == "always"
    assert found["Unit"]["StartLimitIntervalSec"] == "0"
    assert service["LimitCORE"] == "0"


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: each.name)
def test_no_unit_waits_for_a_network_or_for_the_time(unit: Path) -> None:
    waits = [
        line
        for line in unit.read_text().splitlines()
        if line.partition("=")[0] in ("After", "Requires", "Wants", "BindsTo", "Requisite")
    ]
    assert not re.search(r"network|time|cloud|sysinit|local-fs", " ".join(waits))


def test_the_scanner_waits_for_no_other_partition() -> None:
    found = settings(FOLDER / "gate-scanner.service")
    assert found["Unit"]["DefaultDependencies"] == "no"
    assert found["Unit"]["RequiresMountsFor"] == "/var/lib/gate /opt/gate /etc/gate"
    # `yes` would order it behind every partition; see systemd.exec(5).
    assert found["Service"]["PrivateTmp"] == "disconnected"


def test_no_folder_has_two_writers() -> None:
    doors = [each for each in RUNNING if each != DESK]
    owned = [
        folder
        for unit in doors
        for folder in settings(unit)["Service"].get("StateDirectory", "").split()
    ]
    own = ["accepted", "inbox", "journal", "log/scanner", "log/uplink", "presence"]
    assert sorted(owned) == [f"gate/{each}" for each in own]


def test_a_desk_takes_the_scanners_place_and_hears_its_own_machine_alone() -> None:
    found = settings(DESK)
    assert found["Unit"]["Conflicts"] == "gate-scanner.service"
    assert found["Service"]["IPAddressDeny"] == "any"
    assert found["Service"]["IPAddressAllow"] == "localhost"
    scanner = settings(FOLDER / "gate-scanner.service")["Service"]
    assert found["Service"]["User"] == scanner["User"]
    owned = set(found["Service"]["StateDirectory"].split())
    assert owned == {*scanner["StateDirectory"].split(), "gate/desk"}


def test_ours_is_the_last_word_about_the_watchdog() -> None:
    shipped = "40-rpi-enable-watchdog.conf"
    (ours,) = (FOLDER / "system.conf.d").glob("*watchdog*")
    assert ours.name > shipped
    manager = settings(ours)["Manager"]
    assert set(manager) == {"RuntimeWatchdogSec", "RebootWatchdogSec"}


@pytest.mark.parametrize("unit", SERVICES, ids=lambda each: each.name)
def test_what_a_service_runs_is_in_the_project(unit: Path) -> None:
    root = FOLDER.parent
    ran = re.findall(r"^Exec\w+=\+?(\S+)((?: \S+)*)", unit.read_text(), re.MULTILINE)
    assert ran
    for program, words in ran:
        module = re.search(r"-m (\S+)", words)
        if module is not None:
            path = root / module[1].replace(".", "/")
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()
        else:
            assert program in OTHERS


def test_a_release_on_trial_never_judges_itself() -> None:
    assert "/opt/gate/proven/bin/python -m device.update " in _ran("gate-update.service")
    assert "/opt/gate/trial/bin/python -m device.update.trial " in _ran("gate-trial.service")
    assert "proven" in (FOLDER / "tmpfiles.d/gate.conf").read_text()


def _ran(unit: str) -> str:
    return settings(FOLDER / unit)["Service"]["ExecStart"]


def test_the_records_partition_may_be_late_with_times_and_never_keeps_a_machine_from_starting() -> (
    None
):
    found = settings(FOLDER / "var-lib-gate.mount")
    assert {"noatime", "commit=300"} <= set(found["Mount"]["Options"].split(","))
    assert found["Install"]["WantedBy"] == "local-fs.target"
    assert found["Mount"]["Where"] == "/var/lib/gate"


def test_the_vaults_memory_goes_to_no_disk_and_it_has_no_network() -> None:
    service = settings(FOLDER / "district/gate-vault.service")["Service"]
    assert service["LimitCORE"] == "0"
    assert service["MemorySwapMax"] == "0"
    assert service["LimitMEMLOCK"] == "infinity"
    assert service["PrivateNetwork"] == "yes"
    assert service["RestrictAddressFamilies"] == "AF_UNIX"
    assert service["StateDirectoryMode"] == "0700"
