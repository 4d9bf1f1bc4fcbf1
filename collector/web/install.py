"""The technician's pages: my gates, a code to show to one, and how it comes along.

They work on a phone of 360 points, without any script but htmx, while the gate has no network yet:
the code travels by light, and the pages speak to the collector alone.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from collector import clock, counter
from collector.counter import Enrolling, Line
from collector.errors import EnrolmentAway, EnrolmentUnset, OrderRefused
from collector.web import installing
from collector.web.installforms import InstallForm
from collector.web.qrpicture import svg_path
from collector.web.views import snapshot

View = Callable[..., HttpResponse]


def asks_enrolment(view: View) -> View:
    """Say on a page of its own if the enrolment process, which the view asks, is away."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:  # noqa: ANN401
        try:
            return view(request, *args, **more)
        except (EnrolmentAway, EnrolmentUnset) as error:
            return _page(request, "web/install_away.html", {"code": error.code}, status=503)

    return asked


@require_safe
@asks_enrolment
def gates(request: HttpRequest) -> HttpResponse:
    """Show the gates that this technician has codes for."""
    now_ms = clock.wall_ms()
    lines = _enrolling().listed(request.user.get_username())
    shown = [installing.progress(each, now_ms) for each in lines]
    context = {"lines": shown, "tally": installing.tally(shown)}
    return _page(request, "web/install_gates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_enrolment
def new(request: HttpRequest) -> HttpResponse:
    """Ask what the gate is, and have its code made."""
    form = InstallForm(request.POST or None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            made = _enrolling().make(form.order(request.user.get_username()))
        except OrderRefused as error:
            refused = str(error)
        else:
            return redirect("install-gate", made.number)
    return _page(request, "web/install_new.html", {"form": form, "refused": refused})


@require_safe
@asks_enrolment
def gate(request: HttpRequest, number: str) -> HttpResponse:
    """Show one code, and how its gate comes along."""
    line = _line(request, number)
    side, path = svg_path(line.text) if line.text else (0, "")
    shown = installing.progress(line, clock.wall_ms())
    context = {"line": shown, "side": side, "path": path, "lights": installing.LIGHTS.items()}
    return _page(request, "web/install_gate.html", context)


@require_safe
@asks_enrolment
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """Return the part of the page that changes; the whole page anew once the code is used."""
    shown = installing.progress(_line(request, number), clock.wall_ms())
    response = render(request, "web/install_progress.html", {"line": shown})
    if shown.used and "code" in request.GET:
        response.headers["HX-Refresh"] = "true"
    return response


def _line(request: HttpRequest, number: str) -> Line:
    """Return a technician's own code; that of another is none."""
    line = _enrolling().shown(number)
    if line is None or line.maker != request.user.get_username():
        raise Http404
    return line


def _enrolling() -> Enrolling:
    if not settings.GATE_COUNTER:
        raise EnrolmentUnset
    return counter.enrolling(Path(settings.GATE_COUNTER))


def _page(
    request: HttpRequest, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    board = snapshot().board()
    whose = {"authority": board.authority, "help_line": board.help_line}
    return render(request, template, {**whose, **context}, status=status)
