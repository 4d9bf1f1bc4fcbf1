"""What every test of the project stands on."""

import gettext
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

IN_CI = os.environ.get("CI") == "true"
BESIDE = Path(__file__).resolve().parents[1].parent / "shared"

# A slow machine is no failure. In CI a run is repeatable; elsewhere each one looks further.
settings.register_profile("gate", deadline=None, derandomize=IN_CI, print_blob=True)
settings.load_profile("gate")


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
