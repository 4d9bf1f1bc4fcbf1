"""The port of the pages on the real vault, over its socket: what is found, opened and traced."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from collector.cases import schema as cases_schema
from collector.cases.entries import State
from collector.cases.register import Opening
from collector.cases.roles import Actor, Role
from collector.cases.worklist import Change, Met
from collector.database.made import made
from collector.database.sqlite import SqliteDatabase
from collector.errors import ReferralRefused, ReferralTaken
from collector.ledger.sqliteview import SqliteView
from collector.people import schema
from collector.people.places import Place as VaultPlace
from collector.practice import folder
from collector.practice.crowd import SPOTS
from collector.roster import Area, Kind, Place, Roster, Sector
from collector.trace.entries import Question, Rule
from collector.vault import custody
from collector.vault import folder as vault_folder
from collector.vault.casework import Casework
from collector.vault.custody import Secrets
from collector.vault.desk import Desk as VaultOwn
from collector.vault.epochfile import EpochFile
from collector.vault.errors import VaultLocked
from collector.vault.strongroom import Strongroom
from collector.web.casework.desk import Desk, Wanted
from collector.web.casework.desk import Kind as By
from collector.web.casework.vaultdesk import VaultDesk
from tests.collector.vault.conftest import (
    CHEAP,
    DAY,
    HOUR,
    MONDAY,
    WORDS,
    SealingGate,
    Town,
    card,
    town,
)
from tests.collector.vault.test_desk import Office
from tests.collector.vault.test_referring import elsewhere
from wire.record import Direction
from wire.sealing import seal_key

__all__ = ["town"]  # the vault's own fixture

AT = MONDAY + 8 * HOUR
LAN = "lan"
ROSTER = Roster(
    "Huyện Mẫu",
    "0299",
    (),
    (Area("a-g1", "Xã Mẫu"),),
    (Sector("economy", "Kinh tế"),),
    (Place("p-g1", "Nơi g1", Kind.MARKET, "a-g1", "economy", "Bà Tư", "0299000000"),),
)


COMMUNE = "xa"


def actor(name: str) -> Actor:
    if name == COMMUNE:
        return Actor(name, Role.COMMUNE, areas=("a-g1",), places=("p-g1",))
    return Actor(name, Role.AUDITOR if name == "auditor" else Role.DISTRICT)


class Way:
    """The pages' port, and the office behind it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.desk: Desk = VaultDesk(office.vault, actor, lambda: ROSTER, lambda: office.now)

    def case(self) -> int:
        said = Opening("BN 12", "Quyết định 5", "a-g1", self.office.now + 30 * DAY)
        return self.desk.open_case(LAN, said).number

    def number(self, case: int, number: int) -> int:
        wanted = Wanted(By.NUMBER, f"0010900{number:05}")
        (found,) = self.desk.find(LAN, case, wanted)
        assert not found.possible
        return found.person

    def question(self, *index: int) -> Question:
        return Question(index, AT - DAY, self.office.now, Rule(min_minutes=1))


@pytest.fixture
def way(town: Town, tmp_path: Path) -> Iterator[Way]:  # the fixture of that name
    office = Office(town, tmp_path)
    town.unlock(AT)
    pen = SealingGate("g1")
    one = {"phone": "0912345678", "commune": "Xã Mẫu", "hamlet": "Ấp 3"}
    pen.passes(card(1, **one), AT)
    pen.passes(card(2, name="Trần Thị Mẫu", sex="female"), AT + 60_000)
    pen.passes(card(1, **one), AT + HOUR, way=Direction.OUT)
    pen.passes(card(2, name="Trần Thị Mẫu", sex="female"), AT + HOUR, way=Direction.OUT)
    town.send(pen, AT + HOUR)
    town.settle(AT + HOUR)
    with office.server():
        yield Way(office)
    office.cases.close()


def test_somebody_is_found_by_number_and_may_be_by_phone(way: Way) -> None:
    case = way.case()
    person = way.number(case, 1)
    (found,) = way.desk.find(LAN, case, Wanted(By.PHONE, "0912345678"))
    assert (found.person, found.possible) == (person, True)
    assert way.desk.find(LAN, case, Wanted(By.NUMBER, "001090099999")) == ()
    (named,) = way.desk.find(LAN, case, Wanted(By.NAME, "Trần Thị Mẫu", "15/06/1990"))
    assert named.possible


