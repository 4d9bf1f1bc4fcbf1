"""Logging in: a password, then the second factor, which the first login sets up.

Nobody is logged in before both; in between only the account's number is kept, for some minutes.
"""

import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from collector import clock
from collector.web import factors, sessions
from collector.web.asker import address, where
from collector.web.models import Officer
from collector.web.throttle import Throttle

throttle = Throttle()
BETWEEN_MS = 10 * 60_000
"""So long a password counts without the second factor: setting it up takes some minutes."""


class Login(LoginView):
    """The first step, which slows down whoever guesses."""

    template_name = "web/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # Django's own
        """Add why the last session ended."""
        why = self.request.GET.get("why", "")
        known = {"why": why if why in set(sessions.End) else "", "lost": "lost" in self.request.GET}
        return {**super().get_context_data(**more), **known}

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
        """Go on to the second factor; in a demonstration the password alone lets in."""
        throttle.succeeded(self._guesser())
        found = form.get_user()
        assert isinstance(found, Officer)  # noqa: S101  # the only kind of account
        to = self.get_redirect_url() or reverse("home")
        if settings.GATE_DEMONSTRATION:
            return _enter(self.request, found, to)
        self.request.session.flush()
        self.request.session["between"] = {"officer": found.pk, "at": clock.wall_ms(), "next": to}
        return redirect("second" if found.otp_sealed else "setup")

    def _guesser(self) -> tuple[str, str]:
        """Return (name, address) of whoever is trying."""
        # As the accounts see it: other spellings of one name are one name.
        name = unicodedata.normalize("NFKC", self.request.POST.get("username", "")).strip()
        return name[:150].casefold(), address(self.request)


@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the half minute, or a recovery code."""
    found = _between(request)
    if found is None:
        return redirect("login")
    if not found.otp_sealed:
        return redirect("setup")
    wrong = False
    if request.method == "POST" and not found.locked:
        if factors.passes(found, request.POST.get("code", ""), clock.wall_ms()):
            return _enter(request, found, request.session["between"]["next"])
        wrong = True
    context = {"wrong": wrong, "locked": found.locked}
    return render(request, "web/second.html", context, status=403 if found.locked else 200)


@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Set the second factor up, once; show the recovery codes, once."""
    found = _between(request)
    if found is None:
        return redirect("login")
    if found.otp_sealed:
        return redirect("second")
    between = request.session["between"]
    secret = between.setdefault("secret", factors.fresh())
    request.session.modified = True
    wrong = False
    if request.method == "POST":
        codes = factors.install(found, secret, request.POST.get("code", ""), clock.wall_ms())
        if codes:
            to = between["next"]
            _enter(request, found, to)
            return render(request, "web/recovery.html", {"codes": codes, "next": to})
        wrong = True
    return render(request, "web/setup.html", {"wrong": wrong, **factors.shown(found, secret)})


def _between(request: HttpRequest) -> Officer | None:
    """Return the account whose password was right some minutes ago in this very browser."""
    kept = request.session.get("between", {})
    if not 0 <= clock.wall_ms() - kept.get("at", 0) < BETWEEN_MS:
        return None
    return Officer.objects.filter(pk=kept.get("officer"), is_active=True).first()


def _enter(request: HttpRequest, found: Officer, to: str) -> HttpResponse:
    """Begin the session, under a new key, bound to this browser."""
    request.session.flush()
    login(request, found, backend="django.contrib.auth.backends.ModelBackend")
    request.session.update(sessions.began(clock.wall_ms(), where(request)))
    own = url_has_allowed_host_and_scheme(to, {request.get_host()}, request.is_secure())
    return redirect(to if own else "home")
