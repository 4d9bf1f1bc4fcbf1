"""A short way for boards that ask every second: who was let in just now is not asked again at once.

Fifty boards would look up fifty sessions and fifty accounts a second. Whoever was let through is
let through again for ten seconds, for this one address and with the very same cookies; a board
that is logged out or withdrawn goes on for no longer than that.
"""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from collector import clock
from collector.web.middleware import Next, spoken

ADDRESS = "/district/parts"
LET_IN_S = 10.0
MOST = 2_000
"""Remembered; beyond it all are asked anew."""


class Remembered:
    """Who was let in, and until when. Pure but for the clock that it is given."""

    def __init__(self, steady_s: Callable[[], float]) -> None:
        """Take the clock; nobody is remembered yet."""
        self._steady_s = steady_s
        self._until: dict[bytes, float] = {}

    def knows(self, who: bytes) -> bool:
        """Say whether they were let in just now."""
        return self._until.get(who, 0.0) > self._steady_s()

    def let_in(self, who: bytes) -> None:
        """Remember them."""
        if len(self._until) >= MOST:
            self._until.clear()
        self._until[who] = self._steady_s() + LET_IN_S


def lane(following: Next) -> Next:
    """Answer boards that were let in just now; all else goes on as usual."""
    from collector.web import districtviews  # noqa: PLC0415  # needs the settings

    remembered = Remembered(clock.steady_s)

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path_info != ADDRESS or request.method != "GET":
            return following(request)
        who = _who(request)
        if remembered.knows(who):
            with translation.override(spoken(request)):
                return districtviews.parts(request)
        response = following(request)
        if response.status_code in (200, 204, 304) and "HX-Redirect" not in response.headers:
            remembered.let_in(who)
        return response

    return answer


def _who(request: HttpRequest) -> bytes:
    """Return a digest of everything by which the guard knows a browser."""
    said = (
        request.headers.get("Cookie", ""),
        request.headers.get("User-Agent", ""),
        request.headers.get("Host", ""),
        str(request.META.get("REMOTE_ADDR", "")),
        request.headers.get("X-Forwarded-For", ""),
    )
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogateescape")).digest()