def test_a_contact_is_traced_listed_opened_called_and_handed_over(way: Way) -> None:
    desk, case = way.desk, way.case()
    index = way.number(case, 1)
    desk.add_index(LAN, case, index)
    answer = desk.trace(LAN, case, way.question(index))
    (contact,) = answer.contacts
    assert contact.most_ms >= 58 * 60_000
    met = Met(contact.person, 1, contact.least_ms, contact.most_ms, contact.last_ms)
    desk.enlist(LAN, case, (met,))
    (opened,) = desk.open(LAN, case, (contact.person,))
    assert opened.name == "Trần Thị Mẫu"
    assert (opened.place, opened.place_contact, opened.place_phone) == (
        "Nơi g1",
        "Bà Tư",
        "0299000000",
    )
    desk.call(LAN, case, contact.person)
    changed = desk.change(LAN, case, Change(contact.person, 1, State.REACHED, LAN, "khỏe"))
    assert (changed.state, changed.note) == (State.REACHED, "khỏe")
    stamp = desk.copy(LAN, case, (contact.person,))
    assert stamp.copy == stamp.head.seq > 0
    given = desk.hand_over(LAN, case, "Xã Khác", (contact.person,), "ab" * 32)
    assert desk.received(LAN, case, given.number, "ab" * 32).received_ms
    assert [each.number for each in desk.handovers(LAN, case)] == [given.number]


def test_a_case_holds_says_what_arrived_and_names_every_meeting(way: Way) -> None:
    desk, case = way.desk, way.case()
    index = way.number(case, 1)
    desk.add_index(LAN, case, index)
    (contact,) = desk.trace(LAN, case, way.question(index)).contacts
    met = Met(contact.person, 1, contact.least_ms, contact.most_ms, contact.last_ms)
    desk.enlist(LAN, case, (met,))
    way.office.now += 10 * DAY  # the usual window of a case without days is another one by now
    (meeting,) = desk.meetings(LAN, case, contact.person)
    assert (meeting.where.name, meeting.index) == ("Nơi g1", index)
    (arrived,) = desk.arrived(LAN, case)
    assert arrived.news.is_empty
    desk.hold(LAN, case, contact.person, "khiếu nại", way.office.now + 30 * DAY)
    desk.approve_hold("minh", case, 1)
    (held,) = desk.holds(LAN, case)
    assert (held.reason, held.officer, held.approver) == ("khiếu nại", LAN, "minh")
    card, (visit,) = desk.held(LAN, case, 1)
    assert (card.person, card.name) == (contact.person, "Trần Thị Mẫu")
    assert (visit.where.name, visit.where.area) == ("Nơi g1", "a-g1")
    desk.release(LAN, case, 1)
    assert desk.holds(LAN, case) == ()


def test_an_opened_person_says_every_phone_with_its_source(way: Way) -> None:
    case = way.case()
    (opened,) = way.desk.open(LAN, case, (way.number(case, 1),))
    assert [(phone.number, phone.source) for phone in opened.phones] == [("0912345678", "code")]
    assert (opened.commune, opened.hamlet, opened.number) == ("Xã Mẫu", "Ấp 3", "001090000001")


def test_a_timeline_names_places_and_the_link_behind_each_visit(way: Way) -> None:
    case = way.case()
    (visit,) = way.desk.timeline(LAN, case, way.number(case, 1))
    assert (visit.where.name, visit.where.area) == ("Nơi g1", "a-g1")
    assert visit.links == (1,)
    assert visit.gates == ("g1",)
    places = way.desk.places(LAN, case, way.question(visit.person))
    assert [each.where.name for each in places.visits] == ["Nơi g1"]


def test_two_rows_are_made_one_and_taken_apart_again(way: Way) -> None:
    desk, case = way.desk, way.case()
    one, other = way.number(case, 1), way.number(case, 2)
    assert desk.pair(LAN, case, one, other).merge == 0
    desk.merge(LAN, case, one, other, "cùng một người")
    joined = desk.pair(LAN, case, one, other)
    assert joined.merge
    assert joined.by == LAN
    assert [card.person for card in desk.open(LAN, case, (other, one))] == [other, one]
    (told,) = desk.alike(LAN, case, other).joined
    assert (told.kept, told.joined, told.officer) == (one, other, LAN)
    assert told.reason == "cùng một người"
    desk.unmerge(LAN, case, joined.merge)
    assert desk.pair(LAN, case, one, other).merge == 0


