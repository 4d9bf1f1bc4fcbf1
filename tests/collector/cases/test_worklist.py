"""Several officers on one list: nothing is overwritten, nobody is called by two unknowingly."""

import pytest

from collector.cases.entries import Act, State
from collector.cases.worklist import CALL_MS, Change, Met, forgotten
from collector.errors import (
    CaseUnknown,
    ContactBusy,
    ContactChanged,
    ContactUnknown,
    HandoverUnknown,
    NotAllowed,
)
from tests.collector.cases.conftest import AUDITOR, DISTRICT, NOW, OF_A, OF_B, SECOND, Office

HOUR = 3_600_000


def listed(office: Office) -> Office:
    office.opened()
    met = (Met(1, 1, 0, HOUR, NOW), Met(2, 1, HOUR, 2 * HOUR, NOW), Met(3, 2, 0, HOUR, NOW))
    assert office.worklist.enlist(DISTRICT, 1, met, NOW) == 3
    return office


def test_whom_to_call_first_is_on_top(office: Office) -> None:
    rows = listed(office).worklist.contacts(OF_A, 1, NOW)
    assert [(row.person, row.state, row.version) for row in rows] == [
        (2, State.TO_CALL, 1),
        (1, State.TO_CALL, 1),
        (3, State.TO_CALL, 1),
    ]


def test_tracing_again_keeps_what_officers_have_done(office: Office) -> None:
    work = listed(office).worklist
    work.change(DISTRICT, 1, Change(3, 1, State.REACHED, note="đã gọi"), NOW)
    work.enlist(DISTRICT, 1, (Met(3, 1, HOUR, 9 * HOUR, NOW + 1),), NOW + 1)
    row = next(row for row in work.contacts(DISTRICT, 1, NOW) if row.person == 3)
    assert (row.state, row.note, row.ring, row.most_ms) == (State.REACHED, "đã gọi", 1, 9 * HOUR)


def test_a_change_over_somebody_elses_change_is_answered(office: Office) -> None:
    work = listed(office).worklist
    work.change(DISTRICT, 1, Change(1, 1, State.REACHED), NOW)
    with pytest.raises(ContactChanged):
        work.change(SECOND, 1, Change(1, 1, State.NO_CONTACT), NOW)
    assert work.change(SECOND, 1, Change(1, 2, State.NO_CONTACT), NOW).changed_by == "anh-nam"


def test_tries_are_counted(office: Office) -> None:
    work = listed(office).worklist
    work.change(DISTRICT, 1, Change(1, 1, State.NOT_REACHED), NOW)
    assert work.change(DISTRICT, 1, Change(1, 2, State.NOT_REACHED), NOW).tries == 2


def test_two_officers_do_not_call_one_person_unknowingly(office: Office) -> None:
    work = listed(office).worklist
    work.call(DISTRICT, 1, 1, NOW)
    with pytest.raises(ContactBusy, match="chi-ha"):
        work.call(SECOND, 1, 1, NOW)
    shown = {row.person: row.caller for row in work.contacts(SECOND, 1, NOW)}
    assert shown == {1: "chi-ha", 2: "", 3: ""}
    work.call(DISTRICT, 1, 1, NOW + 1)  # the same officer goes on
    work.call(SECOND, 1, 1, NOW + 2 + CALL_MS)


def test_not_for_another_case_either(office: Office) -> None:
    work = listed(office).worklist
    office.opened(OF_A)
    work.enlist(OF_A, 2, (Met(1, 1, 0, 0, NOW),), NOW)
    work.call(DISTRICT, 1, 1, NOW)
    with pytest.raises(ContactBusy):
        work.call(OF_A, 2, 1, NOW)


def test_an_answer_ends_the_call(office: Office) -> None:
    work = listed(office).worklist
    work.call(DISTRICT, 1, 1, NOW)
    work.change(DISTRICT, 1, Change(1, 1, State.REACHED), NOW)
    work.call(SECOND, 1, 1, NOW)


def test_a_note_is_one_sealed_line_and_in_no_audit_row(office: Office) -> None:
    work = listed(office).worklist
    row = work.change(DISTRICT, 1, Change(1, 1, State.REACHED, note="Mẫu\n\x00ở nhà"), NOW)
    assert row.note == "Mẫu ở nhà"
    with office.database.reading() as session:
        notes = session.rows("SELECT note FROM contact")
        raws = session.rows("SELECT raw FROM audit")
    assert "Mẫu".encode() not in b"".join(bytes(each) for (each,) in [*notes, *raws])


def test_a_list_of_another_area_or_role_is_not_shown(office: Office) -> None:
    work = listed(office).worklist
    for actor in (OF_B, AUDITOR):
        with pytest.raises(CaseUnknown):
            work.contacts(actor, 1, NOW)
    with pytest.raises(ContactUnknown):
        work.call(DISTRICT, 1, 77, NOW)


def test_a_hand_over_takes_a_look_and_is_receipted_by_its_digest(office: Office) -> None:
    work = listed(office).worklist
    traced = office.audit.commit(DISTRICT, Act.TRACED, NOW, case=1, persons=(1,))
    with pytest.raises(NotAllowed):
        work.hand_over(traced, 1, "b", "ab", NOW)
    look = office.audit.commit(DISTRICT, Act.HANDED_OVER, NOW, case=1, persons=(1, 3))
    made = work.hand_over(look, 1, "b", "ab" * 32, NOW)
    assert made.persons == (1, 3)
    states = {row.person: (row.state, row.handed_to) for row in work.contacts(DISTRICT, 1, NOW)}
    assert states[1] == (State.HANDED_OVER, "b")
    assert states[2] == (State.TO_CALL, "")
    with pytest.raises(HandoverUnknown):
        work.received(DISTRICT, made.number, "cd" * 32, NOW)
    assert work.received(DISTRICT, made.number, "ab" * 32, NOW + 5).received_ms == NOW + 5
    assert work.handovers(DISTRICT, 1)[0].received_by == "chi-ha"


def test_persons_whose_rows_are_gone_leave_the_lists(office: Office) -> None:
    work = listed(office).worklist
    with office.database.writing() as session:
        forgotten(session, (1, 3))
    assert [row.person for row in work.contacts(DISTRICT, 1, NOW)] == [2]
