"""Requests over a real socket: who may ask, what each takes, and that all is written down first."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from collector.asking import protocol
from collector.asking.frames import framed, received
from collector.asking.server import Server, answerer
from collector.cases import schema as cases_schema
from collector.cases.entries import Act
from collector.cases.register import Opening
from collector.cases.roles import Actor, Role
from collector.cases.worklist import Met
from collector.database.sqlite import SqliteDatabase
from collector.errors import (
    ApprovalNeeded,
    CaseClosed,
    CaseUnknown,
    CollectorError,
    HoldRefused,
    MergeRefused,
    NotAllowed,
    NotOfCase,
    PersonUnknown,
    QuestionTooWide,
    RequestInvalid,
)
from collector.people.entries import Kind, Strength
from collector.trace.entries import Question
from collector.vault import client, reading
from collector.vault.casework import Casework
from collector.vault.desk import Desk
from collector.vault.entries import Sought
from collector.vault.errors import (
    PassphraseWrong,
    UnlockPaused,
    VaultAway,
    VaultLocked,
    VaultRefused,
)
from collector.vault.requests import Requests
from tests.collector.vault.conftest import DAY, HOUR, MONDAY, WORDS, SealingGate, Town, card
from wire.record import Direction, What

AT = MONDAY + 8 * HOUR
LAN = Actor("lan", Role.DISTRICT)
MINH = Actor("minh", Role.DISTRICT)
WORKER = Actor("worker", Role.OPERATOR)
AUDITOR = Actor("auditor", Role.AUDITOR)


class Office:
    """A desk behind a socket, and the town it works for."""

    def __init__(self, town: Town, home: Path) -> None:
        self.town, self.now = town, AT + 2 * HOUR
        self.cases = SqliteDatabase(home / "cases.db")
        cases_schema.make(self.cases)
        self.casework = Casework(self.cases, town.room, lambda area: frozenset({area}))
        self.desk = Desk(town.room, town.people, self.casework, lambda: self.now)
        self.path = home / "socket"
        self.users = frozenset({os.geteuid()})
        self.vault: Requests = client.connected(self.path)

    def server(self) -> Server:
        answer = answerer(Requests, lambda name, args: getattr(self.desk, name)(**args))
        return Server(self.path, self.users, answer)

    def case(self, actor: Actor = LAN) -> int:
        said = Opening("BN 12", "Quyết định 5", "a-g1", self.now + 30 * DAY)
        return self.vault.open_case(actor, said).number

    def sealed(self) -> list[bytes]:
        with self.cases.reading() as session:
            return [bytes(sealed) for (sealed,) in session.rows("SELECT sealed FROM answer")]

    def acts(self) -> list[Act]:
        return [row.act for row in self.casework.audit.rows()]


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Iterator[Office]:
    """Lend an office in which three people were at two places."""
    found = Office(town, tmp_path)
    town.unlock(AT)
    pen, other = SealingGate("g1"), SealingGate("g2")
    pen.passes(card(1, phone="0912345678"), AT)
    pen.passes(card(2, name="Trần Thị Mẫu", sex="female"), AT + 60_000)
    pen.passes(card(1, phone="0912345678"), AT + HOUR, way=Direction.OUT)
    pen.passes(card(2, name="Trần Thị Mẫu", sex="female"), AT + HOUR, way=Direction.OUT)
    other.passes(card(3, name="Trần Thị Mẫu", sex="female", born="1990"), AT)
    for each in (pen, other):
        town.send(each, AT + HOUR + 500)
    town.settle(found.now)
    with found.server():
        yield found
    found.cases.close()


def number(each: int) -> Sought:
    return Sought(Kind.NUMBER, f"0010900{each:05}")


def found(office: Office, case: int, sought: Sought) -> int:
    (hit,) = office.vault.find(LAN, case, (sought,))
    return hit.person


def test_the_desk_answers_every_request_and_nothing_else() -> None:
    names = set(protocol.forms(Requests))
    public = {name for name in dir(Desk) if not name.startswith("_")}
    assert names == public
    assert {"open", "find", "trace", "unlock", "verify"} <= names


@pytest.mark.parametrize(
    ("sought", "strength"),
    [
        (number(1), Strength.CODE),
        (Sought(Kind.NUMBER, "001 090 000 001"), Strength.CODE),
        (Sought(Kind.PHONE, "+84 912 345 678"), Strength.POSSIBLE),
        (Sought(Kind.NAME, "NGUYEN VAN MAU", "15/6/1990"), Strength.POSSIBLE),
    ],
)
def test_a_person_is_found_by_whatever_names_them(
    office: Office, sought: Sought, strength: Strength
) -> None:
    case = office.case()
    (hit,) = office.vault.find(LAN, case, (sought,))
    assert hit.strength is strength
    assert hit.person == found(office, case, number(1))


@pytest.mark.parametrize(
    "sought",
    [
        number(9),
        Sought(Kind.NAME, "Nguyễn Văn", "15/6/1990"),
        Sought(Kind.NAME, "Nguyễn Văn Mẫu"),
        Sought(Kind.NUMBER, "001090"),
        Sought(Kind.NONE, "x"),
        Sought(Kind.NUMBER, ""),
    ],
)
def test_nobody_is_found_by_a_part_of_anything(office: Office, sought: Sought) -> None:
    assert office.vault.find(LAN, office.case(), (sought,)) == ()


def test_opening_shows_what_the_codes_said_and_is_in_the_audit(office: Office) -> None:
    case = office.case()
    person = found(office, case, number(1))
    (shown,) = office.vault.open(LAN, case, (person,))
    (content,) = shown.contents
    assert content.fields["name"] == "Nguyễn Văn Mẫu"
    assert (content.signature, content.identity) == ("not-checked", "unknown")
    rows = office.casework.audit.rows()
    assert [row.act for row in rows][-2:] == [Act.FOUND, Act.OPENED]
    assert all(row.persons == (person,) for row in rows[-2:])
    raw = msgspec.json.encode(rows)
    assert b"0010900" not in raw
    assert "Mẫu".encode() not in raw


def test_nobody_is_opened_without_an_open_case_of_theirs(office: Office) -> None:
    case = office.case()
    person = found(office, case, number(1))
    elsewhere = Actor("xa", Role.COMMUNE, areas=("a-g2",))
    vault = office.vault
    for actor in (elsewhere, WORKER, AUDITOR):
        for ask in (
            lambda who=actor: vault.open(who, case, (person,)),
            lambda who=actor: vault.find(who, case, (number(1),)),
            lambda who=actor: vault.timeline(who, case, person),
            lambda who=actor: vault.trace(who, case, Question((person,), AT, AT + DAY)),
            lambda who=actor: vault.merge(who, case, person, person + 1, "x"),
        ):
            with pytest.raises((CaseUnknown, NotAllowed)):
                ask()
    with pytest.raises(CaseUnknown):
        vault.open(LAN, case + 1, (person,))
    vault.close_case(LAN, case)
    with pytest.raises(CaseClosed):
        vault.open(LAN, case, (person,))


def test_nobody_is_reached_by_the_number_of_their_row_alone(office: Office) -> None:
    """Every request that takes a person refuses one who does not belong to the case."""
    case, other = office.case(), office.case()
    one, person = found(office, case, number(1)), found(office, other, number(2))
    vault, window = office.vault, (AT - HOUR, AT + 3 * HOUR)
    for ask in (
        lambda: vault.open(LAN, case, (person,)),
        lambda: vault.open(LAN, case, (one, person)),
        lambda: vault.open(MINH, case, (one,)),
        lambda: vault.alike(LAN, case, person),
        lambda: vault.timeline(LAN, case, person),
        lambda: vault.add_index(LAN, case, (person,)),
        lambda: vault.enlist(LAN, case, (Met(person, 1, 0, 0, 0),)),
        lambda: vault.places(LAN, case, Question((person,), *window)),
        lambda: vault.trace(LAN, case, Question((one, person), *window)),
        lambda: vault.meetings(LAN, case, Question((person,), *window), one),
        lambda: vault.merge(LAN, case, one, person, "một người"),
        lambda: vault.merges(LAN, case, (person,)),
        lambda: vault.hold(LAN, case, person, "khiếu nại", office.now + DAY),
        lambda: vault.exported(LAN, case, (one, person), 1),
        lambda: vault.hand_over(LAN, case, "Xã Khác", (person,), "ab" * 32),
    ):
        before = len(office.acts())
        with pytest.raises(NotOfCase):
            ask()
        (row,) = office.casework.audit.rows()[before:]
        assert (row.act, row.case) == (Act.REFUSED, case)
        assert row.persons in ((one,), (person,))
    assert vault.contacts(LAN, case) == ()
    assert vault.case(LAN, case).index == ()


def test_only_whom_its_own_trace_named_goes_on_the_list_of_a_case(office: Office) -> None:
    case = office.case()
    one = found(office, case, number(1))
    office.vault.add_index(LAN, case, (one,))
    (contact,) = office.vault.trace(LAN, case, Question((one,), AT - HOUR, AT + DAY)).contacts
    met = (Met(contact.person, 1, contact.least_ms, contact.most_ms, contact.last_ms),)
    with pytest.raises(NotAllowed):
        office.vault.open(LAN, case, (contact.person,))
    with pytest.raises(NotAllowed):
        office.vault.enlist(MINH, case, met)
    office.now += HOUR + 1
    with pytest.raises(NotAllowed):
        office.vault.enlist(LAN, case, met)
    office.vault.trace(LAN, case, Question((one,), AT - HOUR, AT + DAY))
    assert office.vault.enlist(LAN, case, met) == 1
    office.now += DAY
    (shown,) = office.vault.open(MINH, case, (contact.person,))
    assert shown.person == contact.person
    assert office.vault.trace(MINH, case, Question((contact.person,), AT, AT + DAY)).contacts


def test_no_look_of_another_act_or_person_opens_anybody(office: Office) -> None:
    case = office.case()
    person = found(office, case, number(1))
    ring = office.town.room.opened.ring
    audit = office.casework.audit
    wrong = (
        audit.commit(LAN, Act.TRACED, office.now, case=case, persons=(person,)),
        audit.commit(LAN, Act.OPENED, office.now, case=case, persons=(person + 1,)),
    )
    with office.town.people.reading() as session:
        for look in wrong:
            with pytest.raises(NotAllowed):
                reading.shown(session, ring, look, person)
            with pytest.raises(NotAllowed):
                reading.timeline(session, look, person)


def test_more_than_two_hundred_at_once_need_a_second_officer(office: Office) -> None:
    case = office.case()
    many = tuple(range(1, 202))
    met = [Met(person, 1, 0, 0, 0) for person in many]
    office.casework.worklist.enlist(LAN, case, met, office.now)
    with pytest.raises(ApprovalNeeded):
        office.vault.open(LAN, case, many)
    asked = office.vault.ask_approval(LAN, case, many)
    office.vault.approve(MINH, asked.number)
    with pytest.raises(PersonUnknown):  # agreed to; and nobody is there
        office.vault.open(LAN, case, many)


def test_a_trace_names_whom_the_index_met_and_opens_nobody(office: Office) -> None:
    case = office.case()
    one, other = found(office, case, number(1)), found(office, case, number(2))
    question = Question((one,), AT - HOUR, AT + 3 * HOUR)
    answer = office.vault.trace(LAN, case, question)
    assert [each.person for each in answer.contacts] == [other]
    (visit,) = office.vault.places(LAN, case, question).visits
    assert visit.where.name == "Nơi g1"
    (meeting,) = office.vault.meetings(LAN, case, question, other)
    assert 58 * 60_000 <= meeting.most_ms <= 60 * 60_000
    assert Act.OPENED not in office.acts()


def test_a_timeline_shows_the_links_and_counts_what_lies_beyond_the_scope(office: Office) -> None:
    case = office.case()
    one, three = found(office, case, number(1)), found(office, case, number(3))
    office.vault.add_index(LAN, case, (one, three))
    commune = Actor("xa", Role.COMMUNE, areas=("a-g1",))
    with office.town.people.writing() as session:
        session.run("INSERT INTO area_above (area, above) VALUES ('a-g1', 'a-g1')")
    line = office.vault.timeline(commune, case, one)
    assert [each.link for each in line.seen] == [Kind.NUMBER, Kind.NUMBER]
    assert (len(line.stays), line.outside) == (1, 0)
    beyond = office.vault.timeline(commune, case, three)
    assert (beyond.seen, beyond.stays, beyond.outside) == ((), (), 1)


def test_who_may_be_the_same_is_shown_and_joined_only_by_a_decision(office: Office) -> None:
    case = office.case()
    two, three = found(office, case, number(2)), found(office, case, number(3))
    assert office.vault.alike(LAN, case, three) == ()  # the year alone is no birth date
    namesake = SealingGate("g3")
    namesake.passes(card(4, name="TRẦN THỊ MẪU", sex="female"), AT)
    office.town.send(namesake, office.now)
    office.town.settle(office.now)
    four = found(office, case, number(4))
    (hit,) = office.vault.alike(LAN, case, two)
    assert (hit.person, hit.strength) == (four, Strength.POSSIBLE)
    with pytest.raises(MergeRefused):
        office.vault.merge(LAN, case, two, four, "  ")
    decision = office.vault.merge(LAN, case, two, four, "cùng địa chỉ")
    (shown,) = office.vault.open(LAN, case, (four,))
    assert (shown.person, set(shown.parts)) == (two, {two, four})
    (told,) = office.vault.merges(LAN, case, (two,))
    assert told.reason.decode() == "cùng địa chỉ"
    with pytest.raises(NotOfCase):  # nobody of the two is of a case of his
        office.vault.unmerge(MINH, office.case(MINH), decision)
    office.vault.add_index(LAN, case, (two,))
    assert set(office.vault.unmerge(MINH, case, decision)) == {two, four}
    assert found(office, case, number(4)) == four
    assert office.acts()[-2:] == [Act.UNMERGED, Act.FOUND]


def test_what_is_held_stays_after_the_scans_are_gone_until_its_end(office: Office) -> None:
    case = office.case()
    person = found(office, case, number(1))
    vault, end = office.vault, office.now + 60 * DAY
    for reason, until in (("", end), ("x", office.now), ("x", office.now + 400 * DAY)):
        with pytest.raises(HoldRefused):
            vault.hold(LAN, case, person, reason, until)
    hold = vault.hold(LAN, case, person, "khiếu nại", end)
    with pytest.raises(HoldRefused):
        vault.approve_hold(LAN, case, hold.id)
    with pytest.raises(HoldRefused):  # nothing is kept before, so nothing can be opened
        vault.held(LAN, case, hold.id)
    assert vault.approve_hold(MINH, case, hold.id).approver == "minh"
    (told,) = vault.holds(LAN, case)
    assert told.reason.decode() == "khiếu nại"
    with office.town.people.writing() as session:
        for table in ("sighting", "stay", "fields", "alias", "person"):
            session.run(f"DELETE FROM {table}")  # noqa: S608
        session.run("UPDATE epoch SET uses = 0")
    office.town.settle(office.now + 30 * DAY)
    kept = vault.held(LAN, case, hold.id)
    assert [each.fields["name"] for each in kept.contents] == ["Nguyễn Văn Mẫu"]
    assert [kept.timeline.places[each.place] for each in kept.timeline.stays] == ["Nơi g1"]
    stranger = Actor("kinh-te", Role.SECTOR, sectors=("economy",))
    beyond = vault.held(stranger, case, hold.id).timeline
    assert (beyond.stays, beyond.places, beyond.outside) == ((), {}, 1)
    office.town.settle(end)
    assert vault.holds(LAN, case) == ()
    assert office.town.rows("SELECT COUNT(*) FROM held_fields") == [(0,)]
    assert "hold-1" not in (office.town.home / "epochs.json").read_text()


def test_a_hold_of_another_case_is_as_if_there_were_none(office: Office) -> None:
    case, other = office.case(), office.case()
    vault, end = office.vault, office.now + 60 * DAY
    hold = vault.hold(LAN, case, found(office, case, number(1)), "khiếu nại", end)
    stranger = Actor("xa", Role.COMMUNE, areas=("a-g2",))
    for act in (vault.approve_hold, vault.held, vault.release):
        whys = []
        for wanted in (hold.id, 99):
            with pytest.raises(HoldRefused) as why:
                act(MINH, other, wanted)
            whys.append(str(why.value))
            with pytest.raises(CaseUnknown):
                act(stranger, case, wanted)
        assert whys[0] == whys[1]
    assert Act.HELD not in office.acts()


def test_nothing_is_agreed_to_of_somebody_who_is_deleted_by_then(office: Office) -> None:
    case = office.case()
    person = found(office, case, number(1))
    hold = office.vault.hold(LAN, case, person, "khiếu nại", office.now + 60 * DAY)
    with office.town.people.writing() as session:
        session.run("DELETE FROM person WHERE id = ?", (person,))
    with pytest.raises(PersonUnknown):
        office.vault.approve_hold(MINH, case, hold.id)
    assert Act.HELD not in office.acts()


def test_a_hold_outlives_its_case_and_can_be_released_after_it(office: Office) -> None:
    case = office.case()
    vault, end = office.vault, office.now + 60 * DAY
    hold = vault.hold(LAN, case, found(office, case, number(1)), "khiếu nại", end)
    vault.approve_hold(MINH, case, hold.id)
    vault.close_case(LAN, case)
    with pytest.raises(CaseClosed):
        vault.held(LAN, case, hold.id)
    vault.release(LAN, case, hold.id)
    assert vault.holds(LAN, case) == ()
    assert office.town.rows("SELECT COUNT(*) FROM held_fields") == [(0,)]
    assert office.acts()[-1] is Act.RELEASED


def test_what_arrives_after_the_list_was_made_is_told(office: Office) -> None:
    case = office.case()
    one, other = found(office, case, number(1)), found(office, case, number(2))
    office.vault.add_index(LAN, case, (one,))
    assert office.vault.arrived(LAN, case) == ()
    question = Question((one,), AT - HOUR, AT + 3 * HOUR)
    (contact,) = office.vault.trace(LAN, case, question).contacts
    met = Met(other, 1, contact.least_ms, contact.most_ms, contact.last_ms)
    office.vault.enlist(LAN, case, (met,))
    (same,) = office.vault.arrived(LAN, case)
    assert (same.at_ms, same.news.is_empty) == (office.now, True)
    late = SealingGate("g1", "j2")
    late.passes(card(4), AT)
    late.passes(card(4), AT + HOUR, way=Direction.OUT)
    office.town.send(late, office.now)
    office.town.settle(office.now)
    (told,) = office.vault.arrived(LAN, case)
    assert [each.person for each in told.news.fresh] == [found(office, case, number(4))]
    assert b"least_ms" not in b"".join(office.sealed())
    office.vault.remove_index(LAN, case, one)
    assert office.vault.arrived(LAN, case) == ()  # it was another question
    with pytest.raises(CaseUnknown):
        office.vault.arrived(Actor("xa", Role.COMMUNE, areas=("a-g2",)), case)


def test_whoever_was_at_a_place_is_asked_for_and_everybody_is_not(office: Office) -> None:
    case = office.case()
    place, *_ = office.vault.known_places(LAN, case)
    assert place.name == "Nơi g1"
    there = (place.key, AT, AT + HOUR)
    question = Question((), AT - DAY, AT + DAY, places=(there,))
    people = {found(office, case, number(each)) for each in (1, 2)}
    assert {each.person for each in office.vault.trace(LAN, case, question).contacts} == people
    assert office.casework.audit.rows()[-1].counts == {"places": 1}
    before = len(office.acts())
    for places in ((there,) * 11, ((place.key, AT, AT + DAY + 1),)):
        with pytest.raises(QuestionTooWide):
            office.vault.trace(LAN, case, msgspec.structs.replace(question, places=places))
    assert len(office.acts()) == before
    stranger = Actor("xa", Role.COMMUNE, areas=("a-g2",))
    own = office.vault.open_case(
        stranger, Opening("BN 13", "Quyết định 6", "a-g2", office.now + 30 * DAY)
    )
    assert place not in office.vault.known_places(stranger, own.number)
    assert office.vault.trace(stranger, own.number, question).contacts == ()


def test_only_a_contact_of_the_case_is_asked_for_by_meetings(office: Office) -> None:
    case = office.case()
    one = found(office, case, number(1))
    office.vault.add_index(LAN, case, (one,))
    question = Question((one,), AT - HOUR, AT + 3 * HOUR)
    stranger = found(office, office.case(), number(3))
    with pytest.raises(NotOfCase):
        office.vault.meetings(LAN, case, question, stranger)


def test_a_locked_vault_lets_everything_wait_that_needs_keys_and_nothing_else(
    office: Office,
) -> None:
    case = office.case()
    person = found(office, case, number(1))
    office.vault.lock()
    question = Question((person,), AT, AT + DAY)
    for ask in (
        lambda: office.vault.find(LAN, case, (number(1),)),
        lambda: office.vault.open(LAN, case, (person,)),
        lambda: office.vault.trace(LAN, case, question),
        lambda: office.vault.timeline(LAN, case, person),
        office.case,
    ):
        with pytest.raises(VaultLocked):
            ask()
    assert office.vault.status().locked
    assert office.vault.deployed() == {"g1": AT + HOUR + 500, "g2": AT + HOUR + 500}
    assert office.vault.verify(None).holds


def test_custodians_unlock_it_one_after_another(office: Office) -> None:
    vault = office.vault
    vault.lock()
    with pytest.raises(PassphraseWrong):
        vault.unlock("lan", "sai rồi sai rồi sai")
    assert vault.unlock("lan", WORDS["lan"]).spoken == 1
    assert vault.unlock("lan", WORDS["lan"]).locked  # twice the same is one
    office.now += 11 * 60_000  # the first word is forgotten
    assert vault.status().spoken == 0
    assert vault.unlock("minh", WORDS["minh"]).locked
    assert not vault.unlock("hoa", WORDS["hoa"]).locked


def test_whoever_guesses_is_made_to_wait(office: Office) -> None:
    office.vault.lock()
    for _ in range(5):
        with pytest.raises(PassphraseWrong):
            office.vault.unlock("lan", "sai rồi sai rồi sai")
    with pytest.raises(UnlockPaused):
        office.vault.unlock("lan", WORDS["lan"])
    office.now += 6 * 60_000
    assert office.vault.unlock("lan", WORDS["lan"]).spoken == 1


def test_only_an_auditor_reads_the_audit(office: Office) -> None:
    case = office.case()
    person = found(office, case, number(1))
    for actor in (LAN, WORKER):
        with pytest.raises(NotAllowed):
            office.vault.audit_rows(actor, 0)
    assert len(office.vault.audit_rows(AUDITOR, 0)) == len(office.acts())
    assert [row.act for row in office.vault.audit_about(AUDITOR, person)] == [Act.FOUND]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"ask": "unknown", "args": {}}',
        b'{"ask": "__init__", "args": {}}',
        b'{"ask": "_counts", "args": {}}',
        b'{"ask": "status", "args": {"more": 1}}',
        b'{"ask": "unlock", "args": {"custodian": 1, "secret": []}}',
        b'{"ask": "open", "args": {"actor": {}, "case": 1, "wanted": [1]}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_request_is_answered_as_such(office: Office, data: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(office.path))
        line.sendall(framed(data))
        answer = received(line, protocol.MAX_ANSWER)
        assert answer is not None
        with pytest.raises(RequestInvalid):
            protocol.told(Requests, "status", answer)
        line.sendall(framed(protocol.asked(Requests, "status", (), {})))  # and the line goes on
        assert received(line, protocol.MAX_ANSWER)


def test_what_is_far_too_long_is_not_listened_to(office: Office) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(office.path))
        line.sendall(protocol.MAX_REQUEST.to_bytes(4, "big")[:3] + b"\xff")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(10) == b""


def test_whom_the_configuration_does_not_name_is_told_nothing(
    office: Office, tmp_path: Path
) -> None:
    office.path, office.users = tmp_path / "other", frozenset({os.geteuid() + 1})
    with office.server(), pytest.raises((VaultRefused, VaultAway)):
        client.connected(office.path).status()
    with pytest.raises(VaultAway):
        client.connected(office.path).status()


def test_a_fault_inside_ends_one_request_and_says_nothing(office: Office) -> None:
    office.desk._clock = lambda: 1 // 0
    with pytest.raises(CollectorError) as raised:
        office.vault.status()
    assert type(raised.value) is CollectorError
    assert office.vault.deployed()


def test_the_audit_is_held_against_what_gates_have_noted_of_it(office: Office) -> None:
    office.case()
    head = office.vault.audit_head()

    def noted(gate: str, *heads: tuple[int, str]) -> tuple[int, list[tuple[int, str]]]:
        pen = SealingGate(gate)
        pen.note(What.WITNESS, {"seq": head.seq})  # of a form not known here
        for seq, hash_ in heads:
            pen.note(What.WITNESS, {"seq": seq, "hash": hash_, "time": office.now})
        office.town.send(pen, AT + HOUR + 500)
        found = office.vault.verify(None)
        return found.witnessed, [(each.seq, each.why) for each in found.flaws]

    assert noted("g3", (head.seq, head.hash)) == (1, [])
    # As after somebody with the disk has written it anew.
    other = "ab" * 32
    assert noted("g4", (head.seq, other), (head.seq, head.hash)) == (2, [(head.seq, "other-head")])
    flaws = [(head.seq, "other-head"), (head.seq + 9, "missing")]
    assert noted("g5", (head.seq + 9, other)) == (3, flaws)
