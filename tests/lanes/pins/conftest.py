"""The Pis of this lane, and its line of figures."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import IN_CI
from tests.lanes.pins.door import WIRINGS, Door
from tests.lanes.pins.pi import QEMU, ROOT, TOOL, Pi, pack

FIGURES = ROOT / ".cache/pins.json"
KEEPS = "pinctrl_bcm2835.persist_gpio_outputs=1"


def leave_out_where_it_cannot_run() -> None:
    """End here: in one line on a machine that cannot do it, as a failure in CI."""
    missing = [tool for tool in (QEMU, "fdtput", "cpio") if shutil.which(tool) is None]
    if not missing:
        return
    why = f"{', '.join(missing)} not installed (tools/debian/test)"
    if IN_CI:
        pytest.fail(f"the pins of a Pi cannot be looked at: {why}", pytrace=False)
    pytest.skip(f"the pins of a Pi are left out: {why}", allow_module_level=True)


@pytest.fixture(scope="session")
def made() -> Path:
    """Return kernel and root for a Pi, made if they are not there."""
    done = subprocess.run([TOOL], check=False, stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, "tools/pi says above what went wrong"
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def image(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack(tmp_path_factory.mktemp("image"), made, WIRINGS)


@pytest.fixture
def door(made: Path, image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Return a Pi whose kernel lets go of pins with the process that had them, as Debian's does."""
    with Pi(tmp_path_factory.mktemp("pi"), made, image) as pi:
        yield Door(pi)


@pytest.fixture(scope="session")
def keeper(made: Path, image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Return a Pi whose kernel keeps outputs as they were."""
    with Pi(tmp_path_factory.mktemp("keeper"), made, image, KEEPS) as pi:
        yield Door(pi)


@pytest.fixture(scope="session")
def figures() -> Iterator[dict[str, int]]:
    """Collect what `make test-pins` says in its last line."""
    counted = {"patterns": 0, "edges_wrong": 0}
    yield counted
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(counted) + "\n")
