"""Releases for the gate's machine: real wheels, signed by its own authority."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from provisioning import clock, releases
from tests.lanes.appliance.district import District
from tests.lanes.appliance.gate import ROOT, Gate

WHEELS = ROOT / "tools/wheels"
BROUGHT = "/var/lib/gate/release"
DOOR = "device/wiring/door.py"
BROKEN = "\n\ndef scanner(_found: object) -> None:\n    raise RuntimeError\n"
"""Loads, and cannot run."""
# What a Pi has from its system, and this machine has among the packages of its first release.
FROM_THE_SYSTEM = """\
import importlib.metadata, pathlib, shutil, sys
target = pathlib.Path("/usr/local/lib/python3.13/dist-packages")
target.mkdir(parents=True, exist_ok=True)
for name in sys.argv[1:]:
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        continue
    for top in {each.parts[0] for each in found.files or ()} - {"..", "__pycache__"}:
        source, copy = pathlib.Path(found.locate_file(top)), target / top
        if not copy.exists():
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, copy)
"""


def camera_from_the_system(gate: Gate) -> None:
    """Have camera and pins come from the machine's system, as on a Pi."""
    locked = [
        {line.partition("==")[0] for line in path.read_text().splitlines() if "==" in line}
        for path in (ROOT / "locks/camera.txt", ROOT / "locks/gate.txt")
    ]
    names = sorted(locked[0] - locked[1])
    gate.machine.run("/opt/gate/current/bin/python", "-c", FROM_THE_SYSTEM, *names)


def make(folder: Path, district: District, *, works: bool) -> str:
    """Make a release of this project and what it needs; return its version."""
    made = subprocess.run([WHEELS], check=True, stdout=subprocess.PIPE, text=True)
    shutil.copytree(made.stdout.strip(), folder)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    if not works:
        (ours,) = folder.glob("gate_scanner-*.whl")
        _break(ours)
    return str(releases.sign(district.home, folder, clock.now()).version)


def _break(wheel: Path) -> None:
    """Change one module of a wheel; the authority signs what it is given."""
    whole = wheel.with_suffix(".whole")
    wheel.rename(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(wheel, "w") as target:
        for each in source.infolist():
            added = BROKEN.encode() if each.filename == DOOR else b""
            target.writestr(each, source.read(each) + added)
    whole.unlink()


def bring(gate: Gate, folder: Path) -> None:
    """Lay a release onto the card, its manifest last, as a technician is told to."""
    inside = gate.machine.path(BROUGHT)
    for each in folder.glob("*.whl"):
        shutil.copy(each, inside)
    shutil.copy(folder / "release.json", inside)


def said(gate: Gate, word: str) -> str:
    """Return what came of a release, if it was that."""
    path = gate.machine.path(BROUGHT)
    if not (path / f"release.{word}.json").exists():
        return ""
    return (path / "result.txt").read_text(encoding="utf-8")


def forget(gate: Gate) -> None:
    """Take away what came of the releases before."""
    gate.machine.run("sh", "-c", f"rm -f {BROUGHT}/*")