def test_a_locked_vault_says_so_and_custodians_open_it_under_their_own_names(way: Way) -> None:
    desk = way.desk
    case = way.case()
    assert not desk.lock(LAN).unlocked
    with pytest.raises(VaultLocked):
        desk.find(LAN, case, Wanted(By.NUMBER, "001090000001"))
    assert not desk.unlock("lan", WORDS["lan"]).unlocked
    assert desk.custody(LAN).given == 1
    assert desk.unlock("hoa", WORDS["hoa"]).unlocked
    assert desk.find(LAN, case, Wanted(By.NUMBER, "001090000001"))


def test_what_lies_beyond_is_handed_over_and_taken_up_by_another(way: Way) -> None:
    desk, case = way.desk, way.case()
    elsewhere(way.office, 1, 4)
    index = way.number(case, 1)
    desk.add_index(LAN, case, index)
    with pytest.raises(ReferralRefused):
        desk.refer(COMMUNE, case)
    assert desk.trace(COMMUNE, case, way.question(index)).outside.people == 1
    made = desk.refer(COMMUNE, case)
    assert (made.places, made.people, made.by) == (1, 1, COMMUNE)
    assert (desk.waiting(LAN), desk.waiting(COMMUNE)) == ((made,), ())
    taken = desk.take_up(LAN, case)
    assert desk.referral(COMMUNE, case) == taken
    with pytest.raises(ReferralTaken, match=LAN):
        desk.take_up("minh", case)


def test_the_audit_is_the_auditors_and_its_head_is_on_every_copy(way: Way) -> None:
    case = way.case()
    way.number(case, 1)
    rows = way.desk.audit("auditor", 0, case)
    assert {row.case for row in rows} == {case}
    assert way.desk.verify("auditor").holds
    assert way.desk.head("auditor").seq >= rows[-1].seq


def test_the_practice_outbreak_is_found_within_the_bounds_of_its_solution(tmp_path: Path) -> None:
    """Every true contact is on the traced list, and the truth lies within its bounds."""
    home, now = tmp_path / "lt", MONDAY + 20 * DAY + 15 * HOUR
    crowded, found = folder.lay_out(home, now, 664)
    private = load_pem_private_key((home / "authority/seal.pem").read_bytes(), None)
    assert isinstance(private, X25519PrivateKey)
    secrets = Secrets(private.private_bytes_raw(), bytes(range(32)))
    kid = seal_key(private.public_key()).kid
    keys = tmp_path / "vault"
    vault_folder.prepare(keys)
    vault_folder.save(keys, custody.wrapped(secrets, kid, WORDS, 2, cost=CHEAP))
    people = SqliteDatabase(keys / vault_folder.PEOPLE)
    made(people, schema.TABLES, schema.VERSION, schema.APPLICATION)
    spots = {spot.gate: spot for spot in SPOTS}

    def place_of(gate: str) -> VaultPlace:
        spot = spots[gate]
        return VaultPlace(spot.id, spot.name, area=spot.area)

    with SqliteView(home / "ledger.db") as view:
        loaded = vault_folder.load(keys)
        room = Strongroom(loaded, view, people, EpochFile(keys), place_of)
        for name in ("lan", "hoa"):
            room.unlock(name, WORDS[name], now)
        while room.turn(now, now):
            pass
        cases = SqliteDatabase(tmp_path / "cases.db")
        cases_schema.make(cases)
        work = Casework(cases, room, lambda area: frozenset({area}))
        own = VaultOwn(room, people, work, lambda: now)
        desk = VaultDesk(own, actor, lambda: ROSTER, lambda: now)
        number = desk.open_case(LAN, Opening("BN 1", "QĐ 1", "lt-a", now + DAY)).number
        bodies = crowded.bodies
        by_number = {
            body.place: desk.find(LAN, number, Wanted(By.NUMBER, body.number))
            for body in bodies
            if body.place == found.index or body.place in {each.body for each in found.contacts}
        }
        (ill,) = by_number[found.index]
        desk.add_index(LAN, number, ill.person)
        question = Question((ill.person,), found.from_ms, found.until_ms, Rule(min_minutes=15))
        traced = {each.person: each for each in desk.trace(LAN, number, question).contacts}
        for truth in found.contacts:
            (person,) = by_number[truth.body]
            contact = traced[person.person]
            assert truth.minutes * 60_000 <= contact.most_ms + 60_000, truth
        people.close()
        cases.close()
