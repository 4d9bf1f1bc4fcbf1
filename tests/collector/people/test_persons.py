"""Person rows: found by what was seen of them, made one, and taken apart again."""

from collections.abc import Iterator
from itertools import count

import pytest

from collector.database.ports import Database, Session
from collector.errors import MergeRefused, PersonUnknown
from collector.localday import DAY_MS, HOUR_MS, midnight
from collector.people import aliases, persons, sightings, stays
from collector.people.entries import Kind, Mac, Strength
from collector.people.sightings import Kept
from collector.trace.entries import Sighting, Way

EPOCH = 2900
AT = midnight(EPOCH * 7) + 8 * HOUR_MS
_SEQS = count(1)


def mac(kind: Kind, value: str, epoch: int = EPOCH, strength: Strength = Strength.CODE) -> Mac:
    """Stand for the MAC of an identifier: what matters here is which are the same."""
    return Mac(kind, epoch, f"{value} {epoch}".encode(), strength)


def seen(session: Session, *macs: Mac, at: int = AT, gate: int = 1, way: Way = Way.IN) -> int:
    """Let somebody be seen; return the part."""
    part, link = aliases.holder(session, macs, max(each.epoch for each in macs), at)
    whole = persons.whole(session, part)
    found = Sighting(at, 1000, gate, gate, way, gate, next(_SEQS), link=link)
    sightings.add(session, [Kept(whole, EPOCH, found)])
    if whole != part:
        persons.remember(session, found.mark, found.seq, part)
    return part


def where(session: Session, person: int) -> list[int]:
    return [each.seen.at for each in sightings.of_person(session, person, sightings.days(session))]


@pytest.fixture
def session(people: Database) -> Iterator[Session]:
    with people.writing() as session:
        session.run("INSERT INTO epoch (id, from_day, until_day) VALUES (?, 0, 0)", (EPOCH,))
        yield session


def test_who_shows_the_same_code_again_is_the_same(session: Session) -> None:
    first = seen(session, mac(Kind.NUMBER, "a"))
    assert seen(session, mac(Kind.NUMBER, "a"), at=AT + HOUR_MS) == first
    assert seen(session, mac(Kind.NUMBER, "b")) != first
    assert where(session, first) == [AT, AT + HOUR_MS]


def test_a_number_tells_nothing_of_who_it_is(session: Session) -> None:
    rows = [seen(session, mac(Kind.NUMBER, str(each))) for each in range(20)]
    assert all(0 < row < 2**40 for row in rows)
    assert rows != sorted(rows)


def test_after_an_epochs_turn_the_old_alias_leads_to_the_same_person(session: Session) -> None:
    old, new = mac(Kind.NUMBER, "a"), mac(Kind.NUMBER, "a", EPOCH + 1)
    first = seen(session, old)
    assert seen(session, new, old, at=AT + 7 * DAY_MS) == first
    session.run("DELETE FROM alias WHERE epoch = ?", (EPOCH,))
    assert seen(session, new, at=AT + 8 * DAY_MS) == first


def test_one_code_that_names_two_persons_makes_them_one(session: Session) -> None:
    card, earlier = mac(Kind.NUMBER, "new"), mac(Kind.FORMER, "old")
    kept = seen(session, card)
    joined = seen(session, earlier, at=AT + HOUR_MS)
    seen(session, card, earlier, at=AT + 2 * HOUR_MS)
    assert persons.whole(session, joined) == kept
    assert where(session, kept) == [AT, AT + HOUR_MS, AT + 2 * HOUR_MS]
    (merge,) = persons.merges(session, [kept])
    assert (merge.officer, merge.reason) == ("", b"")


def test_an_earlier_number_given_out_twice_joins_no_two_who_have_cards(session: Session) -> None:
    one = seen(session, mac(Kind.NUMBER, "a"), mac(Kind.FORMER, "old"))
    other = seen(session, mac(Kind.NUMBER, "b"))
    again = seen(session, mac(Kind.NUMBER, "b"), mac(Kind.FORMER, "old"), at=AT + 1)
    assert again == other
    assert persons.whole(session, one) != persons.whole(session, other)


@pytest.mark.parametrize(
    ("kind", "strength"),
    [
        (Kind.PHONE, Strength.POSSIBLE),
        (Kind.NAME, Strength.POSSIBLE),
        (Kind.NUMBER, Strength.DECLARED),
    ],
)
def test_what_only_finds_joins_nobody_and_leads_to_both(
    session: Session, kind: Kind, strength: Strength
) -> None:
    shared = mac(kind, "shared", strength=strength)
    one = seen(session, mac(Kind.PASS, "a"), shared)
    other = seen(session, mac(Kind.PASS, "b"), shared)
    assert persons.whole(session, one) == one
    assert persons.whole(session, other) == other
    found = aliases.found(session, [shared])
    assert {each.person for each in found} == {one, other}
    assert {each.strength for each in found} == {strength}


