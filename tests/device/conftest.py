"""An authority made once, and an enrolled gate for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from provisioning.authority import Authority
from tests.device.site import Site, create


@pytest.fixture(scope="session")
def xa_mau(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return create(tmp_path_factory.mktemp("xa-mau") / "authority")


@pytest.fixture
def site(tmp_path: Path, xa_mau: Authority) -> Site:
    made = Site(tmp_path / "gate", xa_mau)
    made.enrol()
    made.configure()
    return made


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    """Yield what is logged during the test, whatever was configured before."""
    with capture_logs() as found:
        yield found
