"""Who is registered with a pass is found by what was said; only a card that was seen joins."""

import pytest

from collector.cases.roles import Actor, Role
from collector.errors import NotAllowed
from collector.people import aliases, identifiers, persons
from collector.people.entries import Found, Kind, Strength
from collector.vault.casework import Casework
from collector.vault.desk import Desk
from collector.vault.entries import Registration
from collector.vault.errors import RegistrationInvalid, VaultLocked
from tests.collector.vault.conftest import DAY, HOUR, MONDAY, SealingGate, Town, card

AT = MONDAY + 8 * HOUR
CLERK = Actor("clerk", Role.ATTENDANT)
PASS = "0001020304050607"
SAID = Registration(PASS, checked=True, number="001 0900 00001", phone="+84 912 345 678")


def desk(town: Town, at: int = AT) -> Desk:
    return Desk(
        town.room,
        town.people,
        Casework(town.people, town.room, lambda area: frozenset({area})),
        lambda: at,
    )


def found(town: Town, kind: Kind, text: str) -> tuple[Found, ...]:
    ring = town.room.opened.ring
    with town.people.reading() as session:
        return aliases.found(session, ring.macs(identifiers.typed(kind, text), ring.alive(session)))


def passage(town: Town, fields: dict[str, str], at: int, gate: str, kind: str) -> None:
    pen = SealingGate(gate)
    pen.passes(fields, at, kind=kind)
    town.send(pen, at + 500)
    town.settle(at + 600)


def test_a_card_seen_at_the_desk_joins_the_pass_with_whoever_has_shown_it(town: Town) -> None:
    town.unlock(AT)
    passage(town, card(1), AT, "g1", "id-card")
    passage(town, {"pass": PASS, "class": "guest"}, AT + HOUR, "g2", "pass")
    desk(town, AT + HOUR).register(CLERK, SAID)
    by_card, by_pass = found(town, Kind.NUMBER, "001090000001"), found(town, Kind.PASS, PASS)
    assert {each.person for each in by_card} == {each.person for each in by_pass}
    assert town.rows("SELECT COUNT(DISTINCT person) FROM sighting") == [(1,)]
    with town.people.reading() as session:
        (merge,) = persons.merges(session, [by_pass[0].person])
    assert merge.undone_ms is None


def test_what_is_declared_leads_to_the_pass_and_joins_nobody(town: Town) -> None:
    town.unlock(AT)
    passage(town, card(1), AT, "g1", "id-card")
    desk(town).register(CLERK, Registration(PASS, checked=False, number="001090000001"))
    passage(town, {"pass": PASS, "class": "guest"}, AT + HOUR, "g2", "pass")
    passage(town, card(1), AT + 2 * HOUR, "g3", "id-card")
    assert town.rows("SELECT COUNT(*), COUNT(DISTINCT person) FROM sighting") == [(3, 2)]
    hits = found(town, Kind.NUMBER, "001090000001")
    assert sorted(each.strength for each in hits) == [Strength.CODE, Strength.DECLARED]
    assert {each.person for each in found(town, Kind.PASS, PASS)} == {
        each.person for each in hits if each.strength is Strength.DECLARED
    }


def test_a_family_with_one_telephone_stays_several_people(town: Town) -> None:
    town.unlock(AT)
    for each in range(3):
        said = Registration(f"{each:016x}", checked=True, phone="0912345678")
        desk(town).register(CLERK, said)
    assert len({each.person for each in found(town, Kind.PHONE, "0912345678")}) == 3


@pytest.mark.parametrize("number", ["", "xyz", "00010203040506", "0" * 400])
def test_without_a_pass_nothing_is_stored(town: Town, number: str) -> None:
    town.unlock(AT)
    with pytest.raises(RegistrationInvalid):
        desk(town).register(CLERK, Registration(number, checked=True, phone="0912345678"))
    assert town.rows("SELECT COUNT(*) FROM person") == [(0,)]


def test_only_who_registers_may_and_only_while_it_is_unlocked(town: Town) -> None:
    with pytest.raises(VaultLocked):
        desk(town).register(CLERK, SAID)
    town.unlock(AT)
    with pytest.raises(NotAllowed):
        desk(town).register(Actor("auditor", Role.AUDITOR), SAID)


def test_who_was_registered_and_never_came_is_forgotten_with_the_days(town: Town) -> None:
    town.unlock(AT)
    desk(town).register(CLERK, SAID)
    town.settle(AT + 20 * DAY)
    assert found(town, Kind.PHONE, "0912345678")  # its epoch lives on
    town.settle(AT + 21 * DAY)
    for table in ("person", "alias", "fields", "registered"):
        assert town.rows(f"SELECT COUNT(*) FROM {table}") == [(0,)]  # noqa: S608
    assert town.rows("SELECT COUNT(*) FROM epoch WHERE destroyed_ms IS NULL") == [(0,)]


def test_who_was_registered_stays_while_the_scans_go(town: Town) -> None:
    town.unlock(AT)
    passage(town, {"pass": PASS, "class": "guest"}, AT, "g1", "pass")
    desk(town, AT + 10 * DAY).register(CLERK, SAID)
    town.retain(AT + 21 * DAY)
    town.settle(AT + 21 * DAY)
    assert town.rows("SELECT COUNT(*) FROM sighting") == [(0,)]
    assert found(town, Kind.PHONE, "0912345678")
    town.settle(AT + 31 * DAY)
    assert town.rows("SELECT COUNT(*) FROM person") == [(0,)]
