"""A gate's machine, booted, for what control cards ask of it, and a technician beside it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lanes.appliance.conftest import leave_out_where_it_cannot_run
from tests.lanes.appliance.district import District
from tests.lanes.appliance.gate import SCANNER, Gate
from tests.lanes.appliance.machine import LONG_S, machine, until
from tests.lanes.camera.door import TREE, Shown

leave_out_where_it_cannot_run()


@pytest.fixture(scope="session")
def tree() -> Path:
    """Return the Debian tree."""
    made = subprocess.run([TREE], check=False, stdout=subprocess.PIPE, text=True)
    assert made.returncode == 0, "tools/tree says above what went wrong"
    return Path(made.stdout.strip())


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    """Return a district. Its broker is never started: this gate has no network but a cable."""
    return District(tmp_path_factory.mktemp("district"))


@pytest.fixture(scope="session")
def gate(
    district: District, tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gate]:
    """Return the gate, booted."""
    with machine(tree, tmp_path_factory.mktemp("machine")) as booted:
        found = Gate(booted)
        found.install(district)
        found.hang_up([Shown(each) for each in district.passes(2)])
        booted.boot()
        until(lambda: booted.tried("systemctl", "is-active", SCANNER), LONG_S)
        yield found
        booted.power_off()
