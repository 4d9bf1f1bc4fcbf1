"""Logging in: two steps, a lock, sessions that end; time is stepped."""

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import numpy as np
import pyotp
import pytest
import zxingcpp

from collector.cases.roles import Role
from collector.errors import RoleUnbounded
from collector.grants import Grants
from collector.web import access, secondfactor, sessions
from collector.web.qrpicture import svg_path
from tests.collector.web.conftest import PASSWORD, Clock

pytestmark = pytest.mark.usefixtures("officers")
WEB = Path(access.__file__).parent
ASKS = re.compile(r"""hx-get="\{% url '([a-z-]+)'""")
AGAIN = re.compile(r'http-equiv="refresh" content="10; url=([^"]+)"')
SQUARES = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\d+z")
NEW = "Mật khẩu của riêng tôi 7"


def client(**headers: str) -> Any:  # noqa: ANN401  # Django's client needs the settings
    from django.test import Client  # noqa: PLC0415

    return Client(enforce_csrf_checks=False, headers={"user-agent": "Tester", **headers})


def account(name: str) -> Any:  # noqa: ANN401
    from collector.web.models import Officer  # noqa: PLC0415

    return Officer.objects.get(username=name)


def first_step(browser: Any, name: str = "district-officer", password: str = PASSWORD) -> Any:  # noqa: ANN401
    return browser.post("/login", {"username": name, "password": password})


def secret_shown(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found is not None
    return found[1].replace(" ", "")


def enrolled(wall: Clock, name: str = "district-officer") -> tuple[Any, str, list[str]]:
    """Log in for the first time: set up the second step, choose a password."""
    browser = client()
    assert first_step(browser, name)["Location"] == "/login/setup"
    secret = secret_shown(browser.get("/login/setup").content.decode())
    shown = browser.post("/login/setup", {"code": code(secret, wall)})
    codes = re.findall(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){2})</code>", shown.content.decode())
    changed = browser.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert changed.status_code == 302, changed.content.decode()
    return browser, secret, codes


