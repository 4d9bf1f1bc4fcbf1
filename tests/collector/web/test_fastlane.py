"""Boards that ask every second take a short way, and nobody else does."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.cases.roles import Role
from collector.web.fastlane import ASKED, LET_IN_S, MOST, Lane, Remembered, question
from tests.collector.web.conftest import set_up_gate
from tests.collector.web.test_access import inside

HEADERS = [("Content-Language", "vi"), ("ETag", '"x"'), ("Set-Cookie", "a=b")]
LINE = b"GET /district/parts?since=a1.b2 HTTP/1.1"


class Steady:
    """A clock that is stepped."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def test_who_was_let_in_is_known_for_half_a_minute_and_no_longer() -> None:
    steady = Steady()
    remembered = Remembered(steady)
    assert remembered.found(b"one") is None
    remembered.let_in(b"one", HEADERS)
    let = remembered.found(b"one")
    assert let is not None
    assert (let.language, let.headers) == ("vi", b"Content-Language: vi\r\n")
    assert remembered.found(b"two") is None
    steady.s += LET_IN_S
    assert remembered.found(b"one") is None


def test_nobody_can_make_it_remember_without_end() -> None:
    remembered = Remembered(Steady())
    for number in range(MOST + 10):
        remembered.let_in(str(number).encode(), HEADERS)
    assert len(remembered._let) <= MOST


def test_a_question_is_known_again_whatever_version_it_names() -> None:
    first = question("::1", LINE + b"\r\nHost: x\r\nCookie: c\r\n\r\n")
    other = b'GET /district/parts?since= HTTP/1.1\r\nHost: x\r\nif-none-match: "e" \r\nCookie: c'
    later = question("::1", other + b"\r\n\r\n")
    assert first is not None
    assert later is not None
    assert (first.since, first.held) == ("a1.b2", "")
    assert (later.since, later.held) == ("", '"e"')
    assert first.who == later.who


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GET /district/parts HTTP/1.1\r\n\r\n",
        b"GET /district/parts?since=a1&since=b HTTP/1.1\r\n\r\n",
        b"GET /district/parts?since=A%20 HTTP/1.1\r\n\r\n",
        b"GET /district/parts?since=a1 HTTP/1.0\r\n\r\n",
        b"GET //district/parts?since=a1 HTTP/1.1\r\n\r\n",
        b"HEAD /district/parts?since=a1 HTTP/1.1\r\n\r\n",
        b"get /district/parts?since=a1 HTTP/1.1\r\n\r\n",
        b"GET /district/parts?since=a1 HTTP/1.1\n\r\n",
        b"\r\nGET /district/parts?since=a1 HTTP/1.1\r\n\r\n",
    ],
)
def test_anything_else_is_no_question_of_a_board(head: bytes) -> None:
    assert question("::1", head) is None


@given(
    st.tuples(st.text("0123456789abcdef."), st.text("0123456789abcdef.")),
    st.lists(st.binary(max_size=9), min_size=2, max_size=2, unique=True),
)
def test_whatever_differs_beside_the_version_is_another_question(
    since: tuple[str, str], heads: list[bytes]
) -> None:
    lines = [f"GET /district/parts?since={each} HTTP/1.1\r\n".encode() for each in since]
    first, second = (question("::1", line + rest) for line, rest in zip(lines, heads, strict=True))
    elsewhere = question("::2", lines[0] + heads[0])
    assert first is not None
    assert second is not None
    assert elsewhere is not None
    assert first.who not in (second.who, elsewhere.who)


class Answer(msgspec.Struct):
    """What came back."""

    status: str
    headers: dict[str, str]
    text: str
    asked: int
    """How often Django was asked so far."""


class Way:
    """The short way before Django, and a browser with cookies."""

    def __init__(self, cookies: str = "") -> None:
        from django.core.wsgi import get_wsgi_application  # noqa: PLC0415  # needs the settings

        self.steady, self.cookies, self.asked = Steady(), cookies, 0
        self._django: WSGIApplication = get_wsgi_application()
        self._lane = Lane(self.steady)
        self._wsgi = self._lane.before(self._counted)

    def _counted(self, environ: Any, start: Any) -> Any:  # noqa: ANN401  # WSGI's
        self.asked += 1
        return self._django(environ, start)

    def ask(self, query: str = "since=", address: str = "127.0.0.1", **more: str) -> Answer:
        """Ask as a browser does: what is not answered at once goes to Django."""
        said = {"Host": "testserver", "User-Agent": "Tester", "Cookie": self.cookies}
        said |= {name.replace("_", "-"): value for name, value in more.items()}
        method, path = said.pop("method", "GET"), said.pop("path", "/district/parts")
        lines = [f"{method} {path}?{query} HTTP/1.1", *(f"{k}: {v}" for k, v in said.items())]
        head = "\r\n".join([*lines, "", ""]).encode()
        answer = self._lane.at_once(address, head)
        if answer is not None:
            first, _, text = answer.decode().partition("\r\n\r\n")
            status, *pairs = first.split("\r\n")
            headers = dict(each.split(": ", 1) for each in pairs)
            return Answer(status.partition(" ")[2], headers, text, self.asked)
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in said.items()}
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
        environ["REMOTE_ADDR"] = address
        return self._by_django(environ, (address, head))

    def _by_django(self, environ: dict[str, Any], asked: tuple[str, bytes]) -> Answer:
        setup_testing_defaults(environ)
        said: list[Any] = []

        def start(*words: Any) -> Any:  # noqa: ANN401  # WSGI's
            said.extend(words)

        mark = ASKED.set(asked)
        body = b"".join(self._wsgi(environ, start))
        ASKED.reset(mark)
        status, headers = said
        return Answer(status, dict(headers), body.decode(), self.asked)


