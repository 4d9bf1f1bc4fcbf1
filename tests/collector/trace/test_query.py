"""Answers, in each database: the same as the pure measures give, within the officer's scope."""

import random
from collections.abc import Callable

import msgspec
import pytest

from collector.database.ports import Database, Session
from collector.errors import LedgerBroken, QuestionTooWide
from collector.localday import HOUR_MS, MINUTE_MS, day_of, midnight
from collector.trace import contacts, query, watching
from collector.trace.coverage import Sign, breaks
from collector.trace.entries import (
    Answer,
    Contact,
    Doubt,
    Flag,
    How,
    Question,
    Rule,
    Setting,
    Sighting,
    State,
    Stay,
    Way,
    window,
)
from collector.trace.meetings import absence, bounds
from collector.trace.stays import stays
from tests.collector.trace.conftest import fill
from wire.record import What

DAY, DAYS, PEOPLE, PLACES = 20_800, 6, 40, 6
SINCE, UNTIL = midnight(DAY + 1), midnight(DAY + 5) + 9 * HOUR_MS
NOW = midnight(DAY + DAYS)
ALL, SOME = "all", "some"
SETTINGS = {each: Setting(each, area=1 + each % 2) for each in range(1, PLACES + 1)}
QUESTION = Question(index=(1, 2), from_ms=SINCE, until_ms=UNTIL)


class District(msgspec.Struct):
    """A small district whose stays are known outside the database too."""

    seen: dict[int, list[Sighting]]
    stays: dict[int, tuple[Stay, ...]]
    down: dict[int, list[Sign]]


def drawn(seed: int) -> District:
    """Draw people who come and go, exits that are missed, and gates that fail."""
    dice = random.Random(seed)  # noqa: S311  # a district, no secret
    seen = {person: _seen(dice, person) for person in range(1, PEOPLE + 1)}
    people = {person: stays(its, SETTINGS) for person, its in seen.items()}
    return District(seen, people, {place: _signs(dice) for place in SETTINGS})


def _seen(dice: random.Random, person: int) -> list[Sighting]:
    found: list[Sighting] = []
    home = dice.randint(1, PLACES)
    for day in range(DAY, DAY + DAYS):
        now = midnight(day) + dice.randint(6, 9) * HOUR_MS
        for _ in range(dice.randint(0, 3)):
            place = home if dice.random() < 0.7 else dice.randint(1, PLACES)
            for way in (Way.IN, Way.OUT):
                now += dice.randint(3, 200) * MINUTE_MS
                if dice.random() < 0.8:
                    span = dice.choice([1_000, 4 * MINUTE_MS])
                    flags = Flag.ARRIVAL if dice.random() < 0.03 else Flag(0)
                    seq = 1_000 * person + len(found)
                    link = 1 + len(found) % 3
                    found.append(Sighting(now, span, place, place, way, place, seq, flags, link))
    return found


def _signs(dice: random.Random) -> list[Sign]:
    """Return the journal of a gate that is down now and then, in the middle of the day too."""
    found, at, end = [], midnight(DAY), NOW - dice.randint(0, 30) * HOUR_MS
    while at < end:
        silent = 90 if dice.random() < 0.004 else 5
        at += silent * MINUTE_MS
        found.append(Sign(at, "a", What.ALIVE))
    return found


def write(session: Session, district: District) -> None:
    for key in SETTINGS:
        session.run(
            "INSERT INTO place_key VALUES (?, ?, ?, 'school', ?, 'health', ?, 0, '')",
            (key, f"p{key}", f"Place {key}", f"area-{key % 2}", key % 2),
        )
        session.run("INSERT INTO gate_key VALUES (?, ?, ?)", (key, f"g{key}", key))
        session.run("INSERT INTO grant_scope VALUES (?, ?)", (ALL, key))
        if key % 2:
            session.run("INSERT INTO grant_scope VALUES (?, ?)", (SOME, key))
        watching.follow(session, key, key, district.down[key])
    session.run("INSERT INTO team VALUES ('7A', 3)")
    session.many(
        "INSERT INTO sighting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
        [
            (
                *(each.day, person, each.at, each.mark, each.seq, each.span, each.gate),
                *(int(each.way), int(each.flags), each.link),
            )
            for person, its in district.seen.items()
            for each in its
        ],
    )
    for person, found in district.stays.items():
        fill(session, person, found)


@pytest.fixture(scope="module", params=[1, 2])
def district(
    request: pytest.FixtureRequest, fresh: Callable[[], Database]
) -> tuple[District, Database]:
    found, database = drawn(request.param), fresh()
    with database.writing() as session:
        write(session, found)
    return found, database


