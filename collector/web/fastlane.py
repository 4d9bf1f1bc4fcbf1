"""A short way for boards that ask every second, for whoever Django let in just now.

For fifty boards, fifty sessions and fifty accounts would be looked up in a second. What Django let
through is remembered for half a minute, by every byte of the question and the address it came from.
Who asks the very same is answered at once by the loop that watches all connections, as long as
nothing has to be read or drawn for it. A board whose account is withdrawn goes on for no longer
than that; who logs out has other cookies at once.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec

from collector import clock

LET_IN_S = 30.0
MOST = 2_000
"""Remembered; beyond it all are asked anew."""
LANGUAGE = "Content-Language"
OF_ONE_ANSWER = frozenset({"content-length", "content-type", "etag", "set-cookie"})
"""Headers that differ from answer to answer; all others are those of the page's rules."""
LET_IN = frozenset({"200", "204", "304"})
REDIRECTED = "HX-Redirect"
"""In an answer with 200: whoever was logged out is sent to the login."""

ASKED: ContextVar[tuple[str, bytes]] = ContextVar("asked", default=("", b""))
"""From what address the question came that this thread answers, and its head as it was sent."""

_LINE = re.compile(rb"GET /district/parts\?since=([0-9a-f.]*) HTTP/1\.1(?=\r\n)")
_HELD = re.compile(rb"(?i)\r\nIf-None-Match:[ \t]*([^\r\n]*)")

Headers = list[tuple[str, str]]


class Question(msgspec.Struct, frozen=True):
    """What a board asks."""

    who: bytes
    """A digest of the address and of all that stays the same from second to second."""
    since: str
    held: str
    """The ETag that the browser has."""


class Let(msgspec.Struct, frozen=True):
    """Somebody who was let in."""

    until_s: float
    language: str
    headers: bytes
    """The lines that all their answers have."""


def question(address: str, head: bytes) -> Question | None:
    """Return what a head asks, if it is what boards ask every second. Pure."""
    line = _LINE.match(head)
    if line is None:
        return None
    rest, etag = head[line.end() :], b""
    if (held := _HELD.search(rest)) is not None:
        rest, etag = rest[: held.start()] + rest[held.end() :], held[1]
    who = hashlib.sha256(b"\0".join((address.encode(), rest))).digest()
    return Question(who, line[1].decode("ascii"), etag.decode("latin-1").strip())


class Remembered:
    """Who was let in, with what headers, and until when. Pure but for the clock it is given."""

    def __init__(self, steady_s: Callable[[], float]) -> None:
        """Take the clock; nobody is remembered yet."""
        self._steady_s = steady_s
        self._let: dict[bytes, Let] = {}

    def found(self, who: bytes) -> Let | None:
        """Return them if they were let in just now."""
        let = self._let.get(who)
        return let if let is not None and let.until_s > self._steady_s() else None

    def let_in(self, who: bytes, headers: Headers) -> None:
        """Remember them."""
        if len(self._let) >= MOST:
            self._let.clear()
        lines = [f"{name}: {value}\r\n" for name, value in headers if _lasts(name)]
        language = dict(headers).get(LANGUAGE, "")
        until_s = self._steady_s() + LET_IN_S
        self._let[who] = Let(until_s, language, "".join(lines).encode("latin-1"))


class Lane:
    """Stands before Django: remembers whom it lets in, and answers for it."""

    def __init__(self, steady_s: Callable[[], float] = clock.steady_s) -> None:
        """Take the clock; nobody is remembered yet."""
        self._remembered = Remembered(steady_s)

    def before(self, following: WSGIApplication) -> WSGIApplication:
        """Return an application that remembers whom another lets in."""

        def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            asked = question(*ASKED.get())
            if asked is None or environ.get("HTTP_CONNECTION", "").lower() not in _KEPT:
                return following(environ, start)

            def begun(status: str, said: Headers, *failed: Any) -> Any:  # noqa: ANN401  # WSGI's
                if status[:3] in LET_IN and REDIRECTED not in dict(said):
                    self._remembered.let_in(asked.who, said)
                return start(status, said, *failed)

            return following(environ, begun)

        return answer

    def at_once(self, address: str, head: bytes) -> bytes | None:
        """Return the answer to a head without a body, as it is sent; None if Django is to give it.

        Waits for nothing and nobody.
        """
        asked = question(address, head)
        let = None if asked is None else self._remembered.found(asked.who)
        if asked is None or let is None:
            return None
        from collector.web import districtviews  # noqa: PLC0415  # needs the settings

        news = districtviews.news_at_once(let.language, asked.since, asked.held)
        if news is None:
            return None
        status, body = HTTPStatus(news.status), news.html.encode()
        said = f"HTTP/1.1 {status.value} {status.phrase}\r\nDate: {formatdate(usegmt=True)}\r\n"
        said += f"Connection: keep-alive\r\nETag: {news.etag}\r\n"
        if status is HTTPStatus.OK:
            said += f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        return b"".join((said.encode("latin-1"), let.headers, b"\r\n", body))


_KEPT = frozenset({"", "keep-alive"})


def _lasts(name: str) -> bool:
    return name.lower() not in OF_ONE_ANSWER
