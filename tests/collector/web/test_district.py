"""The district at a glance: what is counted, whose story is told first, and what is not told."""

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.figures.discretion import Figure, Shown
from collector.figures.plausible import Finding, Story
from collector.figures.tally import Tally, local_slot
from collector.roster import Area, Gate, Kind, Place, Roster, Sector
from collector.web import interface
from collector.web.board import Alert, Condition, GateLine, Warn
from collector.web.district import STORIES, District, Known, Trouble, draw
from wire.keys import Use, entry
from wire.record import Direction

KEY = entry(Ed25519PrivateKey.generate().public_key(), Use.RECORDS)
NOW = 1_790_000_000_000
AREAS = (Area("d", "Huyện"), Area("c1", "Xã Một", "d"), Area("c2", "Đông", "d"))
WAYS = (Direction.IN, Direction.OUT)
SECTORS = (Sector("s", "Ngành"),)


def place(name: str, area: str = "c1", **more: Any) -> Place:  # noqa: ANN401  # any field
    return Place(name, f"Nơi {name}", more.pop("kind", Kind.OFFICE), area, "s", **more)


def gate(name: str, where: str) -> Gate:
    return Gate(name, where, "c1", "s", WAYS, KEY)


ROSTER = Roster(
    "Huyện",
    "",
    (gate("g1", "p1"), gate("g2", "p1"), gate("g3", "p2")),
    AREAS,
    SECTORS,
    (place("p1"), place("p2", "c2"), place("p3", "c2", contact="Bà Hoa", phone="0299")),
)


def line(name: str, how: Condition = Condition.WORKING, *warnings: Alert) -> GateLine:
    return GateLine(name, "", "", "", WAYS, how, None, False, 0, False, warnings)  # noqa: FBT003


def drawn(
    *lines: GateLine,
    roster: Roster = ROSTER,
    tally: Tally | None = None,
    **more: Any,  # noqa: ANN401  # any field
) -> District:
    values: dict[str, Any] = {"alarms": {}, "findings": {}, "opened": None, **more}
    known = Known(roster, lines or tuple(map(line, ("g1", "g2", "g3"))), now_ms=NOW, **values)
    return draw(known, tally or Tally())


def test_places_and_gates_are_counted_by_commune_in_vietnamese_order() -> None:
    found = drawn(line("g1"), line("g2", Condition.SILENT), line("g3"))
    assert [each.name for each in found.areas] == ["Đông", "Xã Một"]
    assert [(each.places, each.deployed, each.gates, each.alive) for each in found.areas] == [
        (2, 1, 1, 1),
        (1, 1, 2, 1),
    ]
    assert (found.whole.places, found.whole.gates, found.whole.alive) == (3, 3, 2)


def test_a_gate_is_deployed_only_when_a_scan_of_it_has_been_opened() -> None:
    found = drawn(opened=frozenset({"g3"}))
    assert (found.whole.deployed, found.opens) == (1, True)
    assert {each.place for each in found.overdue} == {"Nơi p1", "Nơi p3"}
    assert {each.code for each in found.stories} == {Trouble.SEALED}


def test_until_there_is_a_vault_a_gate_that_was_heard_counts() -> None:
    found = drawn(line("g1"), line("g2"), line("g3", Condition.NEVER))
    assert (found.whole.deployed, found.opens) == (1, False)


def test_a_place_without_a_working_gate_is_told_with_whom_to_call() -> None:
    (overdue,) = drawn().overdue
    assert (overdue.place, overdue.gates, overdue.contact, overdue.phone) == (
        "Nơi p3",
        0,
        "Bà Hoa",
        "0299",
    )


@pytest.mark.parametrize(
    ("starts", "ends", "is_due"),
    [
        ("2026-09-22T08:00", "2026-09-23T20:00", True),
        ("2026-12-01T08:00", "2026-12-02T20:00", False),
        ("2026-01-01T08:00", "2026-01-02T20:00", False),
    ],
)
def test_an_event_is_counted_and_overdue_only_when_it_is_near(
    starts: str,
    ends: str,
    is_due: bool,  # noqa: FBT001
) -> None:
    event = place("e", kind=Kind.EVENT, starts=starts, ends=ends)
    roster = msgspec.structs.replace(ROSTER, places=(event,), gates=())
    assert bool(drawn(roster=roster).overdue) is is_due
    assert drawn(roster=roster).whole.places == int(is_due)
    carried = msgspec.structs.replace(roster, gates=(gate("g1", "e"),))
    assert drawn(line("g1"), roster=carried).whole.places == 1  # a gate stands there still


def test_a_gate_that_sends_what_nobody_opens_is_not_said_to_be_silent() -> None:
    lines = (line("g1"), line("g2"), line("g3", Condition.NEVER))
    found = drawn(*lines, opened=frozenset())
    assert [(each.id, each.gates, each.heard) for each in found.overdue] == [
        ("p2", 1, False),
        ("p3", 0, False),
        ("p1", 2, True),
    ]


