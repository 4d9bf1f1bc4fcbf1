"""One machine for all tests of the lane, with a district at the other end of its cable."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import IN_CI
from tests.lanes.appliance.district import District
from tests.lanes.appliance.gate import ROOT, Gate, now_ns
from tests.lanes.appliance.machine import machine
from tests.lanes.camera.door import TREE, Shown

KEYS = ("first_confirmed_s", "kill_s", "hang_s", "frozen_s", "exposure")
FIGURES = ROOT / ".cache/appliance.json"
CODES = 4
"""Held up one after the other, so that none comes again before it may count again."""
NEEDED = ("systemd-nspawn", "nsenter", "unshare", "setpriv", "ip", "mkfs.ext4", "mmdebstrap")


def leave_out_where_it_cannot_run() -> None:
    """End here: in one line on a machine that cannot do it, as a failure in CI."""
    why = _lacking()
    if why and IN_CI:
        pytest.fail(f"the gate's machine cannot be booted: {why}", pytrace=False)
    if why:
        pytest.skip(f"the gate's machine is left out: {why}", allow_module_level=True)


def _lacking() -> str | None:
    if os.geteuid() != 0:
        return "it needs root, for a Debian tree and its mounts"
    missing = [each for each in NEEDED if shutil.which(each) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    unshared = ["unshare", "--mount", "--net", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(unshared, check=False, capture_output=True).returncode != 0:
        return "nobody may mount anything on this machine, not even for themselves"
    return None


@pytest.fixture(scope="session")
def figures() -> Iterator[dict[str, Any]]:
    """Take what is measured; it is written down at the end, whole or not at all."""
    FIGURES.unlink(missing_ok=True)
    found: dict[str, Any] = {}
    yield found
    if all(key in found for key in KEYS):
        FIGURES.parent.mkdir(exist_ok=True)
        rest = {key: value for key, value in found.items() if key not in KEYS}
        told = json.dumps(rest) + "\n" + json.dumps({key: found[key] for key in KEYS}) + "\n"
        FIGURES.write_text(told)


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    """Return a district."""
    return District(tmp_path_factory.mktemp("district"))


@pytest.fixture(scope="session")
def texts(district: District) -> list[str]:
    """Return the passes that are shown at the door."""
    return district.passes(CODES)


@pytest.fixture(scope="session")
def gate(
    district: District,
    texts: list[str],
    figures: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Gate]:
    """Return the gate, booted, with the first scan confirmed by the district."""
    made = subprocess.run([TREE], check=False, stdout=subprocess.PIPE, text=True)
    assert made.returncode == 0, "tools/tree says above what went wrong"
    tree = Path(made.stdout.strip())
    with machine(tree, tmp_path_factory.mktemp("machine")) as booted:
        found = Gate(booted)
        found.install(district)
        found.hang_up([Shown(each) for each in texts])
        with district.working(booted):
            started = now_ns()
            booted.boot()
            figures["first_confirmed_s"] = round(found.first_confirmed_after(started), 1)
            yield found
            booted.power_off()
