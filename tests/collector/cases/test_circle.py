"""Nobody is looked at for a case to which they do not belong, whoever knows their row's number."""

import pytest

from collector.cases.circle import FRESH_MS, Circle
from collector.cases.entries import Act
from collector.cases.roles import Actor, Right
from collector.errors import CaseClosed, CaseUnknown, NotAllowed
from tests.collector.cases.conftest import DISTRICT, NOW, OF_A, OF_B, SECOND, Office

PERSON, STRANGER = 7, 8


def find(office: Office, person: int, case: int = 1, actor: Actor = DISTRICT) -> None:
    office.audit.commit(actor, Act.FOUND, NOW, case=case, persons=(person,))


def refused(office: Office, case: int, actor: Actor, *persons: int, at_ms: int = NOW) -> bool:
    """Say whether nobody of `persons` is opened, and the audit says who was wanted."""
    before = len(office.audit.rows())
    with pytest.raises(NotAllowed):
        office.approvals.look(actor, case, persons, at_ms)
    (row,) = office.audit.rows()[before:]
    return (row.act, row.case, row.officer) == (Act.REFUSED, case, actor.officer) and set(
        row.persons
    ) <= set(persons)


def test_a_number_alone_opens_nobody_and_the_audit_says_who_was_wanted(office: Office) -> None:
    office.opened()
    assert refused(office, 1, DISTRICT, PERSON)
    assert office.audit.about(PERSON)[-1].act is Act.REFUSED


def test_one_stranger_among_contacts_is_named_and_nobody_is_opened(office: Office) -> None:
    office.opened()
    office.listed((PERSON,))
    assert refused(office, 1, DISTRICT, PERSON, STRANGER)
    assert office.audit.rows()[-1].persons == (STRANGER,)
    assert office.approvals.look(DISTRICT, 1, (PERSON,), NOW).covers(Act.OPENED, (PERSON,))


def test_an_index_person_belongs_to_their_case_and_no_other(office: Office) -> None:
    office.opened()
    office.opened()
    look = office.audit.commit(DISTRICT, Act.INDEX_ADDED, NOW, case=1, persons=(PERSON,))
    office.register.add_index(look, 1, (PERSON,), NOW)
    assert office.approvals.look(OF_A, 1, (PERSON,), NOW).persons == {PERSON}
    assert refused(office, 2, DISTRICT, PERSON)
    office.register.remove_index(DISTRICT, 1, PERSON, NOW)
    assert refused(office, 1, OF_A, PERSON)


def test_a_contact_belongs_to_the_case_on_whose_list_they_are(office: Office) -> None:
    office.opened()
    office.opened()
    office.listed((PERSON,), case=2)
    assert office.approvals.look(OF_A, 2, (PERSON,), NOW).persons == {PERSON}
    assert refused(office, 1, DISTRICT, PERSON)


def test_who_was_found_is_opened_within_the_hour_by_who_found_them_for_that_case(
    office: Office,
) -> None:
    office.opened()
    office.opened()
    find(office, PERSON)
    last = NOW + FRESH_MS
    assert office.approvals.look(DISTRICT, 1, (PERSON,), last).persons == {PERSON}
    assert refused(office, 1, DISTRICT, PERSON, at_ms=last + 1)
    assert refused(office, 1, SECOND, PERSON)
    assert refused(office, 2, DISTRICT, PERSON)


@pytest.mark.parametrize("act", sorted(set(Act) - {Act.FOUND}))
def test_no_other_row_of_the_audit_makes_somebody_belong(office: Office, act: Act) -> None:
    office.opened()
    office.audit.commit(DISTRICT, act, NOW, case=1, persons=(PERSON,))
    assert refused(office, 1, DISTRICT, PERSON)


def test_belonging_opens_nothing_to_who_may_not_see_the_case_or_after_its_end(
    office: Office,
) -> None:
    office.opened()
    office.listed((PERSON,))
    circle = Circle(office.database, office.audit, office.register)
    with pytest.raises(CaseUnknown):
        circle.require(OF_B, 1, Right.CASE, (PERSON,), NOW)
    office.register.close(DISTRICT, 1, NOW)
    with pytest.raises(CaseClosed):
        circle.require(DISTRICT, 1, Right.CASE, (PERSON,), NOW)