def test_a_gate_has_its_story_though_the_board_has_room_for_the_worst_only() -> None:
    gates = tuple(gate(f"n{number}", "p1") for number in range(STORIES + 3))
    roster = msgspec.structs.replace(ROSTER, gates=gates)
    lines = tuple(line(each.gate, Condition.SILENT) for each in gates)
    found = drawn(*lines, roster=roster)
    assert (len(found.stories), len(found.worst), found.more_stories) == (33, STORIES, 3)
    known = Known(roster, lines, {}, {}, None, NOW)
    assert {each.story for each in interface.gates(known, found).gates} == {Trouble.SILENT}


def test_each_gate_has_one_story_and_the_worst_comes_first() -> None:
    few = Finding("g1", Story.FEW, 10, 80.0, 1e-6)
    found = drawn(
        line("g1"),
        line("g2", Condition.STOPPED, Alert(Warn.REFUSED, 4)),
        line("g3", Condition.SILENT),
        findings={"g1": few, "g2": few},
        alarms={"g2": ("view-dark",)},
    )
    assert [(each.gate, each.code) for each in found.stories] == [
        ("g2", Trouble.STOPPED),
        ("g1", Story.FEW),
        ("g3", Trouble.SILENT),
    ]
    assert (found.stories[1].seen, found.stories[1].usual) == (10, 80)


@pytest.mark.parametrize(
    ("seen", "usual", "told"),
    [(0, 63.0, (0, 65)), (3, 31.7, (Shown.FEW, 30)), (13, 3.2, (15, Shown.FEW))],
)
def test_a_story_counts_to_the_next_five(
    seen: int, usual: float, told: tuple[Figure, Figure]
) -> None:
    """Its hours are not named, so that they cannot be taken from those on the gate's page."""
    found = drawn(findings={"g1": Finding("g1", Story.MOVED, seen, usual)})
    assert (found.stories[0].seen, found.stories[0].usual) == told


@pytest.mark.parametrize(
    ("story", "ways", "seen", "told"),
    [
        (Story.FEW, (Direction.IN,), 8, (0, 0)),
        (Story.SILENT, (Direction.IN,), 0, (0, 40)),
        (Story.FEW, (Direction.OUT,), 8, (10, 40)),
        (Story.ENTRIES, WAYS, 8, (0, 0)),
        (Story.EXITS, WAYS, 8, (10, 40)),
    ],
)
def test_entries_alone_are_not_told_beside_the_hours_that_they_are_made_of(
    story: Story, ways: tuple[Direction, ...], seen: int, told: tuple[int, int]
) -> None:
    """Two hours of a few each, and ten in both, would be four in each."""
    one_way = msgspec.structs.replace(line("g1"), directions=ways)
    found = drawn(one_way, findings={"g1": Finding("g1", story, seen, 40.0)})
    assert (found.stories[0].seen, found.stories[0].usual) == told


def test_a_gate_that_cannot_see_is_alive_and_not_plausible() -> None:
    whole = drawn(alarms={"g1": ("view-dark",)}).whole
    assert (whole.alive, whole.plausible) == (3, 2)


def counts(**gates: tuple[int, int]) -> Tally:
    """Return today's counts, in the first hour."""
    tally = Tally()
    for name, (ins, outs) in gates.items():
        day = tally.day(name, local_slot(NOW)[0])
        day.ins[1], day.outs[2] = ins, outs
    return tally


def test_people_inside_are_rounded_and_few_are_not_told() -> None:
    found = drawn(tally=counts(g1=(30, 4), g2=(0, 9), g3=(3, 0)))
    assert [(each.place, each.figure) for each in found.inside] == [
        ("Nơi p1", 15),
        ("Nơi p2", Shown.FEW),
    ]
    assert found.inside_total == 15


def test_where_nobody_is_counted_going_out_it_is_not_told_who_is_inside() -> None:
    """Nineteen in one hour and a few in the next would be four, if all were inside and about 25."""
    ways_in = tuple(
        msgspec.structs.replace(each, directions=(Direction.IN,)) for each in ROSTER.gates
    )
    roster = msgspec.structs.replace(ROSTER, gates=ways_in)
    found = drawn(roster=roster, tally=counts(g1=(19, 0), g3=(9, 0)))
    assert (found.inside, found.inside_total) == ((), 0)
    found = drawn(roster=roster, tally=counts(g1=(19, 0), g2=(0, 1), g3=(9, 0)))
    assert [each.place for each in found.inside] == ["Nơi p1"]


def test_the_day_by_hour_tells_no_few_and_no_sum_that_gives_them_away() -> None:
    tally = counts(g1=(4, 0))
    tally.day("g1", local_slot(NOW)[0]).ins[4] = 7
    found = drawn(tally=tally)
    assert [each.figure for each in found.hours[:3]] == [Shown.FEW, 7, 0]
    assert [each.level for each in found.hours[:3]] == [0, 10, 0]
    assert found.day_total is Shown.WITHHELD


def test_an_empty_roster_is_an_empty_district() -> None:
    found = drawn(roster=Roster("", "", ()))
    assert (found.whole.places, found.stories, found.overdue) == (0, (), ())
