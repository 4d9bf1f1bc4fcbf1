"""Which broker, when, and how: nobody is flooded, nobody is held up, and nothing is for ever."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from device.uplink.link import Manner
from device.uplink.route import BUSY_NS, OLD_NS, STEADY_NS, TAKEN_NS, UNSTEADY, Route

S = 10**9
PLACES = ("a:8883", "b:8883", "c:8883")


def most(longest: float) -> float:
    return longest


def at_once(_longest: float) -> float:
    return 0.0


def route(dice: Callable[[float], float] = at_once, places: tuple[str, ...] = PLACES) -> Route:
    return Route(places, 300.0, dice)


def lose(found: Route, now: int, code: int = 0, *, was_up: bool = False, named: str = "") -> None:
    if was_up:
        found.welcomed(now)
    found.lost(now, code, named)


def test_addresses_are_tried_in_turn_at_once_and_a_round_of_failures_is_followed_by_a_wait() -> (
    None
):
    found, now = route(most), 0
    tried: list[tuple[int, int]] = []
    while len(tried) < 7:
        due = found.due(now)
        if due is None:
            now += S
            continue
        tried.append((now // S, due))
        lose(found, now)
    assert tried == [(0, 0), (0, 1), (0, 2), (2, 0), (2, 1), (2, 2), (6, 0)]


def test_one_address_alone_is_tried_less_and_less_often() -> None:
    found, now, waits = route(most, ("a:8883",)), 0, []
    for _ in range(12):
        lose(found, now)
        before = now
        while found.due(now) is None:
            now += S
        waits.append((now - before) // S)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]


def test_a_broker_that_kept_us_is_forgiven_and_a_fleet_that_lost_it_spreads() -> None:
    found = route(most)
    for _ in range(20):
        lose(found, 0)
    found.welcomed(400 * S)
    found.lost(400 * S + STEADY_NS, 0, "")
    assert found.due(400 * S + STEADY_NS) is None
    assert found.due(401 * S + STEADY_NS) is not None


def test_two_that_throw_each_other_out_in_silence_come_back_less_and_less_often() -> None:
    found, now, waits = route(most, ("a:8883",)), 0, []
    for _ in range(10):
        found.welcomed(now)
        found.lost(now + S, 0, "")
        before = now = now + S
        while found.due(now) is None:
            now += S
        waits.append((now - before) // S)
        assert found.unsteady is (len(waits) >= UNSTEADY)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    found.welcomed(now)
    found.lost(now + STEADY_NS, 0, "")
    assert not found.unsteady


def test_a_busy_broker_rests_and_the_others_do_not() -> None:
    found = route()
    assert found.due(0) == 0
    lose(found, 0, 0x89)
    assert found.due(0) == 1
    lose(found, 0)
    lose(found, 0)
    assert found.due(0) == 1  # not the first one
    lose(found, BUSY_NS // 2, 0)
    lose(found, BUSY_NS // 2, 0)
    assert found.due(BUSY_NS // 2) == 0


def test_only_a_configured_broker_is_gone_to_when_another_names_it() -> None:
    found = route()
    assert found.due(0) == 0
    lose(found, 0, 0x9D, named="c:8883")
    assert found.due(0) == 2
    lose(found, 0, 0x9C, named="evil.example:8883")
    assert found.due(0) == 0  # the next in turn
    lose(found, 0, 0x9D, named="a:8883")  # itself
    assert found.due(0) == 1


def test_two_gates_with_one_identity_do_not_throw_each_other_out_all_day() -> None:
    found = route()
    assert found.due(0) == 0
    lose(found, 0, 0x8E, was_up=True)
    assert found.due(TAKEN_NS - 1) is None
    assert found.due(TAKEN_NS) == 1
    late = route(most)
    lose(late, 0, 0x8E, was_up=True)
    assert late.due(5 * TAKEN_NS - 1) is None


def test_a_broker_too_old_for_mqtt_5_is_spoken_to_in_the_old_way_for_an_hour() -> None:
    found = route()
    assert found.manner(0) == Manner()
    lose(found, 0, 0x84)
    assert found.due(0) == 0  # the same one, at once
    assert found.manner(0) == Manner(old=True)
    found.welcomed(0)
    assert found.manner(OLD_NS - 1).old
    assert not found.manner(OLD_NS).old


def test_a_lost_line_is_no_reason_to_speak_in_the_old_way() -> None:
    found = route()
    for code in (0, 0x80, 0x87, 0x89, 0x8D, 0x95):
        lose(found, 0, code)
        found.due(S * 400)
        assert not found.manner(S * 400).old


def test_a_broker_that_misunderstands_a_topics_number_gets_the_whole_topic() -> None:
    found = route(places=("a:8883",))
    lose(found, 0, 0x94, was_up=True)
    assert found.due(0) == 0
    assert not found.manner(0).aliases


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 0x84, 0x89, 0x8E, 0x94, 0x9C]), st.booleans()), max_size=40
    ),
    st.integers(1, 4),
)
def test_whatever_happens_some_address_is_due_in_time(
    happenings: list[tuple[int, bool]], count: int
) -> None:
    found = route(most, PLACES[:count] if count <= 3 else PLACES)
    now = 0
    for code, was_up in happenings:
        lose(found, now, code, was_up=was_up, named="b:8883")
        now += 301 * S + 5 * TAKEN_NS
        assert found.due(now) is not None
