"""The district tells its gates what to do and what to ask: every program for real.

Real Mosquitto with mutual TLS, the gates' own scanners and uplinks, intake, dispatch, and the page
in Chromium.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from collector.cases.roles import Actor, Role
from collector.dispatch import client
from collector.dispatch.entries import Answer, Limits, Stage
from collector.dispatch.ports import Dispatching
from collector.errors import DispatchAway
from demo import district
from demo.crowd import Pace
from demo.programs import Program, python, up_ns
from demo.story import Cast
from tests import browsing
from tests.waiting import until

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]
PATIENCE_S = 120
PEOPLE = 40
OFFICER = Actor("can-bo", Role.DISTRICT)
CONFIG = """
[dispatch]
keys = "{keys}"
state = "collector/dispatch"
"""


@pytest.fixture
def cast(tmp_path: Path) -> Iterator[Cast]:
    made = district.build(tmp_path / "district")
    keys = made.authority.folder / "signing"
    with made.collector.open("a", encoding="utf-8") as file:
        file.write(CONFIG.format(keys=keys))
    crowd = district.crowd(made, seed=5)
    people = [crowd.people(PEOPLE) for _ in made.doors]
    district.seat(made, people, up_ns() + 3 * 10**9, Pace(), repeats=True)
    found = Cast(made)
    words = python("collector", "dispatch", "--config", str(made.collector))
    dispatch = Program("dispatch", words, made.folder / "logs", None)
    with found.playing():
        dispatch.start()
        yield found
        dispatch.ask_to_stop()
        dispatch.stop()


@pytest.fixture
def page() -> Iterator[Page]:
    with browsing.chromium() as browser:
        yield browser.new_page()


def asked(cast: Cast) -> Dispatching:
    found = client.dispatching(cast.district.folder / "collector/dispatch/socket")

    def answers() -> bool:
        try:
            found.sites(OFFICER)
        except DispatchAway:
            return False
        return True

    until(answers, "no dispatch", PATIENCE_S)
    return found


def test_a_command_is_given_on_the_page_and_answered_there_without_a_reload(
    cast: Cast, page: Page
) -> None:
    dispatch, made = asked(cast), cast.district
    page.goto(cast.page())
    page.fill("#id_username", made.user)
    page.fill("#id_password", made.password)
    with page.expect_navigation():
        page.click("button.primary")
    page.goto(f"{cast.page().rstrip('/')}/gates/ben-xe")
    page.evaluate("window.neverReloaded = true")
    page.click("#orders button[value=identify]")
    expect(page.locator("#orders .tag.good").first).to_be_visible(timeout=60_000)
    assert page.evaluate("window.neverReloaded") is True
    (order,) = dispatch.orders(OFFICER, "ben-xe")
    assert (order.state, order.outcome, order.by) == (Answer.ANSWERED, "done", made.user)
    picture = made.folder / "gate.png"
    page.set_viewport_size({"width": 360, "height": 740})
    page.screenshot(path=str(picture))
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360


def test_a_policy_that_refuses_everyone_is_taken_back_at_the_gate(cast: Cast) -> None:
    dispatch = asked(cast)
    (site,) = (each.name for each in dispatch.sites(OFFICER) if "ben-xe" in each.gates)
    draft = dispatch.draft(OFFICER, site)
    saved = dispatch.save(OFFICER, site, draft.revision, {**draft.document, "takes": []})
    number = dispatch.sign(OFFICER, site, saved.revision, Limits(soak_min=5))
    until(lambda: dispatch.rollout(OFFICER, number).took == ("ben-xe",), "not taken", PATIENCE_S)
    until(
        lambda: dispatch.rollout(OFFICER, number).rollout.stage is Stage.TAKEN_BACK,
        "not taken back",
        180,
    )
    rollout = dispatch.rollout(OFFICER, number).rollout
    assert (rollout.ring, rollout.why) == (1, "accepted")
    assert rollout.ended_ms - rollout.began_ms < 10 * 60_000
    cast.told.news()
    heard = len([each for each in cast.told.passages() if each])
    until(
        lambda: bool(cast.told.news()) and len(cast.told.passages()) > heard,
        "nobody passes",
        PATIENCE_S,
    )
