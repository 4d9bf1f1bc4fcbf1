"""What lies beyond an officer's scope is handed to the district, and taken up by one of it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from collector.cases import schema
from collector.cases.entries import Act, Referral
from collector.cases.referrals import Referrals
from collector.cases.roles import Actor, Role
from collector.database.made import made
from collector.database.ports import Database
from collector.database.postgres import PostgresDatabase
from collector.database.sqlite import SqliteDatabase
from collector.errors import CaseClosed, CaseUnknown, NotAllowed, ReferralRefused, ReferralTaken
from tests.collector.cases.conftest import (
    AUDITOR,
    DISTRICT,
    KEEPER,
    NOW,
    OF_A,
    OF_B,
    OPERATOR,
    SECOND,
    Office,
)

OF_SECTOR = Actor("co-mai", Role.SECTOR, sectors=("education",))
BOUND = Actor("anh-an", Role.DISTRICT, areas=("a",))


@pytest.fixture
def referrals(office: Office) -> Referrals:
    office.opened()
    return Referrals(office.database, office.audit, office.register)


def acts(office: Office) -> list[Act]:
    return [row.act for row in office.audit.rows() if row.act is not Act.CASE_OPENED]


@pytest.mark.parametrize(("places", "people"), [(1, 0), (1, 1), (2, 4), (3, 41)])
def test_what_lies_beyond_is_handed_over_and_taken_up(
    office: Office, referrals: Referrals, places: int, people: int
) -> None:
    assert referrals.of_case(OF_A, 1) is None
    made = referrals.refer(OF_A, 1, (places, people), NOW)
    assert made == Referral(1, 1, places, people, "co-lan", NOW)
    assert referrals.of_case(OF_A, 1) == made
    assert referrals.waiting(DISTRICT, NOW) == (made,)
    taken = referrals.take_up(DISTRICT, 1, NOW + 1)
    assert (taken.taken_by, taken.taken_ms) == ("chi-ha", NOW + 1)
    assert referrals.of_case(OF_A, 1) == taken
    assert referrals.waiting(DISTRICT, NOW) == referrals.waiting(SECOND, NOW) == ()
    counts = {"places": places, "persons": people}
    rows = office.audit.rows()[-2:]
    said = [(row.act, row.officer, row.case, row.persons, row.counts) for row in rows]
    assert said == [
        (Act.REFERRED, "co-lan", 1, (), counts),
        (Act.TAKEN_UP, "chi-ha", 1, (), counts),
    ]


def test_nothing_beyond_and_no_trace_are_said_so(office: Office, referrals: Referrals) -> None:
    for beyond, why in (((0, 0), ReferralRefused.NOTHING), (None, ReferralRefused.UNTRACED)):
        with pytest.raises(ReferralRefused, match=why):
            referrals.refer(OF_A, 1, beyond, NOW)
    with pytest.raises(ReferralRefused, match=ReferralRefused.NONE):
        referrals.take_up(DISTRICT, 1, NOW)
    assert acts(office) == []


def test_twice_is_once_until_it_is_more(office: Office, referrals: Referrals) -> None:
    first = referrals.refer(OF_A, 1, (2, 41), NOW)
    for beyond in ((2, 41), (1, 41), (2, 3)):
        assert referrals.refer(OF_A, 1, beyond, NOW + 1) == first
    assert referrals.refer(OF_SECTOR, 1, (1, 5), NOW + 1) == first  # it waits for all of the case
    more = referrals.refer(OF_A, 1, (2, 42), NOW + 2)
    assert referrals.waiting(DISTRICT, NOW) == (more,)
    taken = referrals.take_up(DISTRICT, 1, NOW + 3)
    assert taken.number == more.number
    assert referrals.refer(OF_A, 1, (2, 42), NOW + 4) == taken
    other = referrals.refer(OF_SECTOR, 1, (1, 5), NOW + 5)
    assert referrals.waiting(DISTRICT, NOW) == (other,)
    again = referrals.refer(OF_A, 1, (3, 1), NOW + 6)
    assert referrals.take_up(SECOND, 1, NOW + 7).number == again.number
    assert acts(office).count(Act.REFERRED) == 4


def test_taking_up_again_is_nothing_new_and_the_second_is_told_who(
    office: Office, referrals: Referrals
) -> None:
    referrals.refer(OF_A, 1, (2, 41), NOW)
    taken = referrals.take_up(DISTRICT, 1, NOW + 1)
    assert referrals.take_up(DISTRICT, 1, NOW + 2) == taken
    with pytest.raises(ReferralTaken, match="chi-ha"):
        referrals.take_up(SECOND, 1, NOW + 3)
    assert acts(office) == [Act.REFERRED, Act.TAKEN_UP]


def test_of_two_at_once_one_has_it(office: Office, referrals: Referrals) -> None:
    referrals.refer(OF_A, 1, (2, 41), NOW)
    ready, told = threading.Barrier(2), dict[str, str]()

    def take(actor: Actor) -> None:
        ready.wait()
        try:
            told[actor.officer] = referrals.take_up(actor, 1, NOW).taken_by
        except ReferralTaken as error:
            told[actor.officer] = str(error)

    both = [threading.Thread(target=take, args=(each,)) for each in (DISTRICT, SECOND)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    (winner,) = {*told.values()}
    assert sorted(told) == ["anh-nam", "chi-ha"]
    stored = referrals.of_case(DISTRICT, 1)
    assert stored is not None
    assert stored.taken_by == winner
    assert acts(office) == [Act.REFERRED, Act.TAKEN_UP]


@pytest.mark.parametrize("actor", [OF_A, OF_SECTOR, BOUND, OF_B, AUDITOR, OPERATOR, KEEPER])
def test_whose_scope_holds_no_more_takes_nothing_up(
    office: Office, referrals: Referrals, actor: Actor
) -> None:
    made = referrals.refer(OF_A, 1, (2, 41), NOW)
    with pytest.raises((NotAllowed, CaseUnknown)):
        referrals.take_up(actor, 1, NOW)
    assert referrals.waiting(actor, NOW) == ()
    assert referrals.of_case(DISTRICT, 1) == made
    assert acts(office) == [Act.REFERRED, Act.REFUSED]


@pytest.mark.parametrize("actor", [OF_B, AUDITOR, OPERATOR, KEEPER])
def test_whose_case_it_is_not_hands_nothing_over(
    office: Office, referrals: Referrals, actor: Actor
) -> None:
    with pytest.raises((NotAllowed, CaseUnknown)):
        referrals.refer(actor, 1, (2, 41), NOW)
    with pytest.raises(CaseUnknown):
        referrals.of_case(actor, 1)
    assert referrals.of_case(DISTRICT, 1) is None
    assert acts(office) == [Act.REFUSED]


def test_nobody_takes_up_what_they_have_handed_over(referrals: Referrals) -> None:
    referrals.refer(OF_A, 1, (2, 41), NOW)
    promoted = Actor(OF_A.officer, Role.DISTRICT)
    assert referrals.waiting(promoted, NOW) == ()
    with pytest.raises(ReferralRefused, match=ReferralRefused.OWN):
        referrals.take_up(promoted, 1, NOW)


def test_of_a_case_that_is_over_nothing_waits(office: Office, referrals: Referrals) -> None:
    made = referrals.refer(OF_A, 1, (2, 41), NOW)
    office.register.close(OF_A, 1, NOW + 1)
    assert referrals.waiting(DISTRICT, NOW + 1) == ()
    with pytest.raises(CaseClosed):
        referrals.take_up(DISTRICT, 1, NOW + 1)
    with pytest.raises(CaseClosed):
        referrals.refer(OF_A, 1, (3, 99), NOW + 1)
    assert referrals.of_case(OF_A, 1) == made


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    database: Database
    if request.param == "postgres":
        database = PostgresDatabase(request.getfixturevalue("postgres").database())
    else:
        database = SqliteDatabase(tmp_path / "before.db")
    yield database
    database.close()


def test_tables_of_the_release_before_take_it(empty: Database) -> None:
    guarded = schema.TABLES + (schema.GUARDS if empty.dialect == "sqlite" else "")
    made(empty, guarded, 2, schema.APPLICATION, {2: schema.LATER[2]})
    with empty.writing() as session:
        session.run(
            "INSERT INTO case_file (number, area, opened_by, opened_ms, expires_ms, onset_day,"
            " isolation_day, rule, typed) VALUES (1, 'a', 'lan', ?, ?, 0, 0, '{}', ?)",
            (NOW, NOW + 1, b""),
        )
    schema.make(empty)
    assert empty.version(schema.APPLICATION) == 3
    row = Referral(1, 1, 2, 41, "co-lan", NOW)
    values = msgspec.structs.astuple(row)
    with empty.writing() as session:
        session.run("INSERT INTO referral VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        assert session.rows("SELECT * FROM referral") == [values]
        assert session.rows("SELECT opened_by FROM case_file") == [("lan",)]
