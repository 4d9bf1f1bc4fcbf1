"""The pages: the board, the login. Each is a few lines over `snapshot` and `throttle`."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from collector import clock
from collector.ends import NAME
from collector.ledger.sqliteview import SqliteView
from collector.roster import RosterFile
from collector.web.snapshot import Snapshot
from collector.web.throttle import Throttle

throttle = Throttle()


@cache
def snapshot() -> Snapshot:
    """Return this process's drawing of the board (made after the server has forked)."""
    view = SqliteView(Path(settings.GATE_LEDGER))
    roster = Path(settings.GATE_ROSTER)
    ends = roster.with_name(NAME)
    return Snapshot(view, RosterFile(roster), clock.wall_ms, clock.steady_s, ends)


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the board."""
    shown = snapshot().board()
    drawing = snapshot().drawing(get_language() or settings.LANGUAGE_CODE)
    context = {
        "authority": shown.authority,
        "help_line": shown.help_line,
        "drawing": drawing,
    }
    return render(request, "web/home.html", context)


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Return the board if it differs from the `since` that the page has, else nothing."""
    if not request.user.is_authenticated:
        return HttpResponse(headers={"HX-Redirect": reverse("login")})
    drawing = snapshot().drawing(get_language() or settings.LANGUAGE_CODE)
    if request.GET.get("since") == drawing.version:
        return HttpResponse(status=204)
    return render(request, "web/poll.html", {"drawing": drawing})


class Login(LoginView):
    """The login, which slows down whoever guesses."""

    template_name = "web/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # Django's own
        """Add whose system this is."""
        shown = snapshot().board()
        names = {"authority": shown.authority, "help_line": shown.help_line}
        return {**super().get_context_data(**more), **names}

    def post(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:  # noqa: ANN401
        """Refuse to look at the password while there were too many wrong ones."""
        wait = throttle.wait_s(self._guesser(), clock.steady_s())
        if wait:
            context = self.get_context_data(form=AuthenticationForm(request), wait=wait)
            return render(request, self.template_name, context, status=429)
        return super().post(request, *args, **more)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count a wrong password."""
        throttle.failed(self._guesser(), clock.steady_s())
        return super().form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Forget the wrong ones of this name."""
        throttle.succeeded(self._guesser())
        return super().form_valid(form)

    def _guesser(self) -> tuple[str, str]:
        """Return (name, address) of whoever is trying."""
        address = self.request.META.get("REMOTE_ADDR", "")
        if settings.GATE_PROXY:
            # Only the last element was written by our own proxy.
            address = self.request.META.get("HTTP_X_FORWARDED_FOR", address).split(",")[-1].strip()
        # As the accounts see it: other spellings of one name are one name.
        name = unicodedata.normalize("NFKC", self.request.POST.get("username", "")).strip()
        return name[:150].casefold(), address[:64]
