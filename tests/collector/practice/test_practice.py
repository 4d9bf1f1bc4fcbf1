"""The practice district: made up from one seed, whole as gates write it, and never mixed."""

import re
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.cli import main
from collector.ledger.sqliteview import SqliteView
from collector.localday import DAY_MS, MINUTE_MS
from collector.practice import crowd, folder, journals, mark, solution
from collector.practice.crowd import SPOTS
from collector.practice.outbreak import outbreak
from tests.collector.web.conftest import CONFIG
from wire.record import Key, Scan
from wire.sealing import open_data_key, place, seal_key

MIDNIGHT = 20_700 * DAY_MS - 7 * 3_600_000
NOW = MIDNIGHT + 13 * DAY_MS + 15 * 3_600_000
TOWN = crowd.town(664, MIDNIGHT, 14, people=60)
Said = pytest.CaptureFixture[str]


def test_one_seed_makes_one_district_and_another_another() -> None:
    assert crowd.town(664, MIDNIGHT, 14, people=60) == TOWN
    assert crowd.town(665, MIDNIGHT, 14, people=60) != TOWN


def test_nobody_real_can_be_meant() -> None:
    assert all(re.fullmatch(r"000[01][0-9]{8}", body.number) for body in TOWN.bodies)
    assert len({body.number for body in TOWN.bodies}) == len(TOWN.bodies)
    assert all(body.phone[:4] in ("", "0199") for body in TOWN.bodies)


def test_nobody_is_at_two_places_at_once() -> None:
    for body in TOWN.bodies:
        mine = [each for each in TOWN.presences if each.body == body.place]
        assert all(one.left_ms <= other.came_ms for one, other in pairwise(mine))


@settings(max_examples=10)
@given(st.integers(min_value=0, max_value=10_000))
def test_the_solution_is_who_was_there_long_enough_on_one_day(seed: int) -> None:
    town = crowd.town(seed, MIDNIGHT, 5, people=20)
    found = outbreak(town, MIDNIGHT, NOW)
    told = {each.body: each.minutes for each in found.contacts}
    for body in range(20):
        longest = 0
        for day in range(6):
            begin = MIDNIGHT + day * DAY_MS
            minutes = 0
            for one in town.presences:
                for other in town.presences:
                    own = one.body == found.index and begin <= one.came_ms < begin + DAY_MS
                    if own and other.body == body != found.index and one.spot == other.spot:
                        both = min(one.left_ms, other.left_ms) - max(one.came_ms, other.came_ms)
                        minutes += max(0, both // MINUTE_MS)
            longest = max(longest, minutes)
        assert told.get(body, 0) == (longest if longest >= 15 else 0)


def test_the_exercise_has_contacts_to_find_and_exits_to_miss() -> None:
    found = outbreak(TOWN, NOW - 7 * DAY_MS, NOW)
    assert len(found.contacts) >= 5
    assert any(each.unseen for each in found.contacts)
    for language in ("vi", "en"):
        page = solution.page(TOWN, found, language)
        assert TOWN.bodies[found.index].number in page
        assert page.count("\n| ") == len(found.contacts) + 1


def test_scans_are_sealed_to_the_practice_authority_and_open_with_its_key_only() -> None:
    private = X25519PrivateKey.generate()
    spot = 0
    entries = [
        each
        for arrival in journals.arrivals(TOWN, spot, NOW, seal_key(private.public_key()))
        for each in arrival.entries
    ]
    key = next(each.record for each in entries if isinstance(each.record, Key))
    opened = open_data_key(key.sealed, private)
    scans = [each.record for each in entries if isinstance(each.record, Scan)]
    assert len(scans) == len(journals.passages(TOWN, spot, NOW))
    first = scans[0]
    assert first.sealed is not None
    fields = opened.open(first.sealed, place(SPOTS[spot].gate, journals.JOURNAL, first.seq))
    assert fields["number"] in {body.number for body in TOWN.bodies}
    assert all(body.number.encode() not in each.raw for each in entries for body in TOWN.bodies)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("practice") / "lt"
    folder.lay_out(home, NOW, 664)
    return home


def test_a_laid_out_district_is_whole_and_its_commands_work(district: Path, capsys: Said) -> None:
    with SqliteView(district / "ledger.db") as view:
        assert view.broken() == ()
        assert {each.gate for each in view.tallies()} == {spot.gate for spot in SPOTS}
    config = str(district / "collector.toml")
    assert main(["check", "--config", config]) == 0
    assert "Huyện Luyện Tập" in capsys.readouterr().out
    assert (district / "authority/seal.pem").stat().st_mode & 0o077 == 0


def test_practice_and_a_real_district_are_never_mixed(
    district: Path, tmp_path: Path, capsys: Said
) -> None:
    real = tmp_path / "real.toml"
    real.write_text(CONFIG.replace('"ledger.db"', f'"{district / "ledger.db"}"'), encoding="utf-8")
    for command in (["stats"], ["web"], ["user", "list"], ["gaps"]):
        assert main([*command, "--config", str(real)]) == 2
        assert capsys.readouterr().err.startswith("practice-mixed: ")
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as made, made:
        made.execute("CREATE TABLE record (id INTEGER)")
    toml = (district / "collector.toml").read_text(encoding="utf-8")
    (tmp_path / "practice.toml").write_text(toml, encoding="utf-8")
    assert main(["stats", "--config", str(tmp_path / "practice.toml")]) == 2
    assert not mark.is_on(tmp_path / "ledger.db")
    assert mark.is_on(district / "ledger.db")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "keep").write_text("kept", encoding="utf-8")
    assert main(["practice", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("practice-there: ")
    assert [path.name for path in tmp_path.iterdir()] == ["keep"]
