"""Stays: what was seen of one person decides them, and nothing else does."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.localday import HOUR_MS, MINUTE_MS, day_of, midnight
from collector.trace.entries import Doubt, Flag, How, Setting, Sighting, Stay, Way
from collector.trace.stays import TRAVEL_MS, stays
from wire.openinghours import Hours, Opening

DAY = 20_800
EIGHT = midnight(DAY) + 8 * HOUR_MS
IN, OUT = Way.IN, Way.OUT
SCHOOL, MARKET, FERRY = 1, 2, 3
WEEK = Hours(
    (
        Opening(("mon-sun",), "07:00", "11:30"),
        Opening(("mon-sun",), "13:00", "17:00"),
    )
)
SETTINGS = {
    SCHOOL: Setting(SCHOOL, area=10, longest_ms=12 * HOUR_MS, hours=WEEK),
    MARKET: Setting(MARKET, area=10, longest_ms=3 * HOUR_MS),
    FERRY: Setting(FERRY, area=20, longest_ms=2 * HOUR_MS),
}


def seen(
    minute: int, place: int, way: Way, gate: int = 0, span: int = 1_000, flags: int = 0
) -> Sighting:
    """Return a sighting `minute` minutes after eight, by the place's only door or another."""
    mark = 100 * place + gate
    at = EIGHT + minute * MINUTE_MS
    return Sighting(at, span, mark, place, way, mark, 1_000 + minute, Flag(flags))


def hows(*sightings: Sighting) -> list[tuple[int, How]]:
    return [(each.place, each.how) for each in stays(sightings, SETTINGS)]


def only(*sightings: Sighting) -> Stay:
    (found,) = stays(sightings, SETTINGS)
    return found


def after_eight(ms: int) -> float:
    return (ms - EIGHT) / MINUTE_MS


@st.composite
def days(draw: st.DrawFn) -> list[Sighting]:
    """Draw what doors saw of one person, with clocks good and bad, in order of each journal."""
    found, minute = [], 0
    for _ in range(draw(st.integers(0, 12))):
        minute += draw(st.integers(0, 300))
        place = draw(st.sampled_from([SCHOOL, MARKET, FERRY, 9]))
        span = draw(st.sampled_from([0, 2_000, 90 * MINUTE_MS]))
        flags = draw(st.sampled_from([0, 0, 0, *map(int, Flag)]))
        way = draw(st.sampled_from(Way))
        found.append(seen(minute, place, way, draw(st.integers(0, 1)), span, flags))
    return list({(each.mark, each.seq): each for each in found}.values())


