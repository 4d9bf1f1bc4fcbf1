"""What lies beyond an officer's scope is handed to the district by one button, and taken up."""

import re
from typing import Any

import pytest

from collector.cases.entries import Act
from collector.cases.roles import Actor, Role
from collector.trace.entries import Outside
from tests.collector.web import serving
from tests.collector.web.conftest import Clock
from tests.collector.web.desk import MemoryDesk
from tests.collector.web.test_access import inside
from tests.collector.web.test_casework import acts, text

pytestmark = pytest.mark.usefixtures("officers")
COMMUNE, DISTRICT = Role.COMMUNE, Role.DISTRICT
BUTTON = "Bàn giao phần này cho huyện"


@pytest.fixture
def case(vault: MemoryDesk, wall: Clock) -> int:
    number = serving.half_worked(vault, wall, DISTRICT)
    vault.actors[COMMUNE] = Actor(COMMUNE, COMMUNE, ("mau",))
    vault.actors[Role.SECTOR] = Actor(Role.SECTOR, Role.SECTOR, ("khac",))
    return number


def pressed(browser: Any, page: Any, which: str) -> Any:  # noqa: ANN401
    """Press the button of the form that leads to `which`, as the page has it."""
    (action,) = re.findall(
        rf'<form method="post" action="([^"]*/{which}[^"]*)"', page.content.decode()
    )
    return browser.post(action.replace("&amp;", "&"))


def test_one_button_hands_over_what_lies_beyond_and_the_page_says_what_became_of_it(
    vault: MemoryDesk, case: int
) -> None:
    commune, address = inside(COMMUNE), f"/cases/{case}/contacts?minutes=30"
    page = commune.get(address)
    assert BUTTON in text(page)
    assert f'href="/cases/{case}/handover"' not in page.content.decode().split('id="beyond"')[1]
    answer = pressed(commune, page, "refer")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/cases/{case}/contacts?")
    assert "minutes=30" in answer["Location"]
    told = "commune-officer đã bàn giao cho cán bộ huyện lúc"
    for where in (answer["Location"].partition("#")[0], f"/cases/{case}"):
        said = text(commune.get(where))
        assert told in said
        assert ": 2 địa điểm, 41 người." in said
        assert "Chưa có ai nhận." in said
        assert BUTTON not in said
    listed = inside(DISTRICT).get("/cases")
    assert "Hồ sơ CDC-MT-012: 2 địa điểm, 41 người" in text(listed)
    assert "Nhận" not in text(commune.get("/cases")).split()
    taken = pressed(inside(DISTRICT), listed, "take-up")
    assert (taken.status_code, taken["Location"]) == (302, f"/cases/{case}/contacts")
    for where in (address, f"/cases/{case}"):
        assert "district-officer đã nhận lúc" in text(commune.get(where))
    assert "Hồ sơ CDC-MT-012: 2" not in text(inside(DISTRICT).get("/cases"))
    assert [each for each in acts(vault) if each in (Act.REFERRED, Act.TAKEN_UP)] == [
        Act.REFERRED,
        Act.TAKEN_UP,
    ]
    assert Act.OPENED not in acts(vault)


@pytest.mark.parametrize("people", [1, 4])
def test_few_are_said_as_they_are_and_more_can_be_handed_over_again(
    vault: MemoryDesk, case: int, people: int
) -> None:
    commune = inside(COMMUNE)
    vault.outside = Outside(1, 1, people)
    commune.post(f"/cases/{case}/contacts/refer")
    assert f"1 địa điểm, {people} người" in text(inside(DISTRICT).get("/cases"))
    commune.post(f"/cases/{case}/contacts/refer")  # twice is once
    vault.outside = Outside(1, 1, people + 1)
    page = commune.get(f"/cases/{case}/contacts")
    assert BUTTON in text(page)
    pressed(commune, page, "refer")
    assert f"1 địa điểm, {people + 1} người" in text(inside(DISTRICT).get("/cases"))
    assert acts(vault).count(Act.REFERRED) == 2


def test_no_form_says_how_many_and_nothing_is_not_handed_over(vault: MemoryDesk, case: int) -> None:
    commune = inside(COMMUNE)
    commune.post(f"/cases/{case}/contacts/refer", {"places": "9", "people": "999"})
    referral = vault.referral(COMMUNE, case)
    assert referral is not None
    assert (referral.places, referral.people) == (2, 41)
    vault.outside = Outside()
    assert BUTTON not in text(commune.get(f"/cases/{case}/contacts"))
    refused = commune.post(f"/cases/{case}/contacts/refer")
    assert refused.status_code == 409
    assert "không có gì ngoài phạm vi của bạn" in text(refused)


def test_the_second_who_takes_it_up_is_told_who_has_it(vault: MemoryDesk, case: int) -> None:
    inside(COMMUNE).post(f"/cases/{case}/contacts/refer")
    vault.take_up("can-bo-khac", case)
    answer = inside(DISTRICT).post(f"/cases/{case}/take-up")
    assert answer.status_code == 409
    assert "can-bo-khac" in text(answer)


@pytest.mark.parametrize("page", ["contacts/refer", "take-up"])
def test_who_may_not_is_refused_and_a_look_changes_nothing(
    vault: MemoryDesk, case: int, page: str
) -> None:
    address = f"/cases/{case}/{page}"
    assert inside(Role.AUDITOR).post(address).status_code == 403
    assert inside(Role.OPERATOR).post(address).status_code == 403
    assert inside(Role.SECTOR).post(address).status_code == 404  # of another area
    assert inside(DISTRICT).get(address).status_code == 405
    assert vault.referral(DISTRICT, case) is None
    inside(COMMUNE).post(f"/cases/{case}/contacts/refer")
    assert inside(COMMUNE).post(f"/cases/{case}/take-up").status_code == 403
    assert vault.waiting(DISTRICT)


def test_it_is_said_in_english_too(case: int) -> None:
    commune = inside(COMMUNE)
    commune.cookies["django_language"] = "en"
    assert "Hand these over to the district" in text(commune.get(f"/cases/{case}/contacts"))
    commune.post(f"/cases/{case}/contacts/refer")
    said = text(commune.get(f"/cases/{case}/contacts"))
    assert "Handed over to the officers of the whole district on" in said
    assert "by commune-officer: 2 places, 41 people. Nobody has taken it up yet." in said
