"""The district and a gate's page in a browser, over a server and a ledger of their own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from collector.ledger.entries import Post
from collector.ledger.sqlite import SqliteLedger
from tests.browsing import complaints
from tests.collector.web.test_pages import Pages, folder, log_in, page, pages
from wire.record import What

__all__ = ["folder", "page", "pages"]
pytestmark = pytest.mark.journey


@pytest.mark.timeout(180)
def test_the_district_changes_by_itself_and_leads_to_a_gates_page(
    page: Page,
    pages: Pages,
    journal: Callable[..., Any],
) -> None:
    troubles = complaints(page)
    log_in(page, pages)
    page.goto(f"{pages.url}district")
    expect(page.locator(".figures li").nth(1)).to_contain_text("0")
    page.evaluate("window.here = true")
    story = page.locator(".stories li").first
    expect(story).to_contain_text("Chưa từng có tin")
    page.focus("#all-places")
    now_ms = int(page.evaluate("Date.now()"))
    with SqliteLedger(pages.folder / "ledger.db") as ledger:
        pen = journal("g1", "j9").note(What.START).scan(3)
        ledger.commit(Post(arrivals=(pen.arrival(1, 4),)), now_ms)
        expect(page.locator(".figures li").nth(3)).to_contain_text("1")
    expect(page.locator(".stories")).to_have_count(0)
    assert page.evaluate("window.here") is True
    assert page.evaluate("document.activeElement.id") == "all-places", "lost by who types"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(f"{pages.url}gates/g1")
    expect(page.locator("h1")).to_have_text("Bến xe Mẫu")
    expect(page.locator(".strip").first.locator("li")).to_have_count(48)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(f"{pages.url}gates/nobody")
    expect(page.locator("h1")).to_have_text("Không có trang này")
    assert [each for each in troubles if "404" not in each] == []


def lay(path: Path, text: str) -> None:
    """Put a file in the place of another at once: the pages read it all the time."""
    made = path.with_suffix(".new")
    made.write_text(text, encoding="utf-8")
    made.replace(path)


@pytest.mark.timeout(180)
def test_a_name_without_a_space_is_broken_and_no_page_grows_wider(page: Page, pages: Pages) -> None:
    roster = pages.folder / "roster.json"
    before = roster.read_text(encoding="utf-8")
    told = json.loads(before)
    told["gates"][0]["place"] = "W" * 120
    lay(roster, json.dumps(told))
    log_in(page, pages)
    for path in ("district/places", "gates", "gates/g1"):
        page.goto(f"{pages.url}{path}")
        expect(page.locator("main")).to_contain_text("W" * 120)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    lay(roster, before)
