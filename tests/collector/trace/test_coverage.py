"""Coverage: what a journal itself says about when its gate saw who passed."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from collector.localday import MINUTE_MS
from collector.trace.coverage import Sign, Watch, began, breaks, covered, followed
from collector.trace.entries import Coverage, Piece, State
from wire.record import What

WORKING, DOWN, BLIND, UNDELIVERED = State
WINDOW = (0, 600 * MINUTE_MS)


def sign(minute: float, what: What | None = None, boot: str = "a", view: str = "") -> Sign:
    return Sign(int(minute * MINUTE_MS), boot, what, view)


def alive(first: int, last: int, boot: str = "a") -> list[Sign]:
    return [sign(each, What.ALIVE, boot) for each in range(first, last + 1, 5)]


def read(signs: list[Sign]) -> list[Piece]:
    watch = began(signs[0])
    found: list[Piece] = []
    for each in signs[1:]:
        watch, ended = followed(watch, each)
        found += ended
    return [*found, watch.open]


def states(signs: list[Sign]) -> list[tuple[float, float, State]]:
    """Return the pieces of the window in minutes."""
    return minutes(covered("g", 1, read(signs), WINDOW))


def minutes(coverage: Coverage) -> list[tuple[float, float, State]]:
    return [(x.from_ms / MINUTE_MS, x.until_ms / MINUTE_MS, x.state) for x in coverage.pieces]


def test_a_gate_works_from_its_first_record_and_is_unknown_after_its_last() -> None:
    assert states(alive(60, 300)) == [(0, 60, DOWN), (60, 300, WORKING), (300, 600, UNDELIVERED)]


def test_a_silence_is_a_time_in_which_it_did_not_work() -> None:
    assert states(alive(0, 100) + alive(150, 600)) == [
        (0, 100, WORKING),
        (100, 150, DOWN),
        (150, 600, WORKING),
    ]


def test_between_a_stop_and_a_start_it_did_not_work() -> None:
    line = [*alive(0, 100), sign(101, What.STOP), sign(104, What.START), *alive(105, 600)]
    assert states(line) == [(0, 101, WORKING), (101, 104, DOWN), (104, 600, WORKING)]


def test_a_power_cut_is_known_by_the_boot_after_it() -> None:
    assert states(alive(0, 100) + alive(103, 600, "b"))[1] == (100, 103, DOWN)


def test_a_restart_of_seconds_is_no_outage() -> None:
    line = [*alive(0, 100), sign(100.1, What.STOP), sign(100.4, What.START), *alive(105, 600)]
    assert states(line) == [(0, 600, WORKING)]


def test_a_covered_view_is_a_time_in_which_it_could_not_see() -> None:
    covered_at = sign(101, What.VIEW, view="covered")
    line = [*alive(0, 100), covered_at, *alive(105, 200), sign(203, What.VIEW, view="clear")]
    assert states(line + alive(205, 600)) == [
        (0, 101, WORKING),
        (101, 203, BLIND),
        (203, 600, WORKING),
    ]


def test_what_is_lost_was_not_seen() -> None:
    lost = Sign(130 * MINUTE_MS, "a", is_lost=True)
    assert states([*alive(0, 100), lost, *alive(135, 600)])[1] == (100, 130, BLIND)


def test_a_clock_that_goes_back_makes_no_piece_that_ends_before_it_begins() -> None:
    assert all(each.from_ms <= each.until_ms for each in read([sign(50), sign(20), sign(60)]))


def test_a_gate_never_heard_of_has_delivered_nothing() -> None:
    assert minutes(covered("g", 1, (), WINDOW)) == [(0, 600, UNDELIVERED)]


def test_another_journal_goes_on_where_the_first_ended() -> None:
    both = [*read(alive(0, 100)), *read(alive(200, 300, "b"))]
    assert minutes(covered("g", 1, both, WINDOW)) == [
        (0, 100, WORKING),
        (100, 200, DOWN),
        (200, 300, WORKING),
        (300, 600, UNDELIVERED),
    ]


def test_where_two_journals_speak_of_one_time_seeing_wins() -> None:
    both = [*read(alive(0, 100) + alive(300, 400)), *read(alive(150, 200, "b"))]
    assert minutes(covered("g", 1, both, (0, 400 * MINUTE_MS))) == [
        (0, 100, WORKING),
        (100, 150, DOWN),
        (150, 200, WORKING),
        (200, 300, DOWN),
        (300, 400, WORKING),
    ]


def test_breaks_are_those_of_any_gate_of_the_place() -> None:
    one = covered("g", 1, read(alive(0, 100) + alive(150, 600)), WINDOW)
    two = covered("h", 1, read([sign(0), sign(1, What.VIEW, view="dark"), sign(5)]), WINDOW)
    far = covered("i", 2, (), WINDOW)
    assert breaks([one, two, far], 1) == (
        (1 * MINUTE_MS, 5 * MINUTE_MS),
        (100 * MINUTE_MS, 150 * MINUTE_MS),
    )


@st.composite
def journals(draw: st.DrawFn) -> list[Sign]:
    at, boot, found = draw(st.integers(-(10**7), 10**7)), "a", []
    for _ in range(draw(st.integers(1, 20))):
        at += draw(st.integers(0, 20 * MINUTE_MS))
        what = draw(st.sampled_from([None, What.START, What.STOP, What.VIEW, What.ALIVE]))
        boot = draw(st.sampled_from([boot, boot, boot + "x"]))
        view = draw(st.sampled_from(["clear", "dark"]))
        found.append(Sign(at, boot, what, view, draw(st.integers(0, 9)) == 0))
    return found


@given(st.lists(journals(), max_size=3))
def test_the_window_is_covered_without_a_hole(lines: list[list[Sign]]) -> None:
    known = [piece for line in lines for piece in read(line)]
    found = covered("g", 1, known, WINDOW).pieces
    ends = [WINDOW[0], *(each.until_ms for each in found)]
    assert [each.from_ms for each in found] == ends[:-1]
    assert ends[-1] == WINDOW[1]
    assert all(one.state is not two.state for one, two in itertools.pairwise(found))


@given(journals(), st.data())
def test_reading_a_journal_in_parts_says_the_same(line: list[Sign], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(line) - 1))
    watch: Watch = began(line[0])
    parts: list[Piece] = []
    for number, each in enumerate(line[1:], 1):
        if number == cut:
            watch = Watch(watch.open, watch.boot, watch.stopped)
        watch, ended = followed(watch, each)
        parts += ended
    assert [*parts, watch.open] == read(line)
