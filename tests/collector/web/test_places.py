"""The page of all places: found by any words, and which have no working gate."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.cases.roles import Role
from tests.collector.web.conftest import PLACES
from tests.collector.web.test_access import inside

pytestmark = pytest.mark.usefixtures("officers", "vault")
MANY = 230


def lay(site: Path, *places: dict[str, Any]) -> None:
    """Write what the list has."""
    document = {**PLACES, "sectors": [{"code": "s", "name": "Ngành Mẫu"}], "places": places}
    (site / "places.json").write_text(json.dumps(document), encoding="utf-8")


def place(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    return {
        "id": f"p{number}",
        "name": f"Chợ {number}",
        "kind": "market",
        "area": "mau",
        "sector": "s",
        **more,
    }


@pytest.fixture
def listed(site: Path) -> Iterator[Path]:
    """Clear away what a test has listed."""
    yield site
    (site / "places.json").write_text(json.dumps(PLACES), encoding="utf-8")


def names(query: str) -> list[str]:
    page = inside(Role.COMMUNE).get(f"/district/places{query}").content.decode()
    return re.findall(r'<td class="place"><b>([^<]*)</b>', page)


def test_a_place_is_found_by_any_words_with_and_without_diacritics(listed: Path) -> None:
    boat = {"name": "Bến đò Phú Mỹ", "kind": "station", "area": "khac", "contact": "Bà Thạch Sương"}
    lay(listed, place(10), place(2), place(1, **boat))
    assert names("") == ["Bến đò Phú Mỹ", "Chợ 2", "Chợ 10"]
    for words in ("ben do", "BẾN ĐÒ", "thach suong", "xa khac", "nganh mau phu"):
        assert names(f"?find={words}")[:1] == ["Bến đò Phú Mỹ"]
    assert names("?find=cho 10") == ["Chợ 10"]


def test_every_place_without_a_working_gate_can_be_seen_page_by_page(listed: Path) -> None:
    lay(listed, *(place(number) for number in range(MANY)))
    pages = [names(f"?lacking=1&page={number}") for number in (1, 2, 3)]
    assert [len(each) for each in pages] == [100, 100, 30]
    assert len({name for each in pages for name in each}) == MANY
    page = inside(Role.DISTRICT).get("/district").content.decode()
    assert '"/district/places?lacking=1">và 170 địa điểm nữa' in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?find=xyz", "Không có gì tên như vậy"),
        ("?find=%00%ff&page=-1", "Không có gì tên như vậy"),
        ("?page=99999", "Chợ 1"),
    ],
)
def test_what_is_asked_badly_is_answered(listed: Path, query: str, said: str) -> None:
    lay(listed, place(1))
    answer = inside(Role.DISTRICT).get(f"/district/places{query}")
    assert (answer.status_code, said in answer.content.decode()) == (200, True)


def test_whoever_changes_the_language_stays_where_they_are(listed: Path) -> None:
    lay(listed, place(1))
    browser, there = inside(Role.DISTRICT), "/district/places?find=ch%E1%BB%A3&page=1"
    page = browser.get(there).content.decode()
    chosen = html.unescape(page.partition('name="next" value="')[2].partition('"')[0])
    assert chosen == there
    answer = browser.post("/language", {"language": "en", "next": chosen})
    assert (answer.status_code, answer["Location"]) == (302, there)
    came = {"referer": f"http://testserver{there}"}
    refused = browser.post("/gates/g1/command", {"does": "identify"}, headers=came)
    assert 'name="next" value="/district/places?find' in refused.content.decode()
    for elsewhere in ("http://[", "https://example.org/x", ""):
        came = {"referer": elsewhere}
        refused = browser.post("/gates/g1/command", {"does": "identify"}, headers=came)
        assert 'name="next" value=""' in refused.content.decode()


def test_a_district_without_places_says_who_can_import_them(listed: Path) -> None:
    lay(listed)
    page = inside(Role.DISTRICT).get("/district/places").content.decode()
    assert "collector roster import" in page


def test_a_district_without_gates_says_what_to_do_next_and_counts_nothing(listed: Path) -> None:
    lay(listed)
    browser = inside(Role.DISTRICT)
    district, gates = (browser.get(path).content.decode() for path in ("/district", "/gates"))
    assert "provision gate" in district
    assert "provision gate" in gates
    assert 'class="tally"' not in district
