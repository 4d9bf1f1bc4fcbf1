"""A list comes in, is worked on while its sender looks on, and its cards are fetched once."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector import clock
from collector.bulk import work
from collector.bulk.workshop import Piece
from collector.web.asker import officer
from collector.web.complaints import complaint
from collector.web.passes import own
from collector.web.passes.forms import ListForm

BEFORE = "list"
"""Where a session keeps what was said with a list, for the one that is mended or that follows."""


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a list, and begin to work on it."""
    desk, today = own.desk(), work.day(clock.wall_ms())
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    before = request.session.get(BEFORE, {})
    form = ListForm(*sent, places=own.places(request), today=today, before=before)
    if request.method != "POST" or not form.is_valid():
        return own.shown(request, "new", form=form)
    request.session[BEFORE] = form.kept()
    wanted, file = form.wanted(), form.file()
    do = partial(work.worked, desk, wanted, file, today=today)
    piece = own.workshop().take(officer(request).get_username(), wanted.owner, do)
    return redirect("passes-work", piece.name)


@require_safe
def worked(request: HttpRequest, name: str) -> HttpResponse:
    """Show how far a list is, and what came of it."""
    piece = _piece(request, name)
    place = own.place(request, piece.place)
    return own.shown(request, "work", place=place, **_told(piece))


@require_safe
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """Return the part of the page that changes."""
    return render(request, "web/passes/progress.html", _told(_piece(request, name)))


@require_POST
def cards(request: HttpRequest, name: str) -> HttpResponse:
    """Hand the cards out, and forget them."""
    pdf = _piece(request, name).fetch()
    if pdf is None:
        return redirect("passes-work", name)
    return download(pdf, "the.pdf")


def download(pdf: bytes, name: str) -> HttpResponse:
    """Return a print as a file."""
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _piece(request: HttpRequest, name: str) -> Piece:
    """Return one of the reader's own lists; that of another is none."""
    piece = own.workshop().find(officer(request).get_username(), name)
    if piece is None:
        raise Http404
    return piece


def _told(piece: Piece) -> dict[str, object]:
    return {"piece": piece, "wrong": complaint(piece.error)}
