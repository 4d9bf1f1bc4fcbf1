"""Who may speak to a desk, and what a stolen session, another site's page or a guesser gets."""

import http.client
import ssl
from urllib.parse import urlencode

import pytest

from device.desk import attendants, sessions
from device.desk.attendants import LOCKED_NS, TRIES, Attendants
from device.desk.sessions import LONGEST_NS, Sessions
from device.errors import AttendantUnknown, PasswordWeak, StorageUnusable
from tests.device.command import gate
from tests.device.desk.counter import NAME, PASSWORD, PERSON, Browser, Counter
from wire.record import What

HOME = "/"


def is_in(browser: Browser) -> bool:
    return "/logout" in browser.get(HOME).text


def test_without_a_password_nothing_is_shown_and_nothing_stored(counter: Counter) -> None:
    with counter.open():
        stranger = Browser(counter.port)
        for path in (HOME, "/paper", "/done/x", "/slip/x/a6"):
            assert 'name="password"' in stranger.get(path).text
        for path in ("/enter", "/read", "/paper", "/print/x", "/logout"):
            assert stranger.post(path, {**PERSON, "form": "0" * 32}, follow=False).status == 403
        assert not is_in(stranger.log_in(password="bàn phím 124"))
        assert not is_in(stranger.log_in(name="Cô Hoà"))
    assert counter.scans() == []


def test_a_stolen_cookie_opens_nothing_and_ends_the_session(
    counter: Counter, browser: Browser
) -> None:
    sent = {**browser.get(HOME).form(), **PERSON}
    for thief in (Browser(counter.port, "curl"), Browser(counter.port, address="127.0.0.9")):
        browser.log_in()
        sent = {**browser.get(HOME).form(), **PERSON}
        thief.cookies = dict(browser.cookies)
        thief.post("/enter", sent)
        assert thief.status == 403
        assert not is_in(browser)  # and who it was stolen from sees that something happened
    assert counter.scans() == []


def test_a_cookie_is_of_no_use_after_its_session(counter: Counter, browser: Browser) -> None:
    kept = dict(browser.cookies)
    browser.post("/logout", {"csrf": browser.get(HOME).form("/logout")["csrf"]})
    assert not is_in(browser)
    browser.cookies = dict(kept)
    assert not is_in(browser)
    browser.log_in()
    kept = dict(browser.cookies)
    Browser(counter.port).log_in()  # the same attendant at another window
    browser.cookies = dict(kept)
    assert not is_in(browser)


def test_who_is_taken_out_or_has_another_password_is_out_at_once(
    counter: Counter, browser: Browser
) -> None:
    assert is_in(browser)
    counter.hire(password="một mật khẩu khác")
    assert not is_in(browser)
    assert is_in(browser.log_in(password="một mật khẩu khác"))
    Attendants(counter.keys / "desk").remove(NAME)
    assert not is_in(browser)


