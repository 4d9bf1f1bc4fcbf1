"""Both boards say that the server's clock is in doubt, since nothing is deleted meanwhile."""

from pathlib import Path

import pytest
from django.conf import settings

from collector import clock
from collector.believed import Believed, Said
from collector.database.sqlite import SqliteDatabase
from collector.figures.opened import OpenedFile
from collector.figures.store import Follower
from collector.roster import RosterFile
from collector.web.overview import RECHECK_S, Overview
from collector.web.snapshot import Snapshot
from collector.web.watch import Watch
from tests.collector.ledger.memory import MemoryLedger

NOW = 1_790_000_000_000
SAID = "clock-doubted"


def test_the_boards_say_that_the_clock_is_in_doubt_as_long_as_it_is(
    site: Path, tmp_path: Path
) -> None:
    believed = Believed(tmp_path / "clock.json", lambda: 0)
    seconds = [0.0]
    clocks = (lambda: NOW, lambda: seconds[0])
    view, roster = MemoryLedger(), RosterFile(site / "roster.json")
    follower = Follower(view, SqliteDatabase(tmp_path / "figures.db"), *clocks)
    watch = Watch(follower, view, roster, clocks[0])
    opened = OpenedFile(tmp_path / "opened.json")
    overview = Overview(view, roster, watch, opened, clocks, believed)
    snapshot = Snapshot(view, roster, *clocks, None, believed)

    def shown() -> list[bool]:
        seconds[0] += RECHECK_S
        html = overview.parts("vi")[0].html, snapshot.drawing("vi").html
        return [SAID in each and "Đồng hồ máy chủ" in each for each in html]

    assert shown() == [False, False]
    believed.note(Said(NOW, 0))
    assert shown() == [False, False]
    believed.note(Said(NOW, 0, "gates-disagree"))
    assert shown() == [True, True]
    believed.note(Said(NOW, 0))
    assert shown() == [False, False]


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
