"""A keeper's page of the own place: exact figures, and nothing of any other place."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.cases.roles import Role
from collector.figures.tally import local_slot
from tests.collector.web.conftest import NOW, PLACES, set_up_gate
from tests.collector.web.test_access import inside

pytestmark = pytest.mark.usefixtures("officers")


MARKET = {"id": "cho", "name": "Chợ Mẫu", "kind": "market", "area": "mau", "sector": "s"}


def granted(place: str) -> None:
    """Let the keeper answer for that place alone."""
    from collector.web.models import Grant  # noqa: PLC0415  # needs the settings

    Grant.objects.filter(officer__username=Role.KEEPER).update(name=place)


def test_a_keeper_sees_the_own_count_exactly_and_is_led_there(
    site: Path, journal: Callable[..., Any]
) -> None:
    from collector.web import districtviews  # noqa: PLC0415  # needs the settings

    with set_up_gate(site, journal):
        granted('~Xã/Bến "xe"')
        day, slot = local_slot(NOW)
        districtviews.watch().stop()
        districtviews.watch().tally.day("g1", day).ins[slot] = 3
        browser = inside(Role.KEEPER)
        assert browser.get("/")["Location"] == "/own"
        page = browser.get("/own").content.decode()
        assert re.findall(r"<li><b>(\d+)</b>", page) == ["3", "0"]
        assert "không biết bao nhiêu người đang ở trong" in page
        assert "g1" in page
        assert 'id="stale"' in page
        assert "stale.js" in page


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (
            {**PLACES, "sectors": [{"code": "s", "name": "Ngành"}], "places": [MARKET]},
            "Chưa có cổng nào ở đây",
        ),
        ({}, "Địa điểm này không còn trong danh sách"),
    ],
)
def test_a_keeper_sees_nothing_of_another_place_and_no_figure_without_a_gate(
    site: Path, journal: Callable[..., Any], listed: dict[str, Any], said: str
) -> None:
    with set_up_gate(site, journal, listed):
        page = inside(Role.KEEPER).get("/own").content.decode()
    assert "g1" not in page
    assert said in page
    assert "figures" not in page


def test_what_an_account_reaches_is_named(site: Path, journal: Callable[..., Any]) -> None:
    listed = {**PLACES, "sectors": [{"code": "s", "name": "Ngành"}], "places": [MARKET]}
    with set_up_gate(site, journal, listed):
        own = inside(Role.KEEPER).get("/account").content.decode()
        everyones = inside(Role.OPERATOR).get("/accounts").content.decode()
    assert "Chợ Mẫu" in own
    assert "Chợ Mẫu" in everyones
