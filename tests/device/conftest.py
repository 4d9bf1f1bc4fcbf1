"""An authority made once, and an enrolled gate for each test."""

from pathlib import Path

import pytest

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
