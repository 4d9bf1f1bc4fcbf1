"""One person of a case as a picture, the case as a graph, and two rows that may be one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector import clock
from collector.web.casework import drawing, narrowing
from collector.web.casework.pages import case, desk, persons, said, shown, today, who


@require_safe
def timeline(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """Show where a person was, as a picture and as a table; their name is not opened."""
    found = case(request, number)
    visits = desk().timeline(who(request), number, person)
    drawn = drawing.timeline(visits) if visits else None
    return shown(request, "timeline", found, person=person, visits=visits, drawn=drawn)


@require_safe
def graph(request: HttpRequest, number: int) -> HttpResponse:
    """Show who met whom, at most 40 of them."""
    found = case(request, number)
    narrow = narrowing.read(dict(request.GET.lists()), found, today())
    answer = desk().trace(who(request), number, narrow.question(found, clock.wall_ms()))
    drawn = drawing.graph(answer.asked.index, answer.contacts)
    # Where somebody was is shown of whoever is of the case, not of all whom a trace names.
    known = {*found.index, *(each.person for each in desk().contacts(who(request), number))}
    return shown(request, "graph", found, drawn=drawn, narrow=narrow, known=known)


@require_POST
def alike(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """Look who may be the same person, so that they can be compared; nobody is joined by it."""
    found = case(request, number)
    same = desk().alike(who(request), number, person)
    return shown(request, "alike", found, person=person, same=same)


@require_safe
def pair(request: HttpRequest, number: int) -> HttpResponse:
    """Show two rows side by side, so that an officer decides whether they are one person."""
    found = case(request, number)
    chosen = persons(request.GET.getlist("person"))
    if len(chosen) != 2:
        return shown(request, "pair", found)
    both = desk().pair(who(request), number, *chosen)
    return shown(request, "pair", found, pair=both)


@require_http_methods(["POST"])
def merge(request: HttpRequest, number: int) -> HttpResponse:
    """Record the decision that two rows are one person, with its reason."""
    found = case(request, number)
    chosen = persons(request.POST.getlist("person"))
    reason = said(request.POST, "reason")
    if len(chosen) != 2 or not reason:
        both = desk().pair(who(request), number, *chosen) if len(chosen) == 2 else None
        wrong = {"reason": _("Say why these are one person.")}
        return shown(request, "pair", found, pair=both, wrong=wrong)
    desk().merge(who(request), number, *chosen, reason)
    return redirect("worklist", number=number)


@require_POST
def unmerge(request: HttpRequest, number: int, merged: int) -> HttpResponse:
    """Undo such a decision."""
    desk().unmerge(who(request), number, merged)
    return redirect("worklist", number=number)