def code(secret: str, wall: Clock) -> str:
    return pyotp.TOTP(secret).at(wall.ms // 1000)


@pytest.fixture
def ready(wall: Clock) -> tuple[Any, str, list[str]]:
    return enrolled(wall)


Ready = tuple[Any, str, list[str]]


def test_a_first_login_sets_up_the_second_step_and_asks_for_a_new_password(wall: Clock) -> None:
    browser = client()
    assert first_step(browser)["Location"] == "/login/setup"
    secret = secret_shown(browser.get("/login/setup").content.decode())
    assert browser.get("/gates")["Location"].startswith("/login")
    assert browser.post("/login/setup", {"code": "000000"}).status_code == 200
    assert browser.get("/gates")["Location"].startswith("/login")
    shown = browser.post("/login/setup", {"code": code(secret, wall)}).content.decode()
    assert len(re.findall(r"<li><code>", shown)) == 8
    assert browser.get("/gates")["Location"] == "/account/password"
    weak = browser.post("/account/password", {"old": PASSWORD, "new": "1234", "again": "1234"})
    assert weak.status_code == 200
    assert browser.get("/gates").status_code == 302
    browser.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert browser.get("/gates").status_code == 200


def test_a_password_alone_opens_nothing(ready: Ready) -> None:
    assert ready
    browser = client()
    assert first_step(browser, password=NEW)["Location"] == "/login/code"
    for page in ("/", "/gates", "/account", "/board"):
        assert browser.get(page)["Location"].startswith("/login"), page


def test_a_code_counts_once(ready: Ready, wall: Clock) -> None:
    wall.step(30)
    used = code(ready[1], wall)
    browser = client()
    first_step(browser, password=NEW)
    assert browser.post("/login/code", {"code": used})["Location"] == "/"
    another = client()
    first_step(another, password=NEW)
    assert another.post("/login/code", {"code": used}).status_code == 200
    assert another.get("/account").status_code == 302


def test_a_recovery_code_replaces_the_phone_once(ready: Ready) -> None:
    spoken = ready[2][0].upper().replace("-", " ")
    browser = client()
    first_step(browser, password=NEW)
    assert browser.post("/login/code", {"code": spoken})["Location"] == "/"
    another = client()
    first_step(another, password=NEW)
    assert another.post("/login/code", {"code": spoken}).status_code == 200


def test_too_many_wrong_codes_lock_the_account_until_the_operator_unlocks_it(
    ready: Ready, wall: Clock
) -> None:
    from collector.web import accounts  # noqa: PLC0415

    browser = client()
    first_step(browser, password=NEW)
    for _ in range(5):
        browser.post("/login/code", {"code": "000000"})
    wall.step(3600)
    browser = client()
    first_step(browser, password=NEW)
    right = browser.post("/login/code", {"code": code(ready[1], wall)})
    assert right.status_code == 403
    assert account("district-officer").locked
    accounts.unlock("district-officer", forget=False)
    assert browser.post("/login/code", {"code": code(ready[1], wall)})["Location"] == "/"


def test_the_second_step_must_follow_within_minutes(ready: Ready, wall: Clock) -> None:
    browser = client()
    first_step(browser, password=NEW)
    wall.step(601)
    assert browser.post("/login/code", {"code": code(ready[1], wall)})["Location"] == "/login"


def test_a_session_ends_when_nothing_is_done(ready: Ready, wall: Clock) -> None:
    browser = ready[0]
    wall.step(1799)
    assert browser.get("/account").status_code == 200
    wall.step(1799)
    assert browser.get("/board").status_code == 200
    wall.step(2)
    assert "why=idle" in browser.get("/board")["Location"]
    assert "why" not in browser.get("/account")["Location"]


def test_a_form_sent_too_late_leads_back_to_its_page_and_to_no_other_site(
    ready: Ready, wall: Clock
) -> None:
    browser, host = ready[0], "http://testserver"
    wall.step(1801)
    sent = browser.post("/cases/1/list/7/call", headers={"referer": f"{host}/cases/1/list/7?a=b"})
    assert sent["Location"] == "/login?next=/cases/1/list/7%3Fa%3Db&why=idle&lost=1"
    assert "chưa được nhận" in browser.get(sent["Location"]).content.decode()
    assert "chưa được nhận" not in browser.get("/login?why=idle").content.decode()
    for referer in ("https://else.example/cases/1", "//else.example", "", "no address"):
        sent = client().post("/cases/1/list/7/call", headers={"referer": referer})
        assert sent["Location"] == "/login", referer


def test_a_board_that_asks_by_itself_keeps_no_session_open(ready: Ready, wall: Clock) -> None:
    browser = ready[0]
    answer = {"HX-Redirect": ""}
    for _ in range(30):
        wall.step(60)
        answer = browser.get("/board", headers={"hx-request": "true"})
    assert "why=idle" in answer["HX-Redirect"]


@pytest.mark.parametrize("page", ["/gates", "/district?show=all"])
def test_a_board_without_scripts_keeps_no_session_open(
    ready: Ready, wall: Clock, page: str
) -> None:
    """It asks for the address that it names; a hand that asks for the page does keep it open."""
    browser, again = ready[0], page
    for _ in range(2):
        wall.step(1700)
        again = asked_again(page, browser.get(page))
    for _ in range(3):
        wall.step(590)
        again = asked_again(page, browser.get(again))
    wall.step(60)
    assert "why=idle" in browser.get(again)["Location"]


def asked_again(page: str, shown: Any) -> str:  # noqa: ANN401  # Django's answer
    """Return the address for which a browser without scripts asks after some seconds."""
    assert shown.status_code == 200
    (words,) = AGAIN.findall(shown.content.decode())
    return urljoin(page, html.unescape(words))


def test_every_page_that_asks_for_itself_says_so() -> None:
    pages = [page.read_text(encoding="utf-8") for page in (WEB / "templates").rglob("*.html")]
    assert sum('http-equiv="refresh"' in page for page in pages) == 1
    assert sum('{% include "web/itself.html" %}' in page for page in pages) == 3


def test_every_part_that_asks_by_itself_is_known_to_do_so() -> None:
    from collector.web import guard  # noqa: PLC0415

    pages = (WEB / "templates").rglob("*.html")
    asking = {name for page in pages for name in ASKS.findall(page.read_text(encoding="utf-8"))}
    assert asking == {*guard.POLLS, "own"}
    keepers = [role for role in Role if access.opens(role, "own")]
    assert not any(map(access.is_short, keepers)), "`own` asks as a whole page"


def test_a_session_ends_with_the_day_whatever_is_done(ready: Ready, wall: Clock) -> None:
    browser = ready[0]
    for _ in range(48):
        assert browser.get("/account").status_code == 200
        wall.step(15 * 60)
    assert "why=day" in browser.get("/account")["Location"]


def test_a_keeper_may_leave_a_board_open_for_the_day(wall: Clock) -> None:
    browser, _, _ = enrolled(wall, Role.TECHNICIAN)
    wall.step(11 * 3600)
    assert browser.get("/gates").status_code == 200


def test_a_stolen_cookie_ends_the_session_of_thief_and_owner(ready: Ready) -> None:
    browser = ready[0]
    thief = client(**{"user-agent": "Other"})
    thief.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert "why=moved" in thief.get("/account")["Location"]
    assert browser.get("/account")["Location"].startswith("/login")


def test_a_session_from_before_is_worthless_after_a_new_password(ready: Ready) -> None:
    from collector.web import accounts  # noqa: PLC0415

    accounts.change("district-officer", None)
    assert ready[0].get("/account")["Location"].startswith("/login")


def test_a_closed_account_is_out_at_once(ready: Ready) -> None:
    from collector.web import accounts  # noqa: PLC0415

    accounts.close("district-officer")
    assert ready[0].get("/account")["Location"].startswith("/login")


def test_a_session_key_set_before_the_login_is_not_the_one_after_it(wall: Clock) -> None:
    browser = client()
    browser.get("/login")
    first_step(browser)
    before = browser.cookies["sessionid"].value
    secret = secret_shown(browser.get("/login/setup").content.decode())
    browser.post("/login/setup", {"code": code(secret, wall)})
    assert browser.cookies["sessionid"].value != before


def test_a_phone_that_logs_in_opens_its_authenticator_by_a_link(wall: Clock) -> None:
    browser = client()
    first_step(browser)
    page = browser.get("/login/setup").content.decode()
    (link,) = re.findall(r'href="(otpauth:[^"]+)"', page)
    read = pyotp.parse_uri(html.unescape(link))
    assert read.secret == secret_shown(page).replace(" ", "")
    assert browser.post("/login/setup", {"code": code(read.secret, wall)}).status_code == 200


def test_an_authenticator_reads_the_secret_from_the_picture() -> None:
    secret = secondfactor.new_secret()
    side, path = svg_path(secondfactor.address(secret, "cán bộ", "Huyện Mẫu"))
    page = np.full((side, side), 255, np.uint8)
    for x, y, width in (tuple(map(int, each)) for each in SQUARES.findall(path)):
        page[y, x : x + width] = 0
    (found,) = zxingcpp.read_barcodes(np.kron(page, np.ones((4, 4), np.uint8)))
    read = pyotp.parse_uri(found.text)
    assert (read.secret, read.name, read.issuer) == (secret, "cán bộ", "Gate Scanner Huyện Mẫu")


def test_the_secret_of_the_second_step_is_in_no_file_in_clear(ready: Ready) -> None:
    stored = account("district-officer")
    assert ready[1].encode() not in bytes(stored.otp_sealed)
    assert len(bytes(stored.otp_sealed)) > 40


def test_a_login_leads_to_no_other_site(ready: Ready, wall: Clock) -> None:
    wall.step(30)
    browser = client()
    browser.post(
        "/login",
        {"username": "district-officer", "password": NEW, "next": "https://elsewhere.example/"},
    )
    assert browser.post("/login/code", {"code": code(ready[1], wall)})["Location"] == "/"


@pytest.mark.parametrize("role", [Role.SECTOR, Role.COMMUNE, Role.KEEPER, Role.ATTENDANT])
def test_a_role_that_reaches_something_is_not_given_without_saying_what(role: Role) -> None:
    from collector.web import accounts  # noqa: PLC0415

    with pytest.raises(RoleUnbounded):
        accounts.add("new", None, role, Grants())
    with pytest.raises(RoleUnbounded):
        accounts.appoint("district-officer", role, Grants())


def test_addresses_of_one_network_are_one_browser_and_others_are_not() -> None:
    one = sessions.browser("A", "192.0.2.1")
    assert one == sessions.browser("A", "192.0.2.200")
    assert one != sessions.browser("A", "192.0.3.1")
    assert one != sessions.browser("B", "192.0.2.1")
    assert sessions.browser("A", "2001:db8:1::1") == sessions.browser("A", "2001:db8:1:2::9")
    assert sessions.browser("A", "no address")
