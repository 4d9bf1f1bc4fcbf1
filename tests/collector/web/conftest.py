"""Django as the pages run under it, in this process, with a clock that is stepped."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from collector import clock, config
from collector.cases.roles import Actor, Role
from collector.grants import Grants, Over
from collector.ledger.entries import Post, Report, Topic
from collector.ledger.sqlite import SqliteLedger
from tests.collector.lists import declared, on_disk
from tests.collector.plain import PLAIN
from tests.collector.web.desk import MemoryDesk
from tests.waiting import until
from wire.keys import Use, entry
from wire.state import Health, State, pack

NOW = 1_790_000_000_000
CONFIG = PLAIN
PLACES = {
    "areas": [
        {"code": "huyen", "name": "Huyện Mẫu"},
        {"code": "mau", "name": "Xã Mẫu", "parent": "huyen"},
        {"code": "khac", "name": "Xã Khác", "parent": "huyen"},
    ],
    "sectors": [],
    "places": [],
}
KEY = msgspec.to_builtins(entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS))
PASSWORD = "mau-mat-khau-2026"
REACH = {
    Over.AREA: Grants(areas=("mau",)),
    Over.SECTOR: Grants(sectors=("transport",)),
    Over.PLACE: Grants(places=("cho",)),
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


def set_up(folder: Path) -> None:
    """Set Django up in a folder, once: a process has one configuration."""
    from collector.web.settings import configure, migrate  # noqa: PLC0415  # only when asked for

    (folder / "collector.toml").write_text(CONFIG, encoding="utf-8")
    roster = '{"authority": "Huyện Mẫu", "help_line": "0299", "gates": []}'
    (folder / "roster.json").write_text(roster, encoding="utf-8")
    (folder / "places.json").write_text(json.dumps(PLACES), encoding="utf-8")
    before = os.umask(0o077)
    try:
        configure(config.load(folder / "collector.toml"))
        settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
        migrate()
    finally:
        os.umask(before)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    set_up(folder)
    return folder


def connect(desk: MemoryDesk) -> None:
    """Give the pages a vault in memory that knows an account of each role."""
    for role in Role:
        lacking = Grants().lacks(role)
        reach = REACH[lacking] if lacking else Grants()
        desk.actors[role] = Actor(role, role, reach.areas, reach.sectors, reach.places)
    settings.GATE_DESK = lambda: desk
    lists = on_disk(desk.folder)
    declared(lists.database, NOW)
    settings.GATE_ISSUING = lambda: lists.counter


@pytest.fixture
def vault(site: Path, tmp_path: Path, wall: Clock) -> Iterator[MemoryDesk]:
    """Give the pages a vault in memory, empty."""
    assert site.is_dir()
    desk, before = MemoryDesk(tmp_path, wall), (settings.GATE_DESK, settings.GATE_ISSUING)
    connect(desk)
    yield desk
    settings.GATE_DESK, settings.GATE_ISSUING = before
    desk.database.close()


def forget() -> None:
    """Let this process forget what it has read and drawn, as one that has just begun."""
    from collector.web import districtviews, frame, placesviews, views  # noqa: PLC0415  # settings

    if districtviews.watch.cache_info().currsize:
        districtviews.watch().stop()
    districtviews.watch.cache_clear()
    districtviews.overview.cache_clear()
    districtviews.questions.cache_clear()
    placesviews.directory.cache_clear()
    views.snapshot.cache_clear()
    frame.roster.cache_clear()


def counted() -> None:
    """Wait until what watches the ledger has counted it: then no page changes by itself."""
    from collector.web import districtviews  # noqa: PLC0415  # needs the settings

    until(lambda: not districtviews.watch().seen.counting, "the ledger was not counted")


def lists(site: Path) -> tuple[str, ...]:
    """Return what the district's two lists are."""
    return tuple((site / f"{each}.json").read_text("utf-8") for each in ("roster", "places"))


@pytest.fixture
def officers(site: Path, wall: Clock) -> Iterator[None]:
    """Make one account for each role, named like it, and one without; take all away after."""
    from collector.web import accounts, signin  # noqa: PLC0415  # needs the settings
    from collector.web.models import Officer  # noqa: PLC0415  # the same

    before = lists(site)
    assert wall.ms == NOW
    forget()  # a drawing is good for most of a second, whoever's test it was made in
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
    forget()
    assert lists(site) == before, "the next test would find other lists"


@contextmanager
def set_up_gate(
    site: Path, journal: Callable[..., Any], listed: dict[str, Any] = PLACES
) -> Iterator[None]:
    """Give the site a list and one gate with three scans; take all away after."""
    (site / "places.json").write_text(json.dumps(listed), encoding="utf-8")
    gate = {"gate": "g1", "place": 'Bến "xe"', "area": "Xã", "sector": "transport"}
    gates = [{**gate, "directions": ["in"], "records": KEY}]
    whole = {"authority": "Huyện Mẫu", "help_line": "", "gates": gates}
    before = (site / "roster.json").read_text(encoding="utf-8")
    (site / "roster.json").write_text(json.dumps(whole), encoding="utf-8")
    pen = journal("g1", "j1").scan(3)
    state = pack(State(online=True, scanning=True, incarnation=1, wall=NOW, journal="j1"))
    health = pack(Health(waiting=7, days_of_room=90.5, alarms=("too-hot",)))
    reports = (Report("g1", Topic.STATE, state), Report("g1", Topic.HEALTH, health))
    with SqliteLedger(site / "ledger.db") as ledger:
        ledger.commit(Post((pen.arrival(1, 3),), reports), NOW)
    forget()  # what was drawn before there was a gate
    counted()
    yield
    forget()
    (site / "roster.json").write_text(before, encoding="utf-8")
    (site / "places.json").write_text(json.dumps(PLACES), encoding="utf-8")
    for file in (*site.glob("ledger.db*"), *site.glob("web/figures.db*")):
        file.unlink(missing_ok=True)  # SQLite takes its own away when the last one closes
