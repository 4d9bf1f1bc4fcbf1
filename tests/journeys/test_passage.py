"""People pass three doors, and an officer sees it: every program for real.

Real Mosquitto with mutual TLS, the gates' and the collector's own commands, the page in Chromium.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo import district
from demo.account import count
from demo.crowd import Pace
from demo.programs import up_ns
from demo.story import Cast
from demo.watcher import Watcher
from tests import browsing
from tests.waiting import until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(360)]
PEOPLE, LONG_QUEUE = 30, 60
"""People come for one minute or two: somebody still does when a slow machine has started again what
was killed, or has drawn the page."""
PACE = Pace()


@pytest.fixture
def cast(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cast]:
    """Return a district with people before its doors, everything running."""
    queue: int = getattr(request, "param", PEOPLE)
    made = district.build(tmp_path / "district")
    crowd = district.crowd(made, seed=5)
    people = [crowd.people(queue) for _ in made.doors]
    district.seat(made, people, up_ns() + 3 * 10**9, PACE, repeats=False)
    found = Cast(made)
    with found.playing():
        yield found


@pytest.fixture
def page() -> Iterator[Page]:
    """Return a page in headless Chromium."""
    with browsing.chromium() as browser:
        yield browser.new_page()


def log_in(page: Page, cast: Cast) -> None:
    made = cast.district
    page.goto(cast.page())
    page.fill("#id_username", made.user)
    page.fill("#id_password", made.password)
    with page.expect_navigation():
        page.click("button.primary")
    page.goto(f"{cast.page().rstrip('/')}/gates")


@pytest.mark.parametrize("cast", [LONG_QUEUE], indirect=True)
def test_a_passage_appears_on_the_page_without_a_reload_and_without_the_person(
    cast: Cast, page: Page
) -> None:
    log_in(page, cast)
    expect(page.locator("table.gates tbody tr")).to_have_count(3)
    first = page.locator("table.scans tbody tr").first
    expect(first).to_be_visible()
    page.evaluate("window.neverReloaded = true")
    before = page.locator("table.scans").inner_text()
    cast.told.news()
    heard = len(cast.told.passages())
    until(lambda: bool(cast.told.news()) and len(cast.told.passages()) > heard, "nobody passes")
    expect(page.locator("table.scans")).not_to_have_text(before)
    assert page.evaluate("window.neverReloaded") is True
    shown = page.locator("body").inner_text()
    assert "Bến xe Mỹ Tú" in shown
    assert "GP1:" not in shown


def test_every_green_light_is_in_the_ledger_after_each_program_was_killed(cast: Cast) -> None:
    scanner, uplink = cast.scanners[0], cast.uplinks[1]
    for program in (scanner, uplink, cast.broker, cast.intake):
        heard = len(cast.told.passages())
        until(lambda h=heard: bool(cast.told.news()) and len(cast.told.passages()) > h)  # type: ignore[misc]
        program.kill()
        time.sleep(0.5)
        program.start()
    until(lambda: up_ns() > cast.ends_ns, "the play does not end", 60)
    until(lambda: not any(cast.waiting().values()), "not all is confirmed")
    cast.stop()
    cast.told.news()
    with Watcher(cast.district.doors, politely=False) as watcher:  # the play is over
        found = count(cast.district, cast.told.events, cast.kills(), watcher.seen())
    assert found.lost == 0
    assert found.duplicated == 0
    assert found.accepted > 0
    assert found.confirmed == found.scans
    assert not [each for each in found.complaints if "clear" in each or "chain" in each]
