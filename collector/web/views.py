"""The board, and where each role's work begins. Each page is a few lines over `snapshot`."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from collector import clock
from collector.believed import Believed
from collector.ends import NAME
from collector.ledger import opened
from collector.web import frame
from collector.web.snapshot import Snapshot


@cache
def snapshot() -> Snapshot:
    """Return this process's drawing of the board (made after the server has forked)."""
    view = opened.view(settings.GATE_LEDGER)
    ends = Path(settings.GATE_ROSTER).with_name(NAME)
    believed = Believed(Path(settings.GATE_BELIEVED))
    return Snapshot(view, frame.roster(), clock.wall_ms, clock.steady_s, ends, believed)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the page that the reader's work begins with."""
    return redirect(frame.first(request))


@require_safe
def gates(request: HttpRequest) -> HttpResponse:
    """Show the board."""
    drawing = snapshot().drawing(get_language() or settings.LANGUAGE_CODE)
    return render(request, "web/gates.html", {"drawing": drawing})


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Return the board if it differs from the `since` that the page has, else nothing."""
    drawing = snapshot().drawing(get_language() or settings.LANGUAGE_CODE)
    if request.GET.get("since") == drawing.version:
        return HttpResponse(status=204)
    return render(request, "web/poll.html", {"drawing": drawing})