def expected(
    district: District, asked: Question, answer: Answer, places: set[int]
) -> list[Contact]:
    """Measure every pair of stays by itself."""
    floor, within = asked.rule.min_minutes * MINUTE_MS, (asked.from_ms, asked.until_ms)
    found = []
    for person in set(district.stays) - set(asked.index) - set(asked.but):
        days: dict[int, list[tuple[int, int, int, int, Doubt]]] = {}
        for index in (each for one in asked.index for each in district.stays[one]):
            down = breaks(answer.coverage, index.place)
            for other in district.stays[person]:
                if other.place != index.place or index.place not in places:
                    continue
                gone = absence(index, down)
                least, most = bounds(index, other, within, asked.rule.margin_ms, gone)
                if most:
                    first = max(index.in_lo, other.in_lo, asked.from_ms)
                    doubts = Doubt(index.doubts | other.doubts)
                    meeting = (least, most, first, first + most, doubts)
                    days.setdefault(other.day, []).append(meeting)
        kept = [each for each in days.values() if sum(most for _, most, *_ in each) >= floor]
        if kept:
            flat = [each for day in kept for each in day]
            least, most = sum(each[0] for each in flat), sum(each[1] for each in flat)
            ends = min(each[2] for each in flat), max(each[3] for each in flat)
            doubts = Doubt(0)
            for each in flat:
                doubts |= each[4]
            found.append(
                Contact(person, least, most, *ends, len(flat), len(kept), doubts, asked.ring)
            )
    return sorted(found, key=lambda each: (-each.least_ms, -each.most_ms, each.person))


@pytest.mark.parametrize(
    "asked",
    [
        QUESTION,
        msgspec.structs.replace(QUESTION, rule=Rule(min_minutes=60, margin_ms=10 * MINUTE_MS)),
        msgspec.structs.replace(QUESTION, index=(3,), but=(4, 5, 6), ring=2),
        msgspec.structs.replace(QUESTION, from_ms=midnight(DAY + 2), until_ms=midnight(DAY + 3)),
    ],
)
def test_the_answer_is_what_every_pair_measured_by_itself_gives(
    district: tuple[District, Database], asked: Question
) -> None:
    drawn_, database = district
    with database.reading() as session:
        found = query.answer(session, asked, ALL, NOW)
    assert list(found.contacts) == expected(drawn_, asked, found, set(SETTINGS))
    assert found.contacts


def test_what_is_certain_comes_before_what_is_only_possible(
    district: tuple[District, Database],
) -> None:
    _, database = district
    with database.reading() as session:
        found = query.answer(session, QUESTION, ALL, NOW).contacts
    certain = [each.least_ms > 0 for each in found]
    assert certain == sorted(certain, reverse=True)
    assert [each.possible for each in found] == [not each for each in certain]
    assert any(certain)
    assert not all(certain)


def test_what_lies_outside_the_scope_is_counted_and_not_shown(
    district: tuple[District, Database],
) -> None:
    drawn_, database = district
    with database.reading() as session:
        part = query.answer(session, QUESTION, SOME, NOW)
        nothing = query.answer(session, QUESTION, "nobody", NOW)
        whole = query.answer(session, QUESTION, ALL, NOW)
    mine = {each for each in SETTINGS if each % 2}
    assert {each.where.key for each in part.visits} <= mine
    assert list(part.contacts) == expected(drawn_, QUESTION, part, mine)
    assert len(part.visits) + part.outside.visits == len(whole.visits)
    everywhere = {each.where.key for each in whole.visits}
    assert part.outside.places == len(everywhere - mine)
    bare = msgspec.structs.replace(whole, coverage=())
    beyond = expected(drawn_, QUESTION, bare, set(SETTINGS) - mine)
    assert part.outside.people == len(beyond)
    assert (nothing.visits, nothing.contacts, nothing.coverage) == ((), (), ())
    assert nothing.outside.people == len(whole.contacts)
    assert whole.outside.people == whole.outside.places == 0


def test_the_meetings_of_a_contact_add_up_to_its_line(district: tuple[District, Database]) -> None:
    _, database = district
    asked = msgspec.structs.replace(QUESTION, rule=Rule(min_minutes=0))
    with database.reading() as session:
        for each in query.answer(session, asked, ALL, NOW).contacts:
            found = query.meetings(session, asked, ALL, each.person, NOW)
            assert len(found) == each.meetings
            assert sum(meeting.least_ms for meeting in found) == each.least_ms
            assert sum(meeting.most_ms for meeting in found) == each.most_ms
            assert {meeting.index for meeting in found} <= set(asked.index)


def test_it_opens_with_places_and_times_and_counts_before_anybody_is_named(
    district: tuple[District, Database],
) -> None:
    drawn_, database = district
    with database.reading() as session:
        found = query.places_of(session, QUESTION, ALL, NOW).visits
    assert found
    for visit in found:
        since, until = max(visit.in_lo, SINCE), min(visit.out_hi, UNTIL)
        there = {
            person
            for person, its in drawn_.stays.items()
            for each in its
            if each.place == visit.where.key and each.in_lo < until and each.out_hi > since
        }
        assert visit.people == len(there - set(QUESTION.index))


