"""Opening many people takes two officers, however the opening is cut up."""

import pytest

from collector.cases.approvals import ALONE
from collector.cases.entries import Act
from collector.errors import ApprovalNeeded, ApprovalRefused, CaseUnknown, NotAllowed
from collector.localday import DAY_MS
from tests.collector.cases.conftest import AUDITOR, DISTRICT, NOW, OF_A, OF_B, SECOND, Office

MANY = range(ALONE + 1)
LISTED = (*range(ALONE + 10), 9999)


def test_one_officer_opens_a_list_of_ordinary_size(office: Office) -> None:
    office.opened()
    office.listed(LISTED)
    look = office.approvals.look(DISTRICT, 1, range(ALONE), NOW)
    assert look.covers(Act.OPENED, range(ALONE))
    assert office.audit.rows(case=1)[-1].persons == tuple(range(ALONE))


def test_more_people_need_a_second_officer(office: Office) -> None:
    office.opened()
    office.listed(LISTED)
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(DISTRICT, 1, MANY, NOW)
    asked = office.approvals.ask(DISTRICT, 1, MANY, NOW)
    assert office.approvals.standing(SECOND, 1, NOW) == (asked,)
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(DISTRICT, 1, MANY, NOW)
    assert office.approvals.approve(SECOND, asked.number, NOW).approved_by == "anh-nam"
    assert office.approvals.look(DISTRICT, 1, reversed(MANY), NOW).covers(Act.OPENED, MANY)
    (agreed,) = office.approvals.standing(DISTRICT, 1, NOW + DAY_MS)
    assert (agreed.number, agreed.approved_by) == (asked.number, "anh-nam")
    assert office.approvals.standing(DISTRICT, 1, NOW + DAY_MS + 1) == ()


def test_many_small_openings_are_one_large_one(office: Office) -> None:
    office.opened()
    office.listed(LISTED)
    office.approvals.look(DISTRICT, 1, range(150), NOW)
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(DISTRICT, 1, range(150, 210), NOW + 1)
    office.approvals.look(DISTRICT, 1, range(120), NOW + 1)  # seen already
    office.approvals.look(DISTRICT, 1, range(150, 210), NOW + DAY_MS + 2)


def test_an_approval_is_good_for_the_same_people_and_officer_only(office: Office) -> None:
    office.opened()
    office.listed(LISTED)
    asked = office.approvals.ask(DISTRICT, 1, MANY, NOW)
    office.approvals.approve(SECOND, asked.number, NOW)
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(DISTRICT, 1, [*MANY, 9999], NOW)
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(OF_A, 1, MANY, NOW)
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(DISTRICT, 1, MANY, NOW + DAY_MS + 1)


def test_nobody_agrees_to_their_own_request_and_nobody_of_elsewhere(office: Office) -> None:
    office.opened()
    office.listed(LISTED)
    asked = office.approvals.ask(DISTRICT, 1, MANY, NOW)
    with pytest.raises(ApprovalRefused):
        office.approvals.approve(DISTRICT, asked.number, NOW)
    with pytest.raises(CaseUnknown):
        office.approvals.approve(OF_B, asked.number, NOW)
    with pytest.raises(ApprovalRefused):
        office.approvals.approve(SECOND, 99, NOW)


def test_whoever_may_not_look_gets_no_look(office: Office) -> None:
    office.opened()
    office.listed(LISTED)
    with pytest.raises((NotAllowed, CaseUnknown)):
        office.approvals.look(AUDITOR, 1, (1,), NOW)
    assert office.audit.rows(case=1)[-1].act is Act.REFUSED


def test_a_list_that_was_agreed_to_is_opened_a_page_at_a_time(office: Office) -> None:
    office.opened()
    office.listed(LISTED)
    asked = office.approvals.ask(DISTRICT, 1, LISTED, NOW)
    office.approvals.approve(SECOND, asked.number, NOW)
    pages = [LISTED[at : at + 50] for at in range(0, len(LISTED), 50)]
    for page in pages:
        assert office.approvals.look(DISTRICT, 1, page, NOW).covers(Act.OPENED, page)
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(OF_A, 1, LISTED, NOW)


def test_who_came_onto_the_list_after_the_word_is_not_meant_by_it(office: Office) -> None:
    office.opened()
    office.listed(LISTED)
    asked = office.approvals.ask(DISTRICT, 1, LISTED, NOW)
    office.approvals.approve(SECOND, asked.number, NOW)
    office.approvals.look(DISTRICT, 1, range(ALONE), NOW)
    office.audit.commit(DISTRICT, Act.FOUND, NOW, case=1, persons=(12_345,))
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(DISTRICT, 1, (12_345,), NOW)
    office.listed((12_345,))
    with pytest.raises(ApprovalNeeded):
        office.approvals.look(DISTRICT, 1, (12_345,), NOW)
