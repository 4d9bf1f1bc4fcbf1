"""Boards that ask every second take a short way, and nobody else does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication
from wsgiref.util import setup_testing_defaults

import msgspec
import pytest

from collector.cases.roles import Role
from collector.web.fastlane import ADDRESS, LET_IN_S, MOST, Remembered, lane
from tests.collector.web.conftest import set_up_gate
from tests.collector.web.test_access import inside

HEADERS = [("Content-Language", "vi"), ("ETag", '"x"'), ("Set-Cookie", "a=b")]


class Steady:
    """A clock that is stepped."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def test_who_was_let_in_is_known_for_ten_seconds_and_no_longer() -> None:
    steady = Steady()
    remembered = Remembered(steady)
    assert remembered.headers(b"one") is None
    remembered.let_in(b"one", HEADERS)
    assert remembered.headers(b"one") == HEADERS[:1]
    assert remembered.headers(b"two") is None
    steady.s += LET_IN_S
    assert remembered.headers(b"one") is None


def test_nobody_can_make_it_remember_without_end() -> None:
    remembered = Remembered(Steady())
    for number in range(MOST + 10):
        remembered.let_in(str(number).encode(), HEADERS)
    assert len(remembered._until) <= MOST


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
        self._lane = lane(self._counted, self.steady)

    def _counted(self, environ: Any, start: Any) -> Any:  # noqa: ANN401  # WSGI's
        self.asked += 1
        return self._django(environ, start)

    def ask(self, query: str = "", path: str = ADDRESS, **more: str) -> Answer:
        environ: dict[str, Any] = {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "testserver",
            "HTTP_USER_AGENT": "Tester",
            "HTTP_COOKIE": self.cookies,
            **more,
        }
        setup_testing_defaults(environ)
        said: list[Any] = []

        def start(*words: Any) -> Any:  # noqa: ANN401  # WSGI's
            said.extend(words)

        body = b"".join(self._lane(environ, start))
        status, headers = said
        return Answer(status, dict(headers), body.decode(), self.asked)


@pytest.fixture
def way(officers: None, vault: object, site: Path, journal: Callable[..., Any]) -> Any:  # noqa: ANN401, ARG001
    browser = inside(Role.OPERATOR)
    cookies = "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
    with set_up_gate(site, journal):
        yield Way(cookies)


def test_the_short_way_answers_as_django_does(way: Way) -> None:
    long, short = way.ask("since=a.b"), way.ask("since=a.b")
    assert (long.asked, short.asked) == (1, 1)
    assert short == long
    assert "Bến" in short.text
    assert "default-src 'none'" in short.headers["Content-Security-Policy"]
    etag = short.headers["ETag"]
    same = way.ask("since=" + etag.strip('"'))
    assert (same.status, same.text, same.headers["ETag"]) == ("204 No Content", "", etag)
    held = way.ask(HTTP_IF_NONE_MATCH=etag)
    assert (held.status, held.text) == ("304 Not Modified", "")
    assert held.asked == 1


def test_who_was_logged_out_goes_on_for_ten_seconds_at_the_most(way: Way) -> None:
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
        {"HTTP_COOKIE": "sessionid=of-somebody-else"},
        {"REMOTE_ADDR": "192.0.2.8"},
        {"HTTP_USER_AGENT": "Another"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.9"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_HOST": "127.0.0.1"},
        {"REQUEST_METHOD": "POST"},
        {"path": "/district"},
    ],
)
def test_it_is_open_to_the_same_browser_and_question_only(way: Way, other: dict[str, str]) -> None:
    way.ask()
    assert way.ask().asked == 1
    assert way.ask(**other).asked == 2


@pytest.mark.parametrize("is_known", [True, False])
def test_who_is_refused_is_not_remembered(officers: None, vault: object, is_known: bool) -> None:  # noqa: ARG001, FBT001
    browser = inside(None)
    cookies = "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
    way = Way(cookies if is_known else "")
    part = {"HTTP_HX_REQUEST": "true"}
    for number, more in enumerate(({}, {}, part, part), 1):
        assert way.ask(**more).asked == number