def drawn() -> None:
    """Have everything drawn, and that for as long as the test lasts."""
    from collector.web import districtviews  # noqa: PLC0415  # needs the settings

    shown = districtviews.overview()
    shown._steady_s = float  # stands still
    for language in ("vi", "en"):
        shown.parts(language)


@pytest.fixture
def way(officers: None, vault: object, site: Path, journal: Callable[..., Any]) -> Any:  # noqa: ANN401, ARG001
    browser = inside(Role.OPERATOR)
    cookies = "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
    with set_up_gate(site, journal):
        drawn()
        yield Way(cookies)


def test_the_short_way_answers_as_django_does(way: Way) -> None:
    long, short = way.ask("since=a.b"), way.ask("since=a.b")
    assert (long.asked, short.asked) == (1, 1)
    assert (short.status, short.text) == (long.status, long.text)
    of_the_road = {name: short.headers.pop(name) for name in ("Date", "Connection")}
    assert of_the_road["Connection"] == "keep-alive"
    assert parsedate_to_datetime(of_the_road["Date"]).year > 2025
    assert short.headers == long.headers
    assert "Bến" in short.text
    assert "default-src 'none'" in short.headers["Content-Security-Policy"]
    etag = short.headers["ETag"]
    same = way.ask("since=" + etag.strip('"'))
    assert (same.status, same.text, same.headers["ETag"]) == ("204 No Content", "", etag)
    held = way.ask(If_None_Match=etag)
    assert (held.status, held.text) == ("304 Not Modified", "")
    assert held.asked == 1


def test_whose_session_is_ended_goes_on_for_half_a_minute_at_the_most(way: Way) -> None:
    from django.contrib.sessions.models import Session  # noqa: PLC0415  # needs the settings

    assert way.ask().status == "200 OK"
    Session.objects.all().delete()
    assert way.ask().status == "200 OK"
    way.steady.s += LET_IN_S
    gone = way.ask()
    assert (gone.status, gone.headers["Location"][:7]) == ("302 Found", "/login?")


@pytest.mark.parametrize(
    "other",
    [
        {"Cookie": "sessionid=of-somebody-else"},
        {"address": "192.0.2.8"},
        {"User_Agent": "Another"},
        {"X_Forwarded_For": "192.0.2.9"},
        {"X_Forwarded_Proto": "https"},
        {"Host": "127.0.0.1"},
        {"method": "POST"},
        {"path": "/district"},
    ],
)
def test_it_is_open_to_the_same_browser_and_question_only(way: Way, other: dict[str, str]) -> None:
    way.ask()
    assert way.ask().asked == 1
    assert way.ask(**other).asked == 2


def test_who_wants_the_connection_closed_is_not_remembered(way: Way) -> None:
    way.ask(Connection="close")
    assert way.ask(Connection="close").asked == 2


def test_what_would_have_to_be_read_or_drawn_is_not_waited_for(way: Way) -> None:
    from collector.web import districtviews  # noqa: PLC0415  # needs the settings

    way.ask()
    shown = districtviews.overview()
    shown._asked_s = float("-inf")
    assert way.ask().asked == 2
    shown._before, shown._parts = shown._parts, {}
    assert way.ask().asked == 3  # nobody draws
    shown._parts = {}
    with shown._lock:  # somebody does
        assert way.ask().asked == 3


@pytest.mark.parametrize("is_known", [True, False])
def test_who_is_refused_is_not_remembered(officers: None, vault: object, is_known: bool) -> None:  # noqa: ARG001, FBT001
    browser = inside(None)
    cookies = "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
    way = Way(cookies if is_known else "")
    drawn()
    part = {"HX_Request": "true"}
    for number, more in enumerate(({}, {}, part, part), 1):
        assert way.ask(**more).asked == number
