"""A desk of an authority that was made once, and an attendant who has logged in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.authority import Authority
from tests.device.desk.counter import Browser, Counter


@pytest.fixture
def counter(tmp_path: Path, xa_mau: Authority) -> Counter:
    made = Counter(tmp_path / "desk", xa_mau)
    made.hire()
    return made


@pytest.fixture
def browser(counter: Counter) -> Iterator[Browser]:
    with counter.open():
        yield Browser(counter.port).log_in()
