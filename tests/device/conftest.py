"""An authority made once, and an enrolled gate for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from device.passages.entries import Entries
from device.passages.inside import Inside
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


@pytest.fixture(autouse=True)
def _let_go(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a door that was cut off in a test has left open; a process's end does it else."""
    made: list[Entries | Inside] = []
    for kind in (Entries, Inside):
        begin = kind.__init__

        def noted(
            one: Entries | Inside,
            *given: object,
            begin: Callable[..., None] = begin,
            **named: object,
        ) -> None:
            begin(one, *given, **named)
            made.append(one)

        monkeypatch.setattr(kind, "__init__", noted)
    yield
    for each in made:
        each.close()


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    """Yield what is logged during the test, whatever was configured before."""
    with capture_logs() as found:
        yield found
