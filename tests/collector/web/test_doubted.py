"""Both boards say that the server's clock is in doubt, since nothing is deleted meanwhile."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from collector import clock
from collector.believed import Believed, Said
from collector.database.sqlite import SqliteDatabase
from collector.errors import LedgerMissing
from collector.figures.opened import OpenedFile
from collector.figures.store import Follower
from collector.roster import RosterFile
from collector.web.overview import RECHECK_S, Overview
from collector.web.snapshot import Snapshot
from collector.web.watch import Watch
from tests.collector.ledger.memory import MemoryLedger
from tests.collector.web.conftest import KEY

NOW = 1_790_000_000_000
SAID = "clock-doubted"


class Boards:
    """Both boards over an empty ledger, looked at now and then."""

    def __init__(self, folder: Path, roster: Path) -> None:
        self._seconds = 0.0
        clocks = (lambda: NOW, lambda: self._seconds)
        self.believed = Believed(folder / "clock.json", lambda: 0)
        view, listed = MemoryLedger(), RosterFile(roster)
        follower = Follower(view, SqliteDatabase(folder / "figures.db"), *clocks)
        watch = Watch(follower, view, listed, clocks[0])
        opened = OpenedFile(folder / "opened.json")
        self.overview = Overview(view, listed, watch, opened, clocks, self.believed)
        self.snapshot = Snapshot(view, listed, *clocks, None, self.believed)

    def say(self, code: str, words: str) -> list[bool]:
        """Return which of them say it now."""
        self._seconds += RECHECK_S
        html = self.overview.parts("vi")[0].html, self.snapshot.drawing("vi").html
        return [code in each and words in each for each in html]


def test_the_boards_say_that_the_clock_is_in_doubt_as_long_as_it_is(
    site: Path, tmp_path: Path
) -> None:
    boards = Boards(tmp_path, site / "roster.json")
    believed = boards.believed

    def shown() -> list[bool]:
        return boards.say(SAID, "Đồng hồ máy chủ")

    assert shown() == [False, False]
    believed.note(Said(NOW, 0))
    assert shown() == [False, False]
    believed.note(Said(NOW, 0, "gates-disagree"))
    assert shown() == [True, True]
    believed.note(Said(NOW, 0))
    assert shown() == [False, False]


def test_the_boards_say_that_the_roster_cannot_be_read_as_long_as_it_is_so(
    site: Path, tmp_path: Path
) -> None:
    roster, places = tmp_path / "roster.json", tmp_path / "places.json"
    roster.write_bytes((site / "roster.json").read_bytes())
    boards = Boards(tmp_path, roster)

    def shown() -> list[bool]:
        return boards.say("roster-invalid", "Không đọc được danh sách")

    assert shown() == [False, False]
    places.write_text("{", encoding="utf-8")
    for _ in range(3):
        shown()
    assert shown() == [True, True]
    places.unlink()
    assert shown() == [False, False]


class Away(MemoryLedger):
    """A ledger that is not there yet."""

    def change(self) -> int:
        raise LedgerMissing


def test_before_there_is_a_ledger_the_gates_of_the_roster_are_listed(
    site: Path, tmp_path: Path
) -> None:
    told = json.loads((site / "roster.json").read_text(encoding="utf-8"))
    gate = {"gate": "g1", "place": "Chợ Mẫu", "area": "", "sector": "", "directions": ["in"]}
    roster = tmp_path / "roster.json"
    roster.write_text(json.dumps({**told, "gates": [{**gate, "records": KEY}]}), encoding="utf-8")
    seconds = [0.0]
    snapshot = Snapshot(Away(), RosterFile(roster), lambda: NOW, lambda: seconds[0])
    html = snapshot.drawing("vi").html
    assert "ledger-missing" in html
    assert "Chợ Mẫu" in html
    roster.write_text(json.dumps({**told, "gates": []}), encoding="utf-8")
    seconds[0] += RECHECK_S
    assert "Chợ Mẫu" not in snapshot.drawing("vi").html


def test_old_counts_go_by_a_believed_time(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collector.web import districtviews  # noqa: PLC0415  # needs the settings

    assert site.is_dir()
    monkeypatch.setattr(settings, "GATE_BELIEVED", str(tmp_path / "clock.json"))
    monkeypatch.setattr(clock, "wall_ms", lambda: 4_070_908_800_000)
    districtviews.believed().note(Said(NOW, clock.since_boot_ms()))
    assert NOW <= districtviews.over_ms() < NOW + 3_600_000
    districtviews.watch.cache_clear()
    watch = districtviews.watch()
    watch.stop()
    districtviews.watch.cache_clear()
    assert watch._follower._over_ms is districtviews.over_ms
