"""Django as the pages run under it, in this process, with a clock that is stepped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from collector import clock, config
from collector.cases.roles import Role
from collector.grants import Grants, Over

NOW = 1_790_000_000_000
CONFIG = """
[ledger]
path = "ledger.db"
[roster]
path = "roster.json"
[broker]
host = "127.0.0.1"
ca = "ca.pem"
certificate = "c.pem"
key = "k.pem"
[receipt]
key = "r.pem"
[web]
state = "web"
"""
PASSWORD = "mau-mat-khau-2026"
REACH = {
    Over.AREA: Grants(areas=("Xã Mẫu",)),
    Over.SECTOR: Grants(sectors=("transport",)),
    Over.PLACE: Grants(places=("Bến xe Mẫu",)),
}


class Clock:
    """The wall clock, stepped by hand."""

    def __init__(self) -> None:
        self.ms = NOW

    def __call__(self) -> int:
        return self.ms

    def step(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stepped = Clock()
    monkeypatch.setattr(clock, "wall_ms", stepped)
    return stepped


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set Django up once: a process has one configuration."""
    from collector.web.settings import configure, migrate  # noqa: PLC0415  # only when asked for

    folder = tmp_path_factory.mktemp("site")
    (folder / "collector.toml").write_text(CONFIG, encoding="utf-8")
    roster = '{"authority": "Huyện Mẫu", "help_line": "0299", "gates": []}'
    (folder / "roster.json").write_text(roster, encoding="utf-8")
    before = os.umask(0o077)
    try:
        configure(config.load(folder / "collector.toml"))
        settings.ALLOWED_HOSTS = ["testserver"]
        migrate()
    finally:
        os.umask(before)
    return folder


@pytest.fixture
def officers(site: Path, wall: Clock) -> Iterator[None]:
    """Make one account for each role, named like it, and one without; take all away after."""
    from collector.web import accounts, signin  # noqa: PLC0415  # needs the settings
    from collector.web.models import Officer  # noqa: PLC0415  # the same

    assert site.is_dir()
    assert wall.ms == NOW
    signin.throttle.__init__()  # type: ignore[misc]  # what others guessed is forgotten
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for role in Role:
        lacking = Grants().lacks(role)
        accounts.add(role, PASSWORD, role, REACH[lacking] if lacking else Grants())
    nobody = Officer(username="nobody")
    nobody.set_password(PASSWORD)
    nobody.save()
    yield
    Officer.objects.all().delete()
