"""A district of one gate: in the reader's language, and what is said where there is nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.cases.roles import Role
from collector.figures.discretion import Figure, Shown
from collector.ledger.entries import Post
from collector.ledger.sqlite import SqliteLedger
from tests.collector.web.conftest import NOW, set_up_gate
from tests.collector.web.test_access import inside
from wire.record import What

pytestmark = pytest.mark.usefixtures("officers")


def shown() -> str:
    return str(inside(Role.DISTRICT).get("/gates/g1").content.decode())


def test_a_sector_that_only_a_gate_names_is_said_in_the_readers_words(
    site: Path, journal: Callable[..., Any]
) -> None:
    with set_up_gate(site, journal):
        page = str(inside(Role.DISTRICT).get("/district").content.decode())
    assert '<th scope="row">Giao thông</th>' in page
    assert "transport" not in page


def test_a_place_that_is_on_no_list_is_marked_among_all_places_and_on_its_gates_page(
    site: Path, journal: Callable[..., Any]
) -> None:
    with set_up_gate(site, journal):
        for path in ("/district/places", "/gates/g1"):
            page = str(inside(Role.DISTRICT).get(path).content.decode())
            assert "không có trong danh sách" in page


def test_what_a_gate_has_answered_is_said_in_the_readers_words(
    site: Path, journal: Callable[..., Any]
) -> None:
    with set_up_gate(site, journal):
        told = {"does": "open-once", "nonce": "0" * 16, "outcome": "not-allowed"}
        pen = journal("g1", "j2").note(What.COMMAND, told)
        with SqliteLedger(site / "ledger.db") as ledger:
            ledger.commit(Post((pen.arrival(1, 1),)), NOW)
        page = shown()
    assert "mở một lần: không làm: quy định không cho phép" in page
    assert "not-allowed" not in page


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({8: Shown.FEW, 9: 0}, ["8 h</span> <b>dưới 5"]),
        ({8: 0, 9: 0}, ["Hôm nay chưa đếm được ai vào ở đây."]),
    ],
)
def test_hours_without_anybody_are_left_out_and_a_day_without_is_said(
    site: Path,
    journal: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    hours: dict[int, Figure],
    said: list[str],
) -> None:
    from collector.web import districtviews  # noqa: PLC0415  # needs the settings

    with set_up_gate(site, journal):
        monkeypatch.setattr(districtviews, "_hours", lambda *_: hours)
        page = shown()
    assert all(each in page for each in said)
    assert "9 h" not in page
