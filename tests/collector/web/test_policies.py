"""The pages of policies and commands, over a real dispatch: what is asked, said, refused."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from collector.cases.roles import Role
from collector.dispatch.entries import Stage
from tests.collector.dispatch.conftest import OFFICER, SITE, District
from tests.collector.web import serving
from tests.collector.web.test_access import inside
from wire.record import What

pytestmark = [pytest.mark.usefixtures("officers", "vault"), pytest.mark.timeout(120)]
EDIT = f"/policies/edit?site={SITE}"
REVIEW = f"/policies/review?site={SITE}"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[District]:
    with serving.dispatched(tmp_path / "dispatch") as found:
        yield found


class Form(HTMLParser):
    """What the first form of a page with a given action would send as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, Any] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        name = given.get("name", "")
        if tag == "input" and given.get("type") == "checkbox":
            if "checked" in given:
                self.sent.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input" and name and name != "next":
            self.sent[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
        elif tag == "option" and "selected" in given:
            self.sent[self._select] = given["value"]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] = data.strip()
            self._area = ""


def filled(browser: Any, address: str) -> dict[str, Any]:  # noqa: ANN401  # Django's client
    """Return what the form on a page would send as it stands."""
    form = Form()
    form.feed(text(browser.get(address)).partition("<main")[2])
    return form.sent


def text(answer: Any) -> str:  # noqa: ANN401  # Django's answer
    return str(answer.content.decode())


def test_an_edit_is_kept_said_in_words_and_replayed_before_it_is_signed(home: District) -> None:
    browser = inside(Role.DISTRICT)
    said = filled(browser, EDIT)
    assert said["take_id-card"] == ["on"]
    assert (said["from_0"], said["until_0"]) == ("07:00", "17:30")
    answer = browser.post(EDIT, {**said, "open_once": "on"})
    assert answer.status_code == 302
    page = text(browser.get(answer["Location"]))
    assert "Bến" not in page
    assert "thứ hai đến thứ sáu" in page.lower() or "07:00" in page
    assert home.counter.draft(OFFICER, SITE).document["open_once"] is True
    limits = filled(browser, REVIEW)
    revision = home.counter.draft(OFFICER, SITE).revision
    signed = browser.post(REVIEW, {**limits, "revision": revision})
    assert signed.status_code == 302
    assert signed["Location"].startswith("/policies/rollouts/")
    running = home.counter.rollouts(OFFICER)[0]
    assert (running.by, running.stage) == ("district-officer", Stage.RUNNING)
    assert browser.get(signed["Location"]).status_code == 200


def test_the_second_officer_is_told_who_changed_what_and_keeps_what_they_typed(
    home: District,
) -> None:
    browser = inside(Role.DISTRICT)
    mine = filled(browser, EDIT)
    other = inside(Role.OPERATOR)
    assert other.post(EDIT, {**mine, "retention_h": "96"}).status_code == 302
    answer = browser.post(EDIT, {**mine, "stale_after_h": "200"})
    assert answer.status_code == 409
    page = text(answer)
    assert "operator đã sửa quy định này" in page
    assert "Số giờ cổng giữ lại" in page
    assert 'value="200"' in page
    document = home.counter.draft(OFFICER, SITE).document
    assert (document["retention_h"], document["stale_after_h"]) == (96, 168)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from_0", "7 giờ"),
        ("from_2", "25:00"),
        ("closed", "mai"),
        ("closed", "30/02/2027"),
        ("closed", "06/02/2027 " * 401),
        ("rule", "hard"),
        ("retention_h", "3"),
        ("people", "0"),
        ("people", "9"),
        ("classes", ", ".join(map(str, range(99)))),
    ],
)
def test_what_no_gate_could_keep_is_said_at_the_question(
    home: District, field: str, value: str
) -> None:
    browser = inside(Role.DISTRICT)
    before = home.counter.draft(OFFICER, SITE)
    answer = browser.post(EDIT, {**filled(browser, EDIT), "take_pass": "on", field: value})
    assert answer.status_code == 400
    above, _, form = text(answer).partition("<main")[2].partition("<form")
    assert f'<a href="#id_{field}">' in above
    assert "gates_of_place" not in above
    assert '<p class="wrong">' in form.partition(f'id="id_{field}"')[2].partition("</fieldset")[0]
    assert home.counter.draft(OFFICER, SITE) == before


def test_a_day_is_written_as_officers_write_it_and_kept_as_gates_read_it(home: District) -> None:
    browser = inside(Role.DISTRICT)
    browser.post(EDIT, {**filled(browser, EDIT), "closed": "6/2/2027, 2027-02-08"})
    document = home.counter.draft(OFFICER, SITE).document
    assert document["hours"]["closed"] == ["2027-02-06", "2027-02-08"]
    assert filled(browser, EDIT)["closed"] == "06/02/2027, 08/02/2027"


