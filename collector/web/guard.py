"""Stands before every page: nobody passes who is not logged in, not entitled, or gone too long."""

from urllib.parse import urlencode, urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse

from collector import clock
from collector.web import access, sessions
from collector.web.asker import officer, role, where
from collector.web.middleware import Next

log = structlog.get_logger()
POLLS = frozenset(
    {
        "board",
        "district-parts",
        "gate-orders",
        "install-progress",
        "passes-progress",
        "rollout-now",
    }
)
"""Parts of pages that ask by themselves. `own` asks as a whole: its readers may leave it open."""
ITSELF = "itself"
"""Stands in the address by which a whole page asks for itself again, where no script runs."""


def guard(following: Next) -> Next:
    """Let through what `access` allows; a page that it does not name is refused to everybody."""

    def answer(request: HttpRequest) -> HttpResponse:
        try:
            page = resolve(request.path_info).url_name or ""
        except Resolver404:
            return following(request)
        free = page in access.PUBLIC | access.PROGRAMS
        stop = None if free else _stopped(request, page)
        return following(request) if stop is None else stop

    return answer


def _stopped(request: HttpRequest, page: str) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return _to_login(request)
    ended = _ended(request, page)
    if ended is not None:
        return _to_login(request, ended)
    if _owes_password(request) and page not in access.STEPS:
        return _sent(request, reverse("password"))
    if not access.opens(role(request), page):
        return render(request, "web/refused.html", status=403)
    return None


def _ended(request: HttpRequest, page: str) -> sessions.End | None:
    now_ms, carried = clock.wall_ms(), request.session
    short = access.is_short(role(request))
    ended = sessions.end(dict(carried.items()), now_ms, where(request), short=short)
    if ended is not None:
        log.info("web.session-ended", officer=officer(request).pk, why=ended)
        logout(request)
    elif not _asks_itself(request, page) and sessions.is_due(dict(carried.items()), now_ms):
        carried["seen_ms"] = now_ms
    return ended


def _asks_itself(request: HttpRequest, page: str) -> bool:
    """Say whether a page asks by itself: that is no hand on the keys."""
    return page in POLLS or ITSELF in request.GET


def itself(request: HttpRequest) -> str:
    """Return the address by which the page that is shown asks for itself again."""
    words = request.GET.copy()
    words[ITSELF] = "1"
    return f"?{words.urlencode()}"


def _owes_password(request: HttpRequest) -> bool:
    return officer(request).must_change and not settings.GATE_DEMONSTRATION


def _to_login(request: HttpRequest, why: sessions.End | None = None) -> HttpResponse:
    there = back(request)
    more = {**({"next": there} if there else {}), **({"why": why.value} if why else {})}
    if why and request.method == "POST":
        more["lost"] = "1"  # nothing was done of what was sent, and that is said
    if "HX-Request" in request.headers:
        more.pop("next", None)  # a part of a page is no page to come back to
    query = f"?{urlencode(more, safe='/')}" if more else ""
    return _sent(request, reverse("login") + query)


def back(request: HttpRequest) -> str:
    """Return where to go afterwards: of what a form sent, the page that the form stands on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    try:
        came = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # no address at all
        return ""
    if came.netloc != request.get_host():
        return ""
    return f"{came.path}?{came.query}" if came.query else came.path


def _sent(request: HttpRequest, where_to: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": where_to})
    return redirect(where_to)
