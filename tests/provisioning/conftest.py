"""An authority, made once and copied for each test."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provisioning import authority, passphrase
from provisioning.authority import Authority
from tests.provisioning.power import Power

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "authority"
    authority.create(folder, "Xã Mẫu", help_line="0299 000 000", now=NOW)
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Authority:
    return authority.load(shutil.copytree(made, tmp_path / "authority"))


@pytest.fixture(scope="session")
def power() -> Power:
    made = Power()
    sys.addaudithook(made.heard)
    return made


@pytest.fixture(autouse=True)
def _passphrase_forgotten() -> Iterator[None]:
    """Have nobody find the passphrase that another test has given to this process."""
    passphrase.given.cache_clear()
    yield
    passphrase.given.cache_clear()


@pytest.fixture
def unflushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave flushes out: they take minutes, and what they are for is not played here."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)
