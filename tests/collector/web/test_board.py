"""What the board shows, as values."""

import msgspec
import pytest

from collector.ledger.entries import UNDER_WAY_MS, Gap, Lack, Row, Standing
from collector.ledger.times import Moment
from collector.roster import Area, Gate, Kind, Place, Roster
from collector.web.board import (
    LATE_AFTER_MS,
    SILENT_AFTER_MS,
    Alert,
    Board,
    Condition,
    Warn,
    condition,
    draw,
)
from wire.keys import KeyEntry, Use
from wire.record import ClockState, Direction, Identity, Outcome, Reason, Signature
from wire.state import Health, State, pack

NOW = 1_790_000_000_000
KEY = KeyEntry("0" * 16, Use.RECORDS, "")
GATE = Gate("g1", "Bến xe Mẫu", "Xã Mẫu", "transport", (Direction.IN,), KEY)
ROSTER = Roster("Huyện Mẫu", "0299", (GATE,))
UP = State(online=True, scanning=True, incarnation=1, wall=NOW)
CAMERA_LOST = State(online=True, scanning=False, incarnation=1, wall=NOW)
GONE = State(online=False, scanning=False, incarnation=1, wall=NOW)


def standing(age_ms: int = 0, *, said: str = "start") -> Standing:
    return Standing("g1", record_ms=NOW - age_ms, said=said)


def drawn(*standings: Standing, rows: tuple[Row, ...] = ()) -> Board:
    return draw(ROSTER, {each.gate: each for each in standings}, rows, NOW, 1)


def row(**changes: object) -> Row:
    values: dict[str, object] = {
        "gate": "g1",
        "wall": NOW,
        "clock": ClockState.SYNCED,
        "dir": Direction.IN,
        "kind": "pass",
        "signature": Signature.CHECKED,
        "identity": Identity.SEEN,
        "outcome": Outcome.ACCEPTED,
        "reason": Reason.ACCEPTED,
        "marks": (),
        "received": NOW,
        "moment": Moment(NOW, None),
    }
    return Row(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "state", "expected"),
    [
        (None, None, Condition.NEVER),
        (Standing("g1"), None, Condition.NEVER),
        (standing(), UP, Condition.WORKING),
        (standing(), None, Condition.WORKING),
        (standing(SILENT_AFTER_MS), UP, Condition.WORKING),
        (standing(SILENT_AFTER_MS + 1), UP, Condition.SILENT),
        (standing(), GONE, Condition.SILENT),
        (standing(said="stop"), GONE, Condition.STOPPED),
        (standing(SILENT_AFTER_MS + 1, said="stop"), UP, Condition.STOPPED),
        (standing(), CAMERA_LOST, Condition.STOPPED),
        (standing(said="stop"), None, Condition.STOPPED),
        # The word of now counts more than a note that may still be on its way.
        (standing(said="stop"), UP, Condition.WORKING),
    ],
)
def test_a_gate_does_as_its_last_words_say(
    known: Standing | None, state: State | None, expected: Condition
) -> None:
    assert condition(known, state, NOW) is expected


def test_every_gate_of_the_roster_is_there_before_it_was_ever_heard_of() -> None:
    (line,) = drawn().gates
    assert (line.place, line.condition, line.waiting) == ("Bến xe Mẫu", Condition.NEVER, None)


def test_what_waits_at_a_silent_gate_is_marked_as_old() -> None:
    known = Standing("g1", health=pack(Health(waiting=7)), health_ms=1)
    (line,) = drawn(known).gates
    assert (line.waiting, line.waiting_old, line.condition) == (7, True, Condition.SILENT)


def test_forks_refusals_and_faults_are_warned_of() -> None:
    health = pack(Health(waiting=0, fault="camera-lost"))
    known = Standing("g1", health=health, health_ms=NOW, forks=2, complaints=3)
    assert drawn(known).gates[0].warnings == (
        Alert(Warn.FORK, 2),
        Alert(Warn.REFUSED, 3),
        Alert(Warn.FAULT, code="camera-lost"),
    )


def test_the_worst_that_a_gate_complains_of_is_beside_it() -> None:
    health = pack(Health(waiting=0, wall=NOW, alarms=("view-covered", "too-hot")))
    known = msgspec.structs.replace(standing(), health=health, health_ms=NOW)
    assert drawn(known).gates[0].warnings == (Alert(Warn.ALARM, code="view-covered"),)


def test_a_gate_that_left_the_roster_is_still_shown() -> None:
    lines = drawn(Standing("old", record_ms=NOW)).gates
    assert [(line.gate, line.warnings) for line in lines] == [
        ("old", (Alert(Warn.UNLISTED),)),
        ("g1", ()),
    ]