@pytest.mark.usefixtures("home")
def test_a_place_with_more_gates_than_its_policy_says_is_told_so_in_words() -> None:
    browser = inside(Role.DISTRICT)
    answer = browser.post(EDIT, {**filled(browser, EDIT), "gates_of_place": "1"})
    page = text(browser.get(answer["Location"]))
    assert "Số cổng của nơi này: địa điểm này đã đăng ký nhiều cổng hơn thế" in page
    assert "gates_of_place" not in page


def test_an_unchanged_form_changes_nothing(home: District) -> None:
    browser = inside(Role.DISTRICT)
    before = home.counter.draft(OFFICER, SITE)
    browser.post(EDIT, filled(browser, EDIT))
    after = home.counter.draft(OFFICER, SITE)
    hours = after.document["hours"]["openings"][0]
    assert hours == {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "until": "17:30"}
    assert {**after.document, "hours": None} == {**before.document, "hours": None}


def test_a_rollout_is_taken_back_by_a_button_and_the_page_says_so(home: District) -> None:
    browser = inside(Role.DISTRICT)
    number = home.sign(open_once=True)
    assert "hx-get" in text(browser.get(f"/policies/rollouts/{number}"))
    assert browser.post(f"/policies/rollouts/{number}/back").status_code == 302
    page = text(browser.get(f"/policies/rollouts/{number}/now"))
    assert "Đã rút lại" in page
    assert "hx-get" not in page
    assert browser.post(f"/policies/rollouts/{number}/back").status_code == 409


def test_a_command_is_given_and_its_state_is_seen_without_a_reload(home: District) -> None:
    browser = inside(Role.DISTRICT)
    part = text(browser.get("/gates/g1/orders"))
    assert re.findall(r'value="([a-z-]+)"', part.partition("<form")[2])[-3:] == [
        "identify",
        "self-test",
        "restart",
    ]
    assert "hx-trigger" not in part.partition(">")[0]
    sent = browser.post("/gates/g1/command", {"does": "identify"}, headers={"HX-Request": "true"})
    assert "đã gửi, chưa trả lời" in text(sent)
    assert 'hx-trigger="every 2s"' in text(sent)
    (order,) = home.counter.orders(OFFICER, "g1")
    answer: dict[str, object] = {"does": "identify", "nonce": order.nonce, "outcome": "done"}
    home.doors["g1"].note(What.COMMAND, answer)
    home.step()
    part = text(browser.get("/gates/g1/orders"))
    assert ">xong<" in part
    assert "district-officer" in part
    assert browser.post("/gates/g1/command", {"does": "open-once"}).status_code == 409


def test_a_command_that_is_not_taken_is_said_where_it_was_given(home: District) -> None:
    """A colleague was quicker, and this page is not the newest."""
    browser = inside(Role.DISTRICT)
    home.counter.order(OFFICER, "g1", "identify")
    for does in ("restart", "explode"):
        sent = browser.post("/gates/g1/command", {"does": does}, headers={"HX-Request": "true"})
        assert sent.status_code == 200
        assert 'role="alert"' in text(sent)
        assert "đã gửi, chưa trả lời" in text(sent)
    assert browser.post("/gates/g1/command", {"does": "restart"}).status_code == 409


def test_who_may_only_look_is_offered_no_command(home: District) -> None:
    assert home.doors
    browser = inside(Role.TECHNICIAN)
    part = text(browser.get("/gates/g1/orders"))
    assert "<form" not in part
    assert "cán bộ phụ trách khu vực" in part
    assert "not-allowed" not in part, "who only looked has done nothing wrong"
    assert browser.post("/gates/g1/command", {"does": "identify"}).status_code == 403


def test_the_auditor_reads_who_did_what(home: District) -> None:
    inside(Role.DISTRICT).post("/gates/g1/command", {"does": "restart"})
    page = text(inside(Role.AUDITOR).get("/audit/orders"))
    assert "g1 restart" in page
    assert home.counter.orders(OFFICER, "g1")[0].does == "restart"
    assert inside(Role.DISTRICT).get("/audit/orders").status_code == 403


def test_without_a_dispatch_the_pages_say_what_to_do() -> None:
    answer = inside(Role.DISTRICT).get("/policies")
    assert answer.status_code == 503
    assert "[dispatch]" in text(answer)
    assert "/policies" not in text(inside(Role.DISTRICT).get("/gates"))


def test_a_page_that_is_behind_sends_no_ring_on_twice(home: District) -> None:
    browser = inside(Role.DISTRICT)
    number = home.sign(open_once=True)
    home.step()
    page = f"/policies/rollouts/{number}"
    said = filled(browser, page)
    assert said["ring"] == "1"
    assert browser.post(f"{page}/widen", said).status_code == 302
    answer = browser.post(f"{page}/widen", said)
    assert answer.status_code == 409
    assert "sang vòng khác" in text(answer)
    for nonsense in ("", "x", "²", "9" * 5000):
        assert browser.post(f"{page}/widen", {"ring": nonsense}).status_code == 409
    assert home.counter.rollout(OFFICER, number).rollout.ring == 2