@given(days(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(day: list[Sighting], dice: object) -> None:
    mixed = [*day, *day]
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert stays(mixed, SETTINGS) == stays(day, SETTINGS)


@given(days())
def test_every_passage_is_in_one_stay_and_every_stay_can_be(day: list[Sighting]) -> None:
    found = stays(day, SETTINGS)
    passed = [each for each in day if not each.flags & Flag.CANCELLED]
    whole = sum(each.how is How.SEEN for each in found)
    assert len(found) + whole == len(passed)
    assert len({(each.place, each.in_lo) for each in found}) == len(found)
    for each in found:
        assert each.in_lo <= each.in_hi <= each.out_hi
        assert each.in_lo <= each.out_lo <= each.out_hi


def test_an_entry_and_an_exit_are_a_stay_between_them() -> None:
    stay = only(seen(0, MARKET, IN), seen(40, MARKET, OUT))
    bounds = (EIGHT, EIGHT + 1_000, EIGHT + 40 * MINUTE_MS, EIGHT + 40 * MINUTE_MS + 1_000)
    assert stay == Stay(MARKET, *bounds, How.SEEN)
    assert stay.day == DAY == day_of(EIGHT)


def test_several_gates_of_a_place_are_one_place() -> None:
    assert hows(seen(0, MARKET, IN, gate=1), seen(40, MARKET, OUT, gate=2)) == [(MARKET, How.SEEN)]


def test_a_stay_without_exit_ends_by_the_next_sighting() -> None:
    first, second = stays([seen(0, MARKET, IN), seen(60, SCHOOL, IN)], SETTINGS)[::-1]
    assert first.how is How.ELSEWHERE
    assert after_eight(first.out_hi) == pytest.approx(60, abs=0.1)
    assert first.out_lo == first.in_lo, "it may have ended at once"
    assert second.how is How.CLOSING


def test_a_stay_without_exit_ends_by_closing_time_and_a_break_is_no_closing() -> None:
    stay = only(seen(60, SCHOOL, IN))
    assert (stay.how, stay.out_hi) == (How.CLOSING, midnight(DAY) + 17 * HOUR_MS)


def test_a_stay_without_exit_ends_by_the_longest_usual_stay() -> None:
    stay = only(seen(0, MARKET, IN))
    assert (stay.how, stay.out_hi) == (How.LONGEST, EIGHT + 1_000 + 3 * HOUR_MS)


def test_who_comes_after_closing_is_not_put_out_before_coming() -> None:
    stay = only(seen(10 * 60, SCHOOL, IN))
    assert stay.how is How.LONGEST


def test_a_closed_day_has_no_closing_time() -> None:
    closed = Hours(WEEK.openings, ("2026-12-13",))
    settings = {SCHOOL: msgspec.structs.replace(SETTINGS[SCHOOL], hours=closed)}
    assert day_of(EIGHT) == 20_800
    (stay,) = stays([seen(60, SCHOOL, IN)], settings)
    assert stay.how is How.LONGEST


def test_an_exit_without_entry_begins_at_the_latest_with_it() -> None:
    stay = only(seen(300, MARKET, OUT))
    assert stay.how is How.UNENTERED
    assert after_eight(stay.in_lo) == 300 - 180
    assert stay.in_hi == stay.out_hi
    assert stay.day == DAY


def test_an_exit_without_entry_begins_after_the_sighting_before() -> None:
    _, stay = stays([seen(200, SCHOOL, OUT), seen(300, MARKET, OUT)], SETTINGS)
    assert after_eight(stay.in_lo) == 200


def test_an_exit_long_after_the_longest_stay_is_not_of_that_entry() -> None:
    assert hows(seen(0, MARKET, IN), seen(300, MARKET, OUT)) == [
        (MARKET, How.LONGEST),
        (MARKET, How.UNENTERED),
    ]


def test_a_second_entry_ends_the_stay_that_the_first_began() -> None:
    assert hows(seen(0, MARKET, IN), seen(30, MARKET, IN), seen(50, MARKET, OUT)) == [
        (MARKET, How.ELSEWHERE),
        (MARKET, How.SEEN),
    ]


def test_after_a_passage_that_was_cancelled_nobody_passed() -> None:
    cancelled = seen(10, MARKET, IN, flags=Flag.CANCELLED)
    assert hows(cancelled) == []
    assert hows(seen(0, MARKET, IN), cancelled, seen(50, MARKET, OUT)) == [(MARKET, How.SEEN)]


def test_doors_for_both_ways_alternate_by_what_the_whole_place_saw() -> None:
    guessed = Flag.INFERRED
    north = seen(0, MARKET, IN, gate=1, flags=guessed)
    south = seen(40, MARKET, IN, gate=2, flags=guessed)
    again = seen(70, MARKET, OUT, gate=2, flags=guessed)
    assert hows(north, south, again) == [(MARKET, How.SEEN), (MARKET, How.LONGEST)]


def test_whoever_was_seen_elsewhere_since_comes_in_at_a_door_for_both_ways() -> None:
    guessed = Flag.INFERRED
    line = [seen(0, MARKET, IN, flags=guessed), seen(30, SCHOOL, IN), seen(40, SCHOOL, OUT)]
    assert hows(*line, seen(60, MARKET, OUT, flags=guessed)) == [
        (SCHOOL, How.SEEN),
        (MARKET, How.ELSEWHERE),
        (MARKET, How.LONGEST),
    ]


def test_whoever_forgot_the_exit_comes_in_again_the_next_day() -> None:
    guessed = Flag.INFERRED
    assert hows(seen(0, MARKET, IN, flags=guessed), seen(24 * 60, MARKET, OUT, flags=guessed)) == [
        (MARKET, How.LONGEST),
        (MARKET, How.LONGEST),
    ]


def test_one_person_at_two_distant_places_at_once_is_marked() -> None:
    at_school = [seen(0, SCHOOL, IN), seen(300, SCHOOL, OUT)]
    far, near = ([seen(60, each, IN), seen(90, each, OUT)] for each in (FERRY, MARKET))
    marked = stays(at_school + far, SETTINGS)
    assert [(each.place, each.how, each.doubts) for each in marked] == [
        (SCHOOL, How.SEEN, Doubt.COPIED),
        (FERRY, How.SEEN, Doubt.COPIED),
    ]
    assert all(each.out_lo <= each.in_hi for each in marked), "nothing is certain of either"
    stepped_out = stays(at_school + near, SETTINGS)
    assert [(each.place, each.how, each.doubts) for each in stepped_out] == [
        (SCHOOL, How.ELSEWHERE, Doubt(0)),
        (SCHOOL, How.UNENTERED, Doubt(0)),
        (MARKET, How.SEEN, Doubt(0)),
    ]


def test_nobody_travels_between_areas_in_no_time() -> None:
    one, other = seen(0, SCHOOL, OUT), seen(TRAVEL_MS // MINUTE_MS - 1, FERRY, IN)
    assert [each.doubts for each in stays([one, other], SETTINGS)] == [Doubt.COPIED] * 2
    later = seen(TRAVEL_MS // MINUTE_MS + 1, FERRY, IN)
    assert [each.doubts for each in stays([one, later], SETTINGS)] == [Doubt(0)] * 2


def test_the_order_within_a_journal_is_believed_before_a_bad_clock() -> None:
    entry = seen(0, MARKET, IN, span=300 * MINUTE_MS)
    leaving = seen(10, MARKET, OUT, span=1_000)
    stay = only(entry, leaving)
    assert stay.how is How.SEEN
    assert stay.in_hi == leaving.until, "nobody comes in after going out"


def test_a_time_without_bounds_or_an_order_that_is_a_guess_makes_nothing_certain() -> None:
    by_arrival = seen(0, MARKET, IN, flags=Flag.ARRIVAL)
    one = seen(0, MARKET, IN, gate=1, span=20 * MINUTE_MS)
    other = seen(12, MARKET, OUT, gate=2)
    for line in ([by_arrival, seen(40, MARKET, OUT)], [one, other]):
        stay = only(*line)
        assert (stay.how, stay.doubts) == (How.SEEN, Doubt.UNSURE)
        assert stay.out_lo <= stay.in_hi


def test_two_stays_at_one_place_never_begin_alike() -> None:
    line = [seen(0, MARKET, IN, gate=each) for each in range(3)]
    assert [each.in_lo - EIGHT for each in stays(line, SETTINGS)] == [-2, -1, 0]