def test_gates_are_listed_in_vietnamese_order() -> None:
    texts = [("Xã Đông", "Chợ"), ("Xã Da", "Cổng 10"), ("Xã Da", "Cổng 2"), ("Xã Âu", "Chợ")]
    gates = tuple(
        msgspec.structs.replace(GATE, gate=f"g{number}", area=area, place=place)
        for number, (area, place) in enumerate(texts)
    )
    lines = draw(msgspec.structs.replace(ROSTER, gates=gates), {}, (), NOW, 1).gates
    assert [(line.area, line.place) for line in lines] == [
        ("Xã Âu", "Chợ"),
        ("Xã Da", "Cổng 2"),
        ("Xã Da", "Cổng 10"),
        ("Xã Đông", "Chợ"),
    ]


def test_the_gates_that_somebody_has_to_ask_about_come_first() -> None:
    gates = tuple(msgspec.structs.replace(GATE, gate=f"g{number}") for number in range(6))
    long_ago = NOW - 2 * SILENT_AFTER_MS
    standings = {
        "g0": Standing("g0", record_ms=NOW),
        "g2": Standing("g2", record_ms=NOW, complaints=1),
        "g3": Standing("g3", record_ms=long_ago),
        "g4": Standing("g4", record_ms=long_ago, said="stop"),
        "g5": Standing("g5", record_ms=NOW, forks=1),
    }
    lines = draw(msgspec.structs.replace(ROSTER, gates=gates), standings, (), NOW, 1).gates
    assert [line.gate for line in lines] == ["g5", "g4", "g3", "g2", "g1", "g0"]


def test_a_gate_that_moved_is_shown_where_it_stands_now() -> None:
    market = Place("cho", "Chợ Mới", Kind.MARKET, "c1", "economy", gates=("g1",))
    roster = Roster("", "", (GATE,), (Area("c1", "Xã Một"),), (), (market,))
    gap = Gap("g1", "j1", Lack.DECLARED, 3, 5, NOW)
    shown = draw(roster, {}, (row(),), NOW, 1, (gap,))
    (line,) = shown.gates
    assert (line.place, line.area, line.sector) == ("Chợ Mới", "Xã Một", "economy")
    assert (shown.scans[0].place, shown.gaps[0].place) == ("Chợ Mới", "Chợ Mới")


@pytest.mark.parametrize(
    ("changes", "unsure", "late"),
    [
        ({}, False, False),
        ({"clock": ClockState.VOUCHED}, False, False),
        ({"clock": ClockState.UNSYNCED}, True, False),
        ({"marks": ("clock-unsure",)}, True, False),
        ({"received": NOW + LATE_AFTER_MS + 1}, False, True),
        # Without a clock nobody knows how late it is.
        ({"received": NOW + LATE_AFTER_MS + 1, "clock": ClockState.UNSYNCED}, True, False),
    ],
)
def test_doubt_about_the_time_of_a_scan_is_shown(
    changes: dict[str, object], *, unsure: bool, late: bool
) -> None:
    (line,) = drawn(rows=(row(**changes),)).scans
    assert (line.unsure, line.late) == (unsure, late)


def test_a_gates_other_doubts_are_shown_beside_its_answer() -> None:
    (line,) = drawn(rows=(row(marks=("clock-unsure", "list-stale", "of-a-newer-gate")),)).scans
    assert line.marks == ("list-stale", "of-a-newer-gate")


def test_a_report_that_cannot_be_read_is_no_report() -> None:
    known = Standing("g1", state=b"?", health=b"?", state_ms=NOW)
    assert drawn(known).gates[0].condition is Condition.WORKING


def test_a_time_that_was_corrected_is_shown_with_its_bound() -> None:
    unsure = row(clock=ClockState.UNSYNCED, wall=5, moment=Moment(NOW - 9, 1_500))
    (line,) = drawn(rows=(unsure,)).scans
    assert (line.wall_ms, line.unsure, line.bound_ms) == (NOW - 9, True, 1_500)
    (line,) = drawn(rows=(row(moment=Moment(NOW - 9, 1_500)),)).scans
    assert (line.wall_ms, line.bound_ms) == (NOW, None)


def test_what_is_missing_is_shown_unless_it_is_only_under_way() -> None:
    gaps = [
        Gap("g1", "j1", Lack.DECLARED, 3, 5, NOW, cause="damaged"),
        Gap("g1", "j1", Lack.GAP, 8, 9, NOW - UNDER_WAY_MS),
        Gap("g1", "j1", Lack.GAP, 8, 9, NOW - UNDER_WAY_MS + 1),
        Gap("g9", "j1", Lack.UNSENT, 1, 1, NOW - UNDER_WAY_MS, retired=True),
    ]
    shown = draw(ROSTER, {}, (), NOW, 1, gaps).gaps
    assert [(line.place, line.lack, line.count, line.retired) for line in shown] == [
        ("Bến xe Mẫu", Lack.DECLARED, 3, False),
        ("Bến xe Mẫu", Lack.GAP, 2, False),
        ("", Lack.UNSENT, 1, True),
    ]
