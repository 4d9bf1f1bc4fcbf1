"""One machine for the lane: a gate out of its box, and a district that admits gates."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import IN_CI
from tests.lanes.appliance.conftest import leave_out_where_it_cannot_run
from tests.lanes.appliance.gate import ROOT
from tests.lanes.appliance.machine import Machine, machine
from tests.lanes.camera.door import TREE
from tests.lanes.install.cable import Enrolling
from tests.lanes.install.newgate import NewGate

KEYS = ("to_confirmed_s", "qr_version", "hundred_gates_s")
FIGURES = ROOT / ".cache/install.json"

__all__ = ["leave_out_where_it_cannot_run"]


@pytest.fixture(scope="session")
def figures() -> Iterator[dict[str, Any]]:
    """Take what is measured; it is written down at the end, whole or not at all."""
    FIGURES.unlink(missing_ok=True)
    found: dict[str, Any] = {}
    yield found
    if all(key in found for key in KEYS):
        FIGURES.parent.mkdir(exist_ok=True)
        FIGURES.write_text(json.dumps({key: found[key] for key in KEYS}) + "\n")


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Enrolling:
    """Return a district."""
    return Enrolling(tmp_path_factory.mktemp("district"))


@pytest.fixture(scope="session")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Return a machine that is not booted."""
    leave_out_where_it_cannot_run()
    if shutil.which("dnsmasq") is None:
        why = "not installed: dnsmasq"
        pytest.fail(why, pytrace=False) if IN_CI else pytest.skip(why)
    made = subprocess.run([TREE], check=False, stdout=subprocess.PIPE, text=True)
    assert made.returncode == 0, "tools/tree says above what went wrong"
    with machine(Path(made.stdout.strip()), tmp_path_factory.mktemp("machine")) as found:
        yield found


@pytest.fixture(scope="session")
def gate(laid: Machine, district: Enrolling) -> NewGate:
    """Return the gate, installed and switched off."""
    found = NewGate(laid)
    found.install(district)
    return found
