"""What an officer's own trace leaves out is handed to the district, which then sees it itself."""

from collections.abc import Callable

import pytest

from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.errors import CaseUnknown, NotAllowed, ReferralRefused, ReferralTaken
from collector.trace.entries import Answer, Question
from tests.collector.vault.conftest import DAY, HOUR, SealingGate, card, town
from tests.collector.vault.test_desk import AT, AUDITOR, LAN, MINH, WORKER, Office, number, office
from wire.record import Direction

__all__ = ["office", "town"]  # the desk's own fixtures

OF_G1 = Actor("co-mai", Role.COMMUNE, areas=("a-g1",), places=("p-g1",))
OF_G2 = Actor("chu-tu", Role.COMMUNE, areas=("a-g2",))
MINUTE = 60_000


def elsewhere(office: Office, *people: int) -> None:
    """Let people be at a place of another commune together."""
    gate, came = SealingGate(f"g{people[-1]}"), AT + HOUR + 10 * MINUTE
    for each in people:
        gate.passes(card(each), came)
    for each in people:
        gate.passes(card(each), came + 30 * MINUTE, way=Direction.OUT)
    office.town.send(gate, office.now)
    office.town.settle(office.now)


def ill(office: Office, case: int) -> Callable[[Actor], Answer]:
    """Return how an officer traces the sick person of a case."""
    (hit,) = office.vault.find(OF_G1, case, (number(1),))
    office.vault.add_index(OF_G1, case, (hit.person,))
    question = Question((hit.person,), AT - DAY, AT + DAY)
    return lambda actor: office.vault.trace(actor, case, question)


def test_the_district_sees_what_the_commune_has_handed_over(office: Office) -> None:
    vault, case = office.vault, office.case()
    elsewhere(office, 1, 4, 5)
    trace = ill(office, case)
    with pytest.raises(ReferralRefused, match=ReferralRefused.UNTRACED):
        vault.refer(OF_G1, case)
    answer = trace(OF_G1)
    assert (answer.outside.places, answer.outside.people, len(answer.contacts)) == (1, 2, 1)
    assert vault.places(OF_G1, case, answer.asked).outside == answer.outside
    made = vault.refer(OF_G1, case)
    assert (made.places, made.people, made.by, made.at_ms) == (1, 2, "co-mai", office.now)
    assert vault.waiting(LAN) == (made,)
    assert vault.waiting(OF_G1) == vault.waiting(AUDITOR) == vault.waiting(WORKER) == ()
    taken = vault.take_up(LAN, case)
    assert vault.referral(OF_G1, case) == taken
    assert (taken.taken_by, vault.waiting(LAN)) == ("lan", ())
    with pytest.raises(ReferralTaken, match="lan"):
        vault.take_up(MINH, case)
    whole = trace(LAN)
    assert (whole.outside.places, len(whole.contacts)) == (0, 3)
    assert "Nơi g5" in {visit.where.name for visit in whole.visits}
    assert len(trace(OF_G1).contacts) == 1  # nobody was granted anything
    with pytest.raises(ReferralRefused, match=ReferralRefused.NOTHING):
        vault.refer(LAN, case)
    rows = [row for row in office.casework.audit.rows() if row.act in (Act.REFERRED, Act.TAKEN_UP)]
    assert [(row.persons, row.counts) for row in rows] == [((), {"places": 1, "persons": 2})] * 2
    assert Act.OPENED not in office.acts()


def test_the_counts_are_those_of_the_officers_own_last_trace(office: Office) -> None:
    vault, case = office.vault, office.case()
    elsewhere(office, 1, 4)
    trace = ill(office, case)
    trace(LAN)
    trace(OF_G1)
    with pytest.raises(CaseUnknown):
        vault.refer(OF_G2, case)
    with pytest.raises(ReferralRefused, match=ReferralRefused.NOTHING):
        vault.refer(LAN, case)
    first = vault.refer(OF_G1, case)
    assert (first.places, first.people) == (1, 1)
    elsewhere(office, 1, 6)
    assert vault.refer(OF_G1, case) == first
    trace(OF_G1)
    more = vault.refer(OF_G1, case)
    assert more.number != first.number
    assert (more.places, more.people) == (2, 2)
    assert vault.take_up(MINH, case).number == more.number


def test_roles_that_may_not_neither_hand_over_nor_take_up(office: Office) -> None:
    vault, case = office.vault, office.case()
    elsewhere(office, 1, 4)
    ill(office, case)(OF_G1)
    made = vault.refer(OF_G1, case)
    for actor in (OF_G2, AUDITOR, WORKER):
        for ask in (vault.refer, vault.take_up):
            with pytest.raises((CaseUnknown, NotAllowed)):
                ask(actor, case)
            assert office.acts()[-1] is Act.REFUSED
        with pytest.raises(CaseUnknown):
            vault.referral(actor, case)
    with pytest.raises(NotAllowed):
        vault.take_up(OF_G1, case)
    assert vault.referral(LAN, case) == made
