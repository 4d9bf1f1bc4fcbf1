"""The pages of policies and commands, over a real dispatch: what is asked, said, refused."""

import json
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
        if tag == "input" and given.get("type") in {"checkbox", "radio"}:
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
    """Return what the form at an address would send as it stands."""
    return sent(text(browser.get(address)))


def sent(page: str) -> dict[str, Any]:
    """Return what the form on a page would send as it stands."""
    form = Form()
    form.feed(page.partition("<main")[2])
    return form.sent


def beside(page: str) -> dict[str, str]:
    """Return what is said beside the questions of a page."""
    return dict(re.findall(r'class="beside" id="id_([\w-]+)_helptext">([^<]+)', page))


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


def test_the_second_officer_goes_on_from_what_the_first_saved_and_types_nothing_again(
    home: District,
) -> None:
    browser = inside(Role.DISTRICT)
    mine = filled(browser, EDIT)
    theirs = {**mine, "retention_h": "96", "min_interval_s": "7", "from_1": "19:00"}
    theirs |= {"until_1": "21:00", "days_1": ["sat"], "take_pass": ["on"]}
    assert inside(Role.OPERATOR).post(EDIT, theirs).status_code == 302
    typed = {"stale_after_h": "200", "min_interval_s": "9", "from_0": "06:30"}
    answer = browser.post(EDIT, {**mine, **typed})
    assert answer.status_code == 409
    page = text(answer)
    assert "operator đã sửa quy định này" in page
    assert beside(page) == {
        "take_pass": "Bản hiện nay đã đổi từ “không” thành “có, kể cả không có chữ ký kiểm được,"
        " của bất kỳ ai”; đã lấy theo bản hiện nay.",
        "from_0": "Bản hiện nay là: 07:00-17:30 thứ hai, thứ ba, thứ tư, thứ năm, thứ sáu;"
        " 19:00-21:00 thứ bảy. Nội dung của bạn được giữ.",
        "min_interval_s": "Bản hiện nay là: 7. Nội dung của bạn được giữ.",
        "retention_h": "Bản hiện nay đã đổi từ “48” thành “96”; đã lấy theo bản hiện nay.",
    }
    assert home.counter.draft(OFFICER, SITE).document["stale_after_h"] == 168, "not saved unseen"
    onward = sent(page)
    assert browser.post(EDIT, onward).status_code == 302
    document = home.counter.draft(OFFICER, SITE).document
    assert (document["retention_h"], document["stale_after_h"]) == (96, 200)
    assert document["again"]["min_interval_s"] == 9
    assert [each["from"] for each in document["hours"]["openings"]] == ["06:30"]
    assert [each["kind"] for each in document["takes"]] == ["pass", "id-card"]
    assert browser.post(EDIT, onward).status_code == 409, "what was seen is no more what is there"


def test_two_officers_who_answer_alike_are_told_of_no_difference(home: District) -> None:
    browser = inside(Role.DISTRICT)
    mine = {**filled(browser, EDIT), "retention_h": "96"}
    assert inside(Role.OPERATOR).post(EDIT, mine).status_code == 302
    answer = browser.post(EDIT, mine)
    assert (answer.status_code, beside(text(answer))) == (409, {})
    assert home.counter.draft(OFFICER, SITE).by == "operator"


def test_rules_that_came_into_force_since_a_form_was_opened_are_not_undone_by_it(
    home: District,
) -> None:
    """No draft was saved meanwhile: another was signed, and taken back by its first ring."""
    browser = inside(Role.DISTRICT)
    home.sign(retention_h=200)
    mine = filled(browser, EDIT)
    assert mine["retention_h"] == "200"
    home.counter.take_back(OFFICER, 2)
    answer = browser.post(EDIT, {**mine, "stale_after_h": "200"})
    assert answer.status_code == 409
    page = text(answer)
    assert "Quy định này đã thay đổi sau khi bạn mở ra." in page
    assert "từ “200” thành “48”" in beside(page)["retention_h"]
    assert browser.post(EDIT, sent(page)).status_code == 302
    document = home.counter.draft(OFFICER, SITE).document
    assert (document["retention_h"], document["stale_after_h"]) == (48, 200)


NONSENSE = ("7", "{}", '"\\ud800"', "9" * 5000, "1e999", "[" * 9000, '["mon", 7]', '{"a": "b"}')
"""In place of an answer that a form had shown."""


@pytest.mark.parametrize("seen", ["", "{", "[]", "{}", "7", "null", '{"retention_h": "48"}'])
def test_a_form_that_does_not_say_what_was_seen_keeps_every_answer_and_saves_none(
    home: District, seen: str
) -> None:
    browser = inside(Role.DISTRICT)
    before = home.counter.draft(OFFICER, SITE)
    mine = {**filled(browser, EDIT), "retention_h": "200", "seen": seen}
    del mine["take_id-card"]
    answer = browser.post(EDIT, mine)
    assert answer.status_code == 409
    assert set(beside(text(answer))) == {"retention_h", "take_id-card"}
    assert home.counter.draft(OFFICER, SITE) == before
    assert browser.post(EDIT, sent(text(answer))).status_code == 302
    document = home.counter.draft(OFFICER, SITE).document
    assert (document["retention_h"], document["takes"]) == (200, [])


@pytest.mark.parametrize("field", ["days_1", "people", "retention_h"])
def test_a_form_that_says_nonsense_of_what_was_seen_is_no_fault_of_the_server(
    home: District, field: str
) -> None:
    browser = inside(Role.DISTRICT)
    before = home.counter.draft(OFFICER, SITE)
    mine = filled(browser, EDIT)
    shown = json.loads(mine["seen"])
    for each in NONSENSE:
        told = json.dumps(shown | {field: "!"}).replace('"!"', each)
        answer = browser.post(EDIT, {**mine, "retention_h": "200", "seen": told})
        assert answer.status_code == 409, each[:20]
        assert 'value="200"' in text(answer)
    assert home.counter.draft(OFFICER, SITE) == before


def test_every_question_is_put_over_what_another_officer_has_saved() -> None:
    from collector.web import policyforms, policymeanwhile  # noqa: PLC0415  # needs the settings

    asked = [name for names in policymeanwhile.questions() for name in names]
    assert sorted(asked) == sorted(set(policyforms.PolicyForm().fields) - {"revision", "seen"})


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
