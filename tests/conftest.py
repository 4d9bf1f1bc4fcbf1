"""What every test of the project stands on."""

import gc
import gettext
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import structlog
from hypothesis import settings

IN_CI = os.environ.get("CI") == "true"
MANY_FILES = 400
BESIDE = Path(__file__).resolve().parents[1].parent / "shared"

# A slow machine is no failure. In CI a run is repeatable; elsewhere each one looks further.
settings.register_profile("gate", deadline=None, derandomize=IN_CI, print_blob=True)
settings.load_profile("gate")


def left_out(why: str) -> NoReturn:
    """Leave out what cannot be tried on this machine; in CI that is a failure."""
    if IN_CI:
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell what is one story in the order in which it is written: a module with `IN_ORDER`."""
    stories: dict[Path, list[int]] = {}
    for place, each in enumerate(items):
        if isinstance(each, pytest.Function) and getattr(each.module, "IN_ORDER", False):
            stories.setdefault(each.path, []).append(place)
    for places in stories.values():
        told = sorted((items[place] for place in places), key=lambda each: each.location[1] or 0)
        for place, each in zip(places, told, strict=True):
            items[place] = each


@pytest.fixture(autouse=True)
def _unconfigured() -> Iterator[None]:
    """Take back what a command sets for its whole process: where it logs, and in which words."""
    domain, language = gettext.textdomain(), os.environ.get("LANGUAGE")
    yield
    structlog.reset_defaults()
    gettext.textdomain(domain)
    os.environ.pop("LANGUAGE", None)
    if language is not None:
        os.environ["LANGUAGE"] = language


@pytest.fixture(autouse=True)
def _files_given_back() -> Iterator[None]:
    """Close what only lies about: an MQTT client's select() knows no file beyond the thousandth."""
    yield
    if len(list(Path("/proc/self/fd").iterdir())) > MANY_FILES:
        gc.collect()


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Return the folder of test material too large or too private to be kept here.

    Photos of strangers' codes, test data of other systems. It is the folder named by GATE_SHARED,
    or `shared` beside the checkout. Without it the tests that ask for it are left out, which
    pytest's summary says in one line; in CI that is a failure.
    """
    folder = Path(os.environ.get("GATE_SHARED", BESIDE))
    if folder.is_dir():
        return folder
    missing = (
        "the shared test material (photos of codes) is not here: set GATE_SHARED to its folder"
    )
    if IN_CI:
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Lend a disk of eight megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        left_out("no disk can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
