"""A short way for boards that ask every second: before Django, for whoever was let in just now.

Fifty boards would look up fifty sessions and fifty accounts a second. Whoever Django has let
through is answered at once for ten seconds, for this one address and with the very same cookies; a
board that is logged out or withdrawn goes on for no longer than that.
"""

import hashlib
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from collector import clock

ADDRESS = "/district/parts"
LET_IN_S = 10.0
MOST = 2_000
"""Remembered; beyond it all are asked anew."""
LANGUAGE = "Content-Language"
OF_ONE_ANSWER = frozenset({"content-length", "content-type", "etag", "set-cookie"})
"""Headers that differ from answer to answer; all others are those of the page's rules."""

Headers = list[tuple[str, str]]


class Remembered:
    """Who was let in, with what headers, and until when. Pure but for the clock it is given."""

    def __init__(self, steady_s: Callable[[], float]) -> None:
        """Take the clock; nobody is remembered yet."""
        self._steady_s = steady_s
        self._until: dict[bytes, tuple[float, Headers]] = {}

    def headers(self, who: bytes) -> Headers | None:
        """Return what headers their answers have, if they were let in just now."""
        until_s, headers = self._until.get(who, (0.0, []))
        return headers if until_s > self._steady_s() else None

    def let_in(self, who: bytes, headers: Headers) -> None:
        """Remember them."""
        if len(self._until) >= MOST:
            self._until.clear()
        lasting = [each for each in headers if each[0].lower() not in OF_ONE_ANSWER]
        self._until[who] = self._steady_s() + LET_IN_S, lasting


def lane(
    following: WSGIApplication, steady_s: Callable[[], float] = clock.steady_s
) -> WSGIApplication:
    """Answer boards that were let in just now; all else goes on as usual."""
    remembered = Remembered(steady_s)

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != ADDRESS or environ.get("REQUEST_METHOD") != "GET":
            return following(environ, start)
        who = _who(environ)
        headers = remembered.headers(who)
        if headers is not None:
            return _at_once(headers, environ, start)

        def begun(status: str, said: Headers, *failed: Any) -> Any:  # noqa: ANN401  # WSGI's
            if status[:3] in {"200", "204", "304"} and "HX-Redirect" not in dict(said):
                remembered.let_in(who, said)
            return start(status, said, *failed)

        return following(environ, begun)

    return answer


def _at_once(headers: Headers, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    from collector.web import districtviews  # noqa: PLC0415  # needs the settings

    since = parse_qs(environ.get("QUERY_STRING", "")).get("since", [""])[-1]
    held = environ.get("HTTP_IF_NONE_MATCH", "")
    news = districtviews.news(dict(headers)[LANGUAGE], since, held)
    status, body = HTTPStatus(news.status), news.html.encode()
    own = [("ETag", news.etag)]
    if status is HTTPStatus.OK:
        own += [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    start(f"{status.value} {status.phrase}", [*headers, *own])
    return [body]


def _who(environ: WSGIEnvironment) -> bytes:
    """Return a digest of everything by which Django knows a browser and how it comes."""
    names = ("COOKIE", "USER_AGENT", "HOST", "X_FORWARDED_FOR", "X_FORWARDED_PROTO", "HX_REQUEST")
    said = [str(environ.get(f"HTTP_{name}", "")) for name in names]
    said += [str(environ.get(name, "")) for name in ("REMOTE_ADDR", "wsgi.url_scheme")]
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogateescape")).digest()
