"""The gate's own log: small, and of changes only."""

import json
from pathlib import Path

from device.ring import BEFORE, NOW, Ring, last


def test_changes_are_kept_and_an_ordinary_day_is_not(tmp_path: Path) -> None:
    ring = Ring(tmp_path / "log")
    for event in ("uplink.lost", "passage", "guidance", "uplink.back"):
        assert ring(None, "info", {"event": event, "n": 1}) == {"event": event, "n": 1}
    kept = [json.loads(line) for line in (tmp_path / "log" / NOW).read_text().splitlines()]
    assert [each["event"] for each in kept] == ["uplink.lost", "uplink.back"]
    assert last(tmp_path / "log", frozenset({"uplink.lost"})) == {"event": "uplink.lost", "n": 1}
    assert last(tmp_path / "log", frozenset({"other"})) is None


def test_it_never_grows_beyond_two_files(tmp_path: Path) -> None:
    ring = Ring(tmp_path, most=2_000)
    for number in range(500):
        ring(None, "warning", {"event": "uplink.lost", "number": number})
    sizes = [(tmp_path / name).stat().st_size for name in (NOW, BEFORE)]
    assert sum(sizes) < 2 * 2_100
    assert len(list(tmp_path.iterdir())) == 2
    newest = last(tmp_path, frozenset({"uplink.lost"}))
    assert newest is not None
    assert newest["number"] == 499


def test_an_endless_line_is_left_out(tmp_path: Path) -> None:
    Ring(tmp_path)(None, "error", {"event": "x", "detail": "y" * 5_000})
    assert not (tmp_path / NOW).exists()


def test_a_card_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "flat").write_text("")
    assert Ring(tmp_path / "flat")(None, "error", {"event": "x"}) == {"event": "x"}
    assert last(tmp_path / "flat", frozenset({"x"})) is None


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    Ring(tmp_path)(None, "info", {"event": "x"})
    with (tmp_path / NOW).open("a") as file:
        file.write('{"event": "x", "to')
    assert last(tmp_path, frozenset({"x"})) == {"event": "x"}
