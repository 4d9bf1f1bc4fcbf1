"""Cases: opened on a ground, for an area, until a day; nobody sees those of others."""

import msgspec
import pytest

from collector.cases.entries import Act
from collector.cases.register import INDEX_KEPT, LONGEST_MS, Opening
from collector.cases.roles import Actor, Right
from collector.errors import CaseClosed, CaseInvalid, CaseUnknown, NotAllowed
from collector.vault.errors import VaultLocked
from tests.collector.cases.conftest import (
    DAY,
    DISTRICT,
    KEEPER,
    NOW,
    OF_A,
    OF_B,
    OPERATOR,
    Office,
)


def opening(**more: object) -> Opening:
    said = Opening(ref="BN 12", ground="QĐ 7", area="a", expires_ms=NOW + DAY)
    return msgspec.structs.replace(said, **more)


def test_a_case_is_opened_with_its_ground_and_its_end(office: Office) -> None:
    case = office.opened()
    assert (case.number, case.ref, case.ground, case.area) == (1, "BN 12", "QĐ 7/QĐ-UBND", "a")
    assert case.opened_by == "chi-ha"
    assert case.is_open(NOW)
    assert not case.is_open(case.expires_ms)
    assert [row.act for row in office.audit.rows(case=1)] == [Act.CASE_OPENED]


def test_what_was_typed_is_nowhere_in_clear(office: Office) -> None:
    office.opened(ref="Nguyễn Văn Mẫu")
    with office.database.reading() as session:
        ((typed,),) = session.rows("SELECT typed FROM case_file")
        ((raw,),) = session.rows("SELECT raw FROM audit")
    assert "Mẫu".encode() not in bytes(typed) + bytes(raw)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (opening(ref=" \n "), CaseInvalid.EMPTY),
        (opening(ground=""), CaseInvalid.EMPTY),
        (opening(expires_ms=NOW), CaseInvalid.EXPIRY),
        (opening(expires_ms=NOW + LONGEST_MS + 1), CaseInvalid.EXPIRY),
        (opening(onset_day=9, isolation_day=8), CaseInvalid.DAYS),
    ],
)
def test_a_case_that_cannot_be_is_refused(office: Office, said: Opening, why: str) -> None:
    with pytest.raises(CaseInvalid, match=why):
        office.register.open(DISTRICT, said, NOW)
    assert office.register.cases(DISTRICT) == ()


@pytest.mark.parametrize(
    ("actor", "area"),
    [(OPERATOR, "a"), (KEEPER, "a"), (OF_A, "b"), (OF_A, "d"), (DISTRICT, "nowhere")],
)
def test_nobody_opens_a_case_beyond_their_role_or_area(
    office: Office, actor: Actor, area: str
) -> None:
    with pytest.raises(NotAllowed):
        office.register.open(actor, opening(area=area), NOW)
    assert [row.act for row in office.audit.rows()] == [Act.REFUSED]


def test_a_case_of_another_area_does_not_exist(office: Office) -> None:
    office.opened(OF_A)
    assert [case.number for case in office.register.cases(DISTRICT)] == [1]
    assert office.register.cases(OF_B) == ()
    with pytest.raises(CaseUnknown):
        office.register.case(OF_B, 1)
    with pytest.raises(CaseUnknown):
        office.register.close(OF_B, 1, NOW)
    assert office.audit.rows()[-1].act is Act.REFUSED


def test_a_closed_or_expired_case_grounds_nothing(office: Office) -> None:
    case = office.opened()
    with pytest.raises(CaseClosed):
        office.register.require(DISTRICT, case.number, Right.CASE, case.expires_ms)
    office.register.close(DISTRICT, case.number, NOW + 1)
    with pytest.raises(CaseClosed):
        office.register.require(DISTRICT, case.number, Right.CASE, NOW + 2)
    assert office.register.case(DISTRICT, case.number).closed_by == "chi-ha"


def test_days_and_rule_of_an_open_case_can_be_changed_and_its_ground_cannot(
    office: Office,
) -> None:
    case = office.opened()
    said = opening(ref="BN 99", expires_ms=NOW + 2 * DAY, onset_day=5, rule={"min_minutes": 15})
    changed = office.register.change(DISTRICT, case.number, said, NOW)
    assert (changed.ref, changed.onset_day, changed.rule) == ("BN 12", 5, {"min_minutes": 15})


def test_a_case_is_not_kept_open_by_changing_its_end_again_and_again(office: Office) -> None:
    case, later = office.opened(), NOW + 10 * DAY
    said = opening(expires_ms=NOW + LONGEST_MS)
    assert office.register.change(DISTRICT, case.number, said, later).expires_ms == said.expires_ms
    beyond = opening(expires_ms=NOW + LONGEST_MS + 1)
    with pytest.raises(CaseInvalid):
        office.register.change(DISTRICT, case.number, beyond, later)


def test_index_persons_come_in_by_a_look_and_no_other_way(office: Office) -> None:
    case = office.opened()
    commit = office.audit.commit
    look = commit(DISTRICT, Act.INDEX_ADDED, NOW, case=1, persons=(3, 4))
    office.register.add_index(look, case.number, (4, 3), NOW)
    assert office.register.case(DISTRICT, 1).index == (3, 4)
    other = commit(DISTRICT, Act.FOUND, NOW, case=1, persons=(5,))
    beyond = commit(DISTRICT, Act.INDEX_ADDED, NOW, case=1, persons=(5,))
    for wrong, persons in ((other, (5,)), (beyond, (5, 6))):
        with pytest.raises(NotAllowed):
            office.register.add_index(wrong, 1, persons, NOW)
    office.register.remove_index(DISTRICT, 1, 3, NOW)
    assert office.register.case(DISTRICT, 1).index == (4,)


def test_a_case_has_only_so_many_index_persons(office: Office) -> None:
    office.opened()
    many = range(INDEX_KEPT + 1)
    look = office.audit.commit(DISTRICT, Act.INDEX_ADDED, NOW, case=1, persons=many)
    with pytest.raises(CaseInvalid, match=CaseInvalid.INDEX):
        office.register.add_index(look, 1, many, NOW)


def test_while_the_vault_is_locked_no_case_is_opened_or_read(office: Office) -> None:
    office.opened()
    office.cover.locked = True
    for act in (office.opened, lambda: office.register.cases(DISTRICT)):
        with pytest.raises(VaultLocked):
            act()
