"""Who may speak to the desk's pages: from this desk's own page, and logged in.

What comes under another name of this machine, from another site's page, or without a session stores
nothing. An attendant's session is no more than a browser, an address and a password that is still
theirs; see sessions.py and attendants.py.
"""

import hmac
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
import structlog

from device.desk import frame
from device.desk.attendants import Attendants
from device.desk.markup import LANGUAGES, Html, Say, say_in
from device.desk.requests import STYLE, About, Request, Response, go
from device.desk.sessions import Session, Sessions
from device.errors import GateError
from device.flow import Instant

log = structlog.get_logger()

COOKIE, LANGUAGE = "desk", "language"
METHODS = frozenset({"GET", "HEAD", "POST"})
Inside = Callable[[Request, Session, Instant, Say], Response]
"""What answers an attendant."""


class Entrance:
    """The way to the pages."""

    def __init__(
        self,
        about: About,
        attendants: Attendants,
        sessions: Sessions,
        is_stored: Callable[[str], bool],
        inside: Inside,
    ) -> None:
        """Take the parts; `is_stored` says whether a form was stored."""
        self._about, self._attendants, self._sessions = about, attendants, sessions
        self._is_stored, self._inside = is_stored, inside

    def answer(self, request: Request, now: Instant) -> Response:
        """Return the answer to any request."""
        status = self._refusal(request)
        if status:
            return Response(status=status)
        if request.path == "/desk.css":
            return Response(body=STYLE.read_bytes(), kind="text/css")
        if request.method == "POST" and request.path == "/language":
            return _spoken(request)
        chosen = request.cookies.get(LANGUAGE, "")
        language = chosen if chosen in LANGUAGES else next(iter(LANGUAGES))
        request = msgspec.structs.replace(request, language=language)
        _ = say_in(language)
        try:
            return self._to(request, now, _)
        except GateError as error:
            log.error("desk.failed", code=error.code)  # noqa: TRY400  (said, not debugged)
            body = frame.said("trouble bad answer", f"{_(error.says)}. {_(error.remedy)}.")
            return self._page(request, body, _("This was not stored"), _, 503)

    def _refusal(self, request: Request) -> int:
        """Return the status with which a request is turned away unread; 0 if it is not."""
        if request.host not in self._about.names:
            return 421  # a page elsewhere that has made its name point here
        if request.method not in METHODS:
            return 405
        if request.method == "POST" and not self._is_ours(request):
            return 403
        return 0

    def _to(self, request: Request, now: Instant, _: Say) -> Response:
        session, posted = self._session(request, now), request.method == "POST"
        if request.path == "/login":
            return self._login(request, now, _)
        if session is None:
            return self._asked_to_log_in(request, _) if posted else go("/login")
        if posted and not hmac.compare_digest(request.form.get("csrf", ""), session.csrf):
            return Response(status=403)
        if posted and request.path == "/logout":
            self._sessions.end(session)
            return go("/login", _cookie("", self._about))
        return self._inside(request, session, now, _)

    def _session(self, request: Request, now: Instant) -> Session | None:
        token = request.cookies.get(COOKIE, "")
        found = self._sessions.find(token, _origin(request), now.up_ns) if token else None
        if found is not None and self._attendants.mark(found.name) != found.mark:
            self._sessions.end(found)
            return None
        return found

    def _is_ours(self, request: Request) -> bool:
        """Say whether a form was sent by a page of ours, as far as the browser says."""
        if request.site not in ("", "same-origin", "none"):
            return False
        return not request.origin or urlsplit(request.origin).hostname in self._about.names

    def _login(self, request: Request, now: Instant, _: Say) -> Response:
        if request.method != "POST":
            return self._page(request, frame.login("", _), _("Log in"), _, 200)
        name = request.form.get("name", "").strip()
        waits_s = self._attendants.locked_s(name, now.up_ns)
        mark = None
        if not waits_s:
            mark = self._attendants.admit(name, request.form.get("password", ""), now.up_ns)
        if mark is not None:
            made = self._sessions.begin(name, mark, _origin(request), now.up_ns)
            return go("/", _cookie(made.token, self._about))
        log.warning("desk.login-refused", locked=bool(waits_s))
        sentence = _("Name or password is not right.")
        if waits_s:
            minutes = -(-waits_s // 60)
            sentence = _("Too many attempts: wait {count} minutes.").format(count=minutes)
        body = frame.login(sentence, _)
        return self._page(request, body, _("Log in"), _, 429 if waits_s else 403)

    def _asked_to_log_in(self, request: Request, _: Say) -> Response:
        """Say of a form that came after its session whether it is stored, and nothing about it."""
        form = request.form.get("form", "")
        if form and self._is_stored(form):
            sentence = _("This was stored already, once. Log in to go on.")
        else:
            sentence = _("You were logged out, and this was not stored. Log in and type it again.")
        return self._page(request, frame.login(sentence, _), _("Log in"), _, 403)

    def _page(self, request: Request, body: Html, title: str, _: Say, status: int) -> Response:
        spelled = frame.page(
            body,
            title=title,
            place=self._about.place,
            language=request.language,
            here="/login",
            who="",
            csrf="",
            _=_,
        )
        return Response(status=status, body=spelled)


def _spoken(request: Request) -> Response:
    """Change the language."""
    code, back = request.form.get("language", ""), request.form.get("back", "/")
    if code not in LANGUAGES:
        return Response(status=400)
    kept = f"{LANGUAGE}={code}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict"
    return go(back if back in ("/", "/paper", "/login") else "/", ("Set-Cookie", kept))


def _origin(request: Request) -> str:
    return f"{request.peer} {request.browser}"


def _cookie(token: str, about: About) -> tuple[str, str]:
    rest = "; Secure" if about.secure else ""
    age = "" if token else "; Max-Age=0"
    return ("Set-Cookie", f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{rest}{age}")