def test_a_visit_names_the_gates_and_what_led_to_the_person(
    district: tuple[District, Database],
) -> None:
    drawn_, database = district
    with database.reading() as session:
        found = query.answer(session, QUESTION, ALL, NOW).visits
    for visit in found:
        entry = {x.at: x for x in drawn_.seen[visit.person] if x.place == visit.where.key}
        leaving = {x.until: x for x in entry.values()}
        known = [] if visit.how is How.UNENTERED else [entry[visit.in_lo]]
        if visit.how in (How.SEEN, How.UNENTERED):
            known.append(leaving[visit.out_hi])
        assert visit.links == tuple(dict.fromkeys(each.link for each in known))
        assert visit.gates == (f"g{visit.where.key}",)


def test_it_is_narrowed_by_place_by_roof_and_by_team(district: tuple[District, Database]) -> None:
    _, database = district
    with database.reading() as session:
        here = msgspec.structs.replace(QUESTION, only=(1, 2))
        roofed = msgspec.structs.replace(QUESTION, rule=Rule(indoor_only=True))
        team = msgspec.structs.replace(QUESTION, teams=("7A",), rule=Rule(min_minutes=0))
        assert {each.where.key for each in query.answer(session, here, ALL, NOW).visits} <= {1, 2}
        assert all(each.where.indoor for each in query.answer(session, roofed, ALL, NOW).visits)
        assert {each.person for each in query.answer(session, team, ALL, NOW).contacts} <= {3}


def test_a_place_can_be_asked_about_for_itself(district: tuple[District, Database]) -> None:
    drawn_, database = district
    day = (midnight(DAY + 2), midnight(DAY + 3))
    asked = Question((), *day, rule=Rule(min_minutes=0), places=((1, *day), (2, *day)))
    with database.reading() as session:
        found = query.answer(session, asked, SOME, NOW)
    assert [each.where.key for each in found.visits] == [1]
    assert (found.outside.visits, found.outside.places) == (0, 1)
    there = {
        person
        for person, its in drawn_.stays.items()
        if any(x.place == 2 and x.in_lo < day[1] and x.out_hi > day[0] for x in its)
    }
    assert found.outside.people == len(there)
    assert {each.person for each in found.contacts} == {
        person
        for person, its in drawn_.stays.items()
        if any(x.place == 1 and x.in_lo < day[1] and x.out_hi > day[0] for x in its)
    }


def test_the_second_ring_is_of_the_chosen_and_names_nobody_twice(
    district: tuple[District, Database],
) -> None:
    _, database = district
    with database.reading() as session:
        first = query.answer(session, QUESTION, ALL, NOW)
        chosen = first.contacts[:2]
        asked = query.second(QUESTION, first, chosen)
        found = query.answer(session, asked, ALL, NOW)
    known = {*QUESTION.index, *(each.person for each in first.contacts)}
    assert asked.index == tuple(each.person for each in chosen)
    assert known.isdisjoint(each.person for each in found.contacts)
    assert {each.ring for each in found.contacts} <= {2}


def test_an_answer_over_minutes_that_have_not_come_says_that_it_may_grow(
    district: tuple[District, Database],
) -> None:
    _, database = district
    late = msgspec.structs.replace(QUESTION, until_ms=NOW)
    early = msgspec.structs.replace(QUESTION, from_ms=SINCE, until_ms=midnight(DAY + 3))
    with database.reading() as session:
        assert query.answer(session, late, ALL, NOW).may_grow
        whole = query.answer(session, early, ALL, NOW)
    assert not whole.may_grow
    assert all(each.ms(State.WORKING) for each in whole.coverage)


def test_whoever_asks_about_everybody_is_told_to_ask_about_fewer(
    district: tuple[District, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, database = district
    window = (midnight(DAY), midnight(DAY + DAYS))
    everywhere = Question((), *window, places=tuple((key, *window) for key in SETTINGS))
    with database.reading() as session:
        whole = query.answer(session, everywhere, ALL, NOW)
        monkeypatch.setattr(contacts, "SPANS", 3)
        assert query.answer(session, everywhere, ALL, NOW) == whole
        monkeypatch.setattr(contacts, "MOST", 50)
        with pytest.raises(QuestionTooWide):
            query.answer(session, everywhere, ALL, NOW)


def test_nothing_is_asked_about_the_time_to_come(district: tuple[District, Database]) -> None:
    _, database = district
    now = midnight(DAY + 3)
    with database.reading() as session:
        found = query.answer(session, QUESTION, ALL, now)
    assert found.asked.until_ms == now
    assert all(each.last_ms <= now for each in found.contacts)


def test_nobody_writes_while_asking(district: tuple[District, Database]) -> None:
    _, database = district
    with pytest.raises(LedgerBroken), database.reading() as session:
        session.run("DELETE FROM stay")


def test_the_usual_window_begins_three_days_before_the_first_symptoms() -> None:
    since, until = window(DAY, NOW)
    assert (day_of(since), until) == (DAY - 3, NOW)
    assert since == midnight(DAY - 3)
