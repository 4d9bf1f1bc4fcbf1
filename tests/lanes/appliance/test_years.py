"""Services that start in another century: the door goes on, and its records reach the district.

A gate's clock may say anything after a night without power. Moved is the wall clock of the two
services alone; time since boot stays, as it does when a machine starts with a wrong date.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import IN_CI
from tests.lanes.appliance.conftest import leave_out_where_it_cannot_run
from tests.lanes.appliance.gate import CONFIG, SCANNER, UPLINK, Gate, now_ns
from tests.lanes.appliance.machine import until
from wire.record import ClockState, Scan

leave_out_where_it_cannot_run()
pytestmark = pytest.mark.timeout(400)  # the first run makes the tree

LONG_S = 90.0
LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
UNSURE = CONFIG.replace("vouched = true", "vouched = false")
DROP_IN = """\
[Service]
Environment=LD_PRELOAD=/opt/lane/libfaketime.so.1 "FAKETIME=@{year}-01-02 00:00:00"
Environment=FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
"""


@pytest.fixture(params=[1970, 2099])
def year(gate: Gate, request: pytest.FixtureRequest) -> Iterator[int]:
    """Start both services in another year, on a gate for whose clock nobody vouches."""
    if LIBRARY is None and not IN_CI:
        pytest.skip("faketime is not on this machine")
    assert LIBRARY is not None, "faketime is not on this machine"
    shutil.copy(LIBRARY, gate.machine.lane)
    config = gate.machine.path("/etc/gate/gate.toml")
    config.write_text(UNSURE)
    for unit in (SCANNER, UPLINK):
        folder = gate.machine.path(f"/etc/systemd/system/{unit}.d")
        folder.mkdir(exist_ok=True)
        (folder / "year.conf").write_text(DROP_IN.format(year=request.param))
    _anew(gate)
    yield request.param
    config.write_text(CONFIG)
    for unit in (SCANNER, UPLINK):
        gate.machine.path(f"/etc/systemd/system/{unit}.d/year.conf").unlink()
    _anew(gate)
    gate.green_after(now_ns(), LONG_S)


def _anew(gate: Gate) -> None:
    gate.machine.run("systemctl", "daemon-reload")
    gate.machine.run("systemctl", "restart", SCANNER, UPLINK)


def confirmed(gate: Gate) -> int:
    end = gate.end()
    return end.confirmed if end is not None else 0


@pytest.mark.usefixtures("year")
def test_a_door_of_another_century_lets_people_in_and_its_records_arrive(gate: Gate) -> None:
    for unit in (SCANNER, UPLINK):
        pid = gate.machine.main_pid(unit)
        assert "libfaketime" in gate.machine.path(f"/proc/{pid}/maps").read_text()
    gate.green_after(now_ns(), LONG_S)
    last = [each for each in gate.records() if isinstance(each, Scan)][-1]
    assert last.clock is not ClockState.VOUCHED
    until(lambda: confirmed(gate) >= last.seq, LONG_S, gate.said)
