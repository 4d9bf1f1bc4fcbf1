"""Which classes and teams have passes, and what can be done with them: withdrawn, issued anew."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from collector import clock
from collector.bulk import cards, readback
from collector.bulk.entries import Person
from collector.errors import PassUnknown
from collector.issuing.entries import Withdrawn
from collector.web.casework.pages import said
from collector.web.passes import own
from collector.web.passes.lists import download
from wire.gatepass import CTI_BYTES

SHOWN = 200
"""Passes on one page."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the classes and teams of the reader's places."""
    desk = own.desk()
    places = [(place, desk.teams(place.id)) for place in own.places(request)]
    return own.shown(request, "home", places=places)


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Show the passes of one class or team."""
    place, name = own.place(request, said(request.GET, "place")), said(request.GET, "team")
    after = _number(said(request.GET, "after")) or b""
    found = own.desk().owned(place.id, name, after, SHOWN + 1)
    more = found[SHOWN - 1].number.hex() if len(found) > SHOWN else ""
    return own.shown(
        request,
        "team",
        place=place,
        team=name,
        passes=found[:SHOWN],
        now_s=clock.wall_ms() // 1000,
        more=more and _address(place.id, name, after=more),
        told=_told(request.GET),
    )


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw one pass, or all of a class or team."""
    place, name = own.place(request, said(request.POST, "place")), said(request.POST, "team")
    if "whole" in request.POST:
        if "sure" not in request.POST:
            return redirect(_address(place.id, name, sure="no"))
        done = own.desk().withdraw_team(place.id, name)
    else:
        done = own.desk().withdraw(place.id, (_named(request),))
    return redirect(_address(place.id, name, withdrawn=str(done.now), before=str(done.before)))


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Issue another card in the place of one; who it is for is printed and not kept."""
    place, name = own.place(request, said(request.POST, "place")), said(request.POST, "team")
    made = own.desk().replace(place.id, _named(request))
    words = "".join(each if each.isprintable() else " " for each in said(request.POST, "name", 200))
    person = Person(0, " ".join(words.split()) or "." * 24, "", group=name)
    sheet = cards.drawn((person,), (made,), place.name)
    readback.prove(sheet, lambda _done, _all: None)
    return download(sheet.pdf, f"the-{made.number.hex()[-4:]}.pdf")


def _address(owner: str, name: str, **more: str) -> str:
    return f"{reverse('passes-team')}?{urlencode({'place': owner, 'team': name, **more})}"


def _told(query: QueryDict) -> Withdrawn | None:
    """Return what was just done, as the address says it."""
    now, before = query.get("withdrawn", ""), query.get("before", "")
    if not all(each.isascii() and each.isdigit() and len(each) < 6 for each in (now, before)):
        return None
    return Withdrawn(int(now), int(before))


def _named(request: HttpRequest) -> bytes:
    number = _number(said(request.POST, "number"))
    if number is None:
        raise PassUnknown
    return number


def _number(text: str) -> bytes | None:
    try:
        number = bytes.fromhex(text)
    except ValueError:
        return None
    return number if len(number) == CTI_BYTES else None
