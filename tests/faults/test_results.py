"""What is counted is kept, added up and gone on with; nothing is counted that did not happen."""

from pathlib import Path

import pytest

from faults import report, results
from faults.outcome import Outcome
from faults.plan import FAMILIES
from faults.results import Results


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    return Results(commit="0a1b2c", seed=7)


def test_a_run_that_was_stopped_goes_on_where_it_was(
    found: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "commit", lambda: "0a1b2c")
    before = found.left(quick=True, only=["chaos"])
    assert before == [("chaos", 0), ("chaos", 1), ("chaos", 2)]
    found.put("chaos", 1, Outcome(tried=20, greens=9))
    again = results.load(7)
    assert again.left(quick=True, only=["chaos"]) == [("chaos", 0), ("chaos", 2)]
    assert again.figures()["kills"] == 20


def test_another_seed_or_commit_begins_anew(
    found: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "commit", lambda: "0a1b2c")
    found.put("chaos", 1, Outcome(tried=20))
    assert results.load(8).batches == {}
    monkeypatch.setattr(results, "commit", lambda: "ffffff")
    assert results.load(7).batches == {}


def test_batches_of_one_family_add_up_and_each_counts_under_its_figure(found: Results) -> None:
    found.put("powercuts", 0, Outcome(tried=25, greens=100, ways={"a": 20, "b": 5}))
    found.put("powercuts", 1, Outcome(tried=25, greens=90, ways={"a": 25}, failed_starts=1))
    found.put("doorcuts", 0, Outcome(tried=10, greens=12, green_lost=2))
    found.put("points", 0, Outcome(tried=120))
    found.put("damage", 0, Outcome(tried=200, duplicated=1))
    assert found.sums()["powercuts"].ways == {"a": 45, "b": 5}
    assert found.figures() == {
        "power_cuts": 60,
        "kills": 0,
        "crash_points": 120,
        "green_lost": 2,
        "duplicated": 1,
        "failed_starts": 1,
    }
    assert not found.holds


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(green_lost=1),
        Outcome(duplicated=1),
        Outcome(failed_starts=1),
        Outcome(odd=["a number could be guessed"]),
    ],
)
def test_one_thing_that_does_not_hold_is_enough(found: Results, outcome: Outcome) -> None:
    found.put("chaos", 0, Outcome(tried=20))
    assert found.holds
    found.put("chaos", 1, outcome)
    assert not found.holds


def test_the_report_says_what_was_not_tried_and_what_did_not_hold(found: Results) -> None:
    found.put("chaos", 0, Outcome(tried=20, greens=9, odd=["w1 does not store"]))
    text = report.rendered(found)
    assert "| 20 | 1 of 50 batches | 9 |" in text
    assert "| 0 | 0 of 60 batches | 0 |" in text
    assert "- chaos: w1 does not store" in text
    assert all(report.SAYS[family.name] in text for family in FAMILIES)


def test_ci_does_what_is_asked_of_it_and_the_whole_does_more() -> None:
    def sums(what: str, figure: str) -> int:
        return sum(getattr(f, what) * f.size for f in FAMILIES if f.figure == figure)

    assert sums("quick", "power_cuts") >= 200
    assert sums("full", "power_cuts") >= 2000
    assert sums("quick", "kills") >= 60
    assert sums("full", "kills") >= 1000
    doors = next(each for each in FAMILIES if each.name == "doorcuts")
    assert doors.full * doors.size * 4 >= sums("full", "power_cuts")
