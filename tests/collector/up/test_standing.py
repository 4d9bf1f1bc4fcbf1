"""When a program is started again, and what is said of one that does not come up."""

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from collector.up.child import Child
from collector.up.programs import DAY_S, Program
from collector.up.standing import LONGEST_S, SETTLED_S, Standing, pause_s

CHILD = cast("Child", object())
READY = '{"event": "web.ready", "level": "info", "timestamp": "2026-01-01"}'


def standing(ready: str = "web.ready", every_s: float = 0.0) -> Standing:
    return Standing(Program("web", lambda _: (), ready, every_s=every_s), ("x",))


def late(each: Standing) -> bool:
    return each.late


@given(st.integers(min_value=1, max_value=10**6))
def test_a_pause_doubles_and_never_ends_the_trying(fails: int) -> None:
    assert 1.0 <= pause_s(fails) <= LONGEST_S
    assert pause_s(fails + 1) in (2 * pause_s(fails), LONGEST_S)


def test_each_failure_at_a_start_waits_longer() -> None:
    each, waits = standing(), []
    for number in range(8):
        each.started(CHILD, number * 100.0)
        waits.append(each.ended(2, number * 100.0 + 1))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert each.child is None


def test_who_ran_for_long_is_started_again_soon() -> None:
    each = standing()
    for number in range(5):
        each.started(CHILD, number * 100.0)
        each.ended(2, number * 100.0 + 1)
    each.started(CHILD, 1000.0)
    assert each.ended(-9, 1000.0 + SETTLED_S) == 1


def test_what_ends_by_itself_is_started_again_a_day_after_its_start_and_soon_after_a_fault() -> (
    None
):
    each = standing(ready="", every_s=DAY_S)
    assert not late(each)
    each.started(CHILD, 0.0)
    assert each.ended(0, 40.0) == DAY_S - 40
    each.started(CHILD, DAY_S)
    assert each.ended(1, DAY_S + 1) == DAY_S - 1  # it has said why it deletes nothing
    each.started(CHILD, 2 * DAY_S)
    assert each.ended(2, 2 * DAY_S + 1) == 1
    assert each.due_s == 2 * DAY_S + 2


def test_a_line_makes_it_ready_once_until_it_ends() -> None:
    each = standing()
    each.started(CHILD, 0.0)
    assert late(each)
    assert each.hear('{"event": "web.listening", "url": "http://x/"}') == (
        "web.listening url=http://x/",
        False,
    )
    assert each.url == "http://x/"
    assert each.hear(READY)[1]
    assert not each.hear(READY)[1]
    assert not late(each)
    each.ended(-9, 1.0)
    assert late(each)


def test_a_failure_that_repeats_is_said_once_and_again_after_it_worked() -> None:
    each = standing()
    for number in range(3):
        each.started(CHILD, 0.0)
        shown, _ = each.hear("port-busy: ...")
        assert shown == (None if number else "port-busy: ...")
        each.ended(2, 1.0)
    each.started(CHILD, 0.0)
    each.hear(READY)
    assert each.hear("again and again")[0] == "again and again"
    assert each.hear("again and again")[0] == "again and again"
    each.ended(2, 1.0)
    each.started(CHILD, 2.0)
    assert each.hear("port-busy: ...")[0] == "port-busy: ..."
