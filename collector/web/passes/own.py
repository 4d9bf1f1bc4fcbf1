"""What all these pages share: the desk, the reader's own places, and the lists being worked on."""

from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from collector.bulk.workshop import Workshop
from collector.errors import DeskUnset
from collector.issuing.ports import Issuing
from collector.roster.places import Kind, Place
from collector.web import frame
from collector.web.asker import officer


def desk() -> Issuing:
    """Return the way to the desk that issues. Raises DeskUnset."""
    if settings.GATE_ISSUING is None:
        raise DeskUnset
    found: Issuing = settings.GATE_ISSUING()
    return found


@cache
def workshop() -> Workshop:
    """Return this process's lists."""
    return Workshop()


def places(request: HttpRequest) -> tuple[Place, ...]:
    """Return the places that the reader answers for, as the roster calls them."""
    known = {place.id: place for place in frame.listed().places}
    granted = officer(request).granted().places
    return tuple(known.get(each) or named(each) for each in granted)


def place(request: HttpRequest, owner: str) -> Place:
    """Return one of the reader's own places; that of another is none."""
    found = next((each for each in places(request) if each.id == owner), None)
    if found is None:
        raise Http404
    return found


def named(owner: str) -> Place:
    """Return a place that was granted and is not on the roster: it is called by its id."""
    return Place(owner, owner, Kind.OFFICE, "", "")


def shown(request: HttpRequest, template: str, **more: object) -> HttpResponse:
    """Render one of these pages."""
    return render(request, f"web/passes/{template}.html", more)
