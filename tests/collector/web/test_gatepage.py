"""One gate's page: its strip is made of its own notes, and of nothing that was not heard."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from collector.ledger.entries import NoteAt
from collector.ledger.times import Moment
from collector.web.gatepage import How, strip, told
from wire.record import ClockState, Note, What

BEGIN = 1_790_000_000_000
HOUR = 3_600_000


def note(what: str, at: int, **data: Any) -> NoteAt:  # noqa: ANN401  # a note's own
    stamp: dict[str, Any] = {"seq": 1, "boot": "b", "up": 1, "wall": max(0, at)}
    stamp["clock"] = ClockState.SYNCED
    said = Note(**stamp, what=What(what), data=data)
    return NoteAt("g", "j", 1, Moment(at, 5), "b", 1, said)


def alive(begin: int, end: int) -> list[NoteAt]:
    return [note("alive", at) for at in range(begin, end, 300_000)]


def drawn(notes: list[NoteAt], cells: int = 4) -> list[str]:
    return [cell.how for cell in strip(notes, BEGIN, BEGIN + cells * HOUR, cells)]


def test_a_gate_that_says_it_is_alive_works() -> None:
    assert drawn(alive(BEGIN, BEGIN + 4 * HOUR)) == ["working"] * 4


def test_a_gate_that_stopped_does_not_work_until_it_starts() -> None:
    notes = [*alive(BEGIN, BEGIN + HOUR), note("stop", BEGIN + HOUR)]
    assert drawn(notes) == ["working", "stopped", "stopped", "stopped"]
    notes.append(note("start", BEGIN + 3 * HOUR))
    assert drawn([*notes, *alive(BEGIN + 3 * HOUR, BEGIN + 4 * HOUR)])[-1] == "working"


def test_a_gate_whose_view_is_covered_could_not_see_until_it_is_free() -> None:
    notes = alive(BEGIN, BEGIN + 4 * HOUR)
    notes += [note("view", BEGIN + HOUR, view="covered"), note("view", BEGIN + 2 * HOUR, view="")]
    assert drawn(notes) == ["working", "unseen-view", "working", "working"]


def test_what_has_not_arrived_is_unknown_and_known_when_it_comes() -> None:
    early = alive(BEGIN, BEGIN + HOUR - 10 * 60_000)
    assert drawn(early) == ["working", "unknown", "unknown", "unknown"]
    assert drawn([*alive(BEGIN + HOUR, BEGIN + 4 * HOUR), *early]) == ["working"] * 4


@given(st.lists(st.tuples(st.sampled_from(["alive", "stop", "start", "view"]), st.integers())))
def test_any_notes_make_a_strip(found: list[tuple[str, int]]) -> None:
    notes = [note(what, at, view="dark") for what, at in found]
    cells = strip(notes, BEGIN, BEGIN + 48 * HOUR, 48)
    assert len(cells) == 48
    assert {cell.how for cell in cells} <= set(How)


def test_answers_to_commands_are_told_newest_first_and_the_policy_with_them() -> None:
    notes = [
        note("command", BEGIN, does="identify", outcome="done"),
        note("policy", BEGIN + 1, site="x", version=3),
        note("command", BEGIN + 2, does="restart", outcome="expired", nonce="n"),
    ]
    found = told(notes)
    assert [(each.does, each.outcome) for each in found.answers] == [
        ("restart", "expired"),
        ("identify", "done"),
    ]
    assert found.policy == 3