def test_a_session_that_lies_idle_or_lasts_a_shift_is_over() -> None:
    open_ = Sessions(idle_ns=600)
    one = open_.begin("a", "m", "browser", 0)
    assert open_.find(one.token, "browser", 600) is one
    assert open_.find(one.token, "browser", 1_200) is one
    assert open_.find(one.token, "browser", 1_801) is None
    two = Sessions(idle_ns=LONGEST_NS)
    used = two.begin("a", "m", "browser", 0)
    assert two.find(used.token, "browser", LONGEST_NS // 2) is used
    assert two.find(used.token, "browser", LONGEST_NS + 1) is None


def test_a_session_remembers_little() -> None:
    one = Sessions(600).begin("a", "m", "browser", 0)
    forms = [one.fresh() for _ in range(sessions.FORMS + 5)]
    assert forms[0] not in one.forms
    assert forms[-1] in one.forms
    for form in forms:
        one.say(form, ("fine", ""), sessions.Paper("GP1:", ()))
    assert list(one.slips) == forms[-sessions.SLIPS :]


def test_a_guesser_is_locked_out_also_by_a_name_that_is_not_there(counter: Counter) -> None:
    known = Attendants(counter.keys / "desk")
    for name in (NAME, "nobody"):
        for _ in range(TRIES):
            assert known.locked_s(name, 0) == 0
            assert known.admit(name, "wrong", 0) is None
        assert known.locked_s(name, 1) == 900
        assert known.admit(name, PASSWORD, 1) is None
    assert known.admit(NAME, PASSWORD, LOCKED_NS) is not None


def test_the_page_says_how_long_to_wait(counter: Counter) -> None:
    with counter.open():
        guesser = Browser(counter.port)
        for _ in range(TRIES):
            assert guesser.log_in(password="sai").status == 403
        assert guesser.log_in().status == 429
        assert "15 phút" in guesser.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_stores_nothing(
    counter: Counter, browser: Browser, headers: dict[str, str]
) -> None:
    sent = {**browser.get(HOME).form(), **PERSON}
    assert browser.post("/enter", sent, headers=headers).status in (403, 421)
    assert counter.scans() == []


def test_a_form_without_its_sessions_secret_stores_nothing(
    counter: Counter, browser: Browser
) -> None:
    sent = {**browser.get(HOME).form(), **PERSON}
    assert browser.post("/enter", {**sent, "csrf": "0" * 32}).status == 403
    assert counter.scans() == []


def test_what_the_pages_hand_out_stays_nowhere(browser: Browser) -> None:
    browser.get(HOME)
    assert browser.headers["Cache-Control"] == "no-store"
    policy = browser.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "<script" not in browser.text
    assert " style=" not in browser.text


def test_the_language_is_chosen_and_kept(browser: Browser) -> None:
    assert "Đăng ký" in browser.get(HOME).text
    browser.post("/language", {"language": "en", "back": "https://evil.example"})
    assert "Register by hand" in browser.text
    assert browser.post("/language", {"language": "xx"}).status == 400


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("PUT", "/", {}, 405),
        ("GET", "/../../etc/passwd", {}, 404),
        ("GET", "/desk.css", {}, 200),
        ("POST", "/enter", {"Content-Length": "99999999999999"}, 413),
        ("POST", "/enter", {"Content-Length": "x"}, 413),
        ("POST", "/read", {"Content-Type": "multipart/form-data; boundary="}, 403),
        ("POST", "/read", {"Content-Type": "multipart/form-data"}, 403),
    ],
)
def test_odd_requests_have_an_answer(
    browser: Browser, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert browser.ask(method, path, b"", headers).status == status
    assert is_in(browser)


@pytest.mark.parametrize("password", ["", "1234567", "11111111", "abababab"])
def test_a_password_that_is_easily_guessed_is_refused(counter: Counter, password: str) -> None:
    with pytest.raises(PasswordWeak):
        counter.hire(password=password)


@pytest.mark.parametrize("name", ["", " ", "a" * 41, "a\nb"])
def test_what_is_no_name_is_refused(counter: Counter, name: str) -> None:
    with pytest.raises(AttendantUnknown):
        counter.hire(name=name)


def test_a_damaged_file_lets_nobody_in(counter: Counter) -> None:
    (counter.keys / "desk" / attendants.FILE).write_text("{")
    with pytest.raises(StorageUnusable):
        Attendants(counter.keys / "desk").admit(NAME, PASSWORD, 0)
    (counter.keys / "desk" / attendants.FILE).write_text('{"Cô Hoa": {"salt": 5}}')
    with counter.open():
        assert Browser(counter.port).log_in().status == 503


def test_passwords_are_not_in_their_file(counter: Counter) -> None:
    path = counter.keys / "desk" / attendants.FILE
    assert PASSWORD not in path.read_text()
    assert path.stat().st_mode & 0o027 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.timeout(180)
def test_attendants_are_entered_named_and_removed_by_command(counter: Counter) -> None:
    where = ["--config", str(counter.folder / "gate.toml")]
    assert gate("attendant", "ls", *where).out == f"{NAME}\n"
    assert gate("attendant", "remove", *where, NAME).status == 0
    assert gate("attendant", "ls", *where).out == ""
    again = gate("attendant", "remove", *where, NAME)
    assert (again.status, again.code) == (2, "attendant-unknown")


def test_a_desk_says_when_it_began_and_ended(counter: Counter) -> None:
    with counter.open():
        pass
    notes = [each["what"] for each in counter.records() if each["t"] == "note"]
    assert [each for each in notes if each in (What.START, What.STOP)] == ["start", "stop"]


@pytest.mark.timeout(180)
def test_a_desks_configuration_is_looked_through_and_starts_no_door(counter: Counter) -> None:
    where = ["--config", str(counter.folder / "gate.toml")]
    looked = gate("config", "check", *where)
    assert (looked.status, looked.out) == (0, "The configuration is right.\n")
    assert gate("run", *where).code == "camera-missing"


@pytest.mark.parametrize(
    "more", ['host = "0.0.0.0"\n', 'certificate = "a.pem"\n', "idle_min = 0\n", "paper_mm = 60\n"]
)
def test_a_desk_that_others_could_listen_in_on_does_not_start(counter: Counter, more: str) -> None:
    counter.configure(more)
    started = gate("desk", "--config", counter.folder / "gate.toml")
    assert (started.status, started.code) == (2, "config-invalid")


def test_a_page_for_telephones_speaks_https_alone(counter: Counter) -> None:
    keys = counter.home.folder / "broker"
    certificate, key = keys / "certificate.pem", keys / "tls.pem"
    counter.configure(f'certificate = "{certificate}"\nkey = "{key}"\n')
    context = ssl.create_default_context(cafile=str(counter.home.folder / "ca.pem"))
    with counter.open():
        line = http.client.HTTPSConnection("localhost", counter.port, timeout=30, context=context)
        line.request("POST", "/login", urlencode({"name": NAME, "password": PASSWORD}))
        answer = line.getresponse()
        assert answer.status == 303
        assert "; Secure" in answer.headers["Set-Cookie"]
        answer.read()
        line.close()
        with pytest.raises((OSError, http.client.HTTPException)):
            Browser(counter.port).get("/login")


def test_two_desks_do_not_share_an_address_or_a_journal(counter: Counter) -> None:
    with counter.open():
        second = gate("desk", "--config", counter.folder / "gate.toml")
    assert second.code == "journal-busy"