def test_what_a_card_has_said_is_not_forgotten_for_what_a_form_says(session: Session) -> None:
    number = mac(Kind.NUMBER, "a")
    one = seen(session, number)
    aliases.add(session, one, [mac(Kind.NUMBER, "a", strength=Strength.DECLARED)])
    assert [each.strength for each in aliases.found(session, [number])] == [Strength.CODE]


def test_a_merge_can_be_undone_and_later_sightings_go_where_they_belong(session: Session) -> None:
    one, other = seen(session, mac(Kind.PASS, "a")), seen(session, mac(Kind.PASS, "b"), at=AT + 1)
    number = persons.join(session, one, other, "lan", (1, b"sealed"), AT)
    seen(session, mac(Kind.PASS, "a"), at=AT + 2)
    seen(session, mac(Kind.PASS, "b"), at=AT + 3)
    assert where(session, one) == [AT, AT + 1, AT + 2, AT + 3]
    assert set(persons.part(session, number, "minh", AT + 9)) == {one, other}
    assert where(session, one) == [AT, AT + 2]
    assert where(session, other) == [AT + 1, AT + 3]
    assert session.rows("SELECT * FROM origin") == []
    (told,) = persons.merges(session, [other])
    assert (told.officer, told.undone_by, told.undone_ms) == ("lan", "minh", AT + 9)


def test_merges_upon_merges_come_apart_in_any_order(session: Session) -> None:
    rows = [seen(session, mac(Kind.PASS, str(each)), at=AT + each) for each in range(4)]
    ab = persons.join(session, rows[0], rows[1], "lan", (0, b""), AT)
    cd = persons.join(session, rows[2], rows[3], "lan", (0, b""), AT)
    persons.join(session, rows[0], rows[2], "lan", (0, b""), AT)
    assert where(session, rows[0]) == [AT, AT + 1, AT + 2, AT + 3]
    persons.part(session, cd, "lan", AT)  # the innermost first
    assert where(session, rows[0]) == [AT, AT + 1, AT + 2]
    assert where(session, rows[3]) == [AT + 3]
    persons.part(session, ab, "lan", AT)
    assert where(session, rows[0]) == [AT, AT + 2]
    assert where(session, rows[1]) == [AT + 1]
    with pytest.raises(MergeRefused):
        persons.part(session, ab, "lan", AT)


def test_whom_an_officer_took_apart_no_code_joins_again(session: Session) -> None:
    card, earlier = mac(Kind.NUMBER, "new"), mac(Kind.FORMER, "old")
    one, other = seen(session, card), seen(session, earlier)
    seen(session, card, earlier)
    (merge,) = persons.merges(session, [one])
    persons.part(session, merge.id, "lan", AT)
    assert seen(session, card, earlier) == one
    assert persons.whole(session, other) == other


def test_only_two_wholes_can_be_joined(session: Session) -> None:
    one, other = seen(session, mac(Kind.PASS, "a")), seen(session, mac(Kind.PASS, "b"))
    persons.join(session, one, other, "lan", (0, b""), AT)
    for pair in ((one, one), (one, other), (other, one)):
        with pytest.raises(MergeRefused):
            persons.join(session, *pair, "lan", (0, b""), AT)
    with pytest.raises(PersonUnknown):
        persons.join(session, one, 7, "lan", (0, b""), AT)


def test_whoever_shows_codes_of_many_people_joins_only_so_many(session: Session) -> None:
    card = mac(Kind.NUMBER, "forger")
    one = seen(session, card)
    for each in range(persons.MAX_PARTS + 2):
        other = mac(Kind.INSURANCE, str(each))
        seen(session, other)
        assert seen(session, card, other) == one
    assert len(persons.parts(session, one)) == persons.MAX_PARTS


def test_stays_follow_a_merge_and_its_undoing(session: Session) -> None:
    one = seen(session, mac(Kind.PASS, "a"))
    other = seen(session, mac(Kind.PASS, "b"), at=AT + HOUR_MS, way=Way.OUT)
    rules = stays.settings(session)

    def kinds(*rows: int) -> list[int]:
        for row in rows:
            stays.pair(session, row, rules)
        asked = "SELECT how FROM stay ORDER BY how"
        return [how for (how,) in session.rows(asked)]

    apart = kinds(one, other)
    number = persons.join(session, one, other, "lan", (0, b""), AT)
    assert kinds(one, other) == [0]  # in and out: one whole stay
    persons.part(session, number, "lan", AT)
    assert kinds(one, other) == apart != [0]
