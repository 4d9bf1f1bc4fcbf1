"""The Debian tree, the project as it is installed on a gate, and an authority."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provisioning import authority, clock
from provisioning.authority import Authority
from tests.conftest import IN_CI
from tests.lanes.camera.door import ROOT, TREE, Door

NewDoor = Callable[[str], Door]


def leave_out_where_it_cannot_run() -> None:
    """End here: in one line on a machine that cannot do it, as a failure in CI."""
    why = _lacking()
    if why and IN_CI:
        pytest.fail(f"the real picamera2 cannot be run: {why}", pytrace=False)
    if why:
        pytest.skip(f"the real picamera2 is left out: {why}", allow_module_level=True)


def _lacking() -> str | None:
    if os.geteuid() != 0:
        return "it needs root, for a Debian tree and private mounts"
    unshared = ["unshare", "--mount", "--net", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(unshared, check=False, capture_output=True).returncode != 0:
        return "nobody may mount anything on this machine, not even for themselves"
    return None


@pytest.fixture(scope="session")
def tree() -> Path:
    """Return the Debian tree, made if it is not there."""
    made = subprocess.run([TREE], check=False, stdout=subprocess.PIPE, text=True)
    assert made.returncode == 0, "tools/tree says above what went wrong"
    return Path(made.stdout.strip())


@pytest.fixture(scope="session")
def program(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which the tree's Python has installed the project's wheel."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "pipeline").mkdir()
    build: list[str | Path] = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "-t",
        "wheel",
        "-d",
        folder,
    ]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    install = ["pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    inside: list[str | Path] = [TREE, "enter", tree, folder, *install]
    inside += ["--target", "/opt/lane/site", f"/opt/lane/{wheel.name}"]
    subprocess.run(inside, check=True)
    return folder / "site"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return an authority."""
    folder = tmp_path_factory.mktemp("authority") / "authority"
    return authority.create(folder, "Xã Mẫu", now=clock.now())


@pytest.fixture(scope="session")
def new_door(
    tree: Path, program: Path, home: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewDoor]:
    """Make enrolled gates without a camera; whatever still runs at the end is killed."""
    doors = []

    def made(name: str) -> Door:
        door = Door(tree, tmp_path_factory.mktemp(name, numbered=False), program)
        door.admit(home)
        doors.append(door)
        return door

    yield made
    for door in doors:
        door.kill()
