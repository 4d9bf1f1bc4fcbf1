"""Holds: what a case keeps of a person when the time of the scans is over.

One officer asks, with a reason and an end, and another agrees; then copies are kept.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collector.cases.entries import Case
from collector.web.casework import dates
from collector.web.casework.names import tail
from collector.web.casework.pages import case, desk, persons, said, shown, today, who

LONGEST_DAYS = 365


@require_http_methods(["GET", "POST"])
def holds(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a case holds; a POST asks that somebody of the case be held."""
    found = case(request, number)
    if request.method == "GET":
        return _page(request, found, answers=request.GET.dict())
    answers = {name: said(request.POST, name) for name in ("person", "reason", "end")}
    wrong = _wrong(answers)
    if wrong:
        return _page(request, found, answers=answers, wrong=wrong)
    (person,) = persons([answers["person"]])
    end_ms = dates.begins((dates.day(answers["end"]) or 0) + 1) - 1
    desk().hold(who(request), number, person, answers["reason"], end_ms)
    return redirect("holds", number=number)


@require_POST
def approve(request: HttpRequest, number: int, hold: int) -> HttpResponse:
    """Agree to another officer's hold."""
    desk().approve_hold(who(request), number, hold)
    return redirect("holds", number=number)


@require_POST
def opened(request: HttpRequest, number: int, hold: int) -> HttpResponse:
    """Open what is held of a person."""
    found = case(request, number)
    card, visits = desk().held(who(request), number, hold)
    return _page(request, found, opened=card, visits=visits)


@require_POST
def release(request: HttpRequest, number: int, hold: int) -> HttpResponse:
    """End a hold before its time: the copies are deleted and their key destroyed."""
    desk().release(who(request), number, hold)
    return redirect("holds", number=number)


def _page(request: HttpRequest, found: Case, **more: object) -> HttpResponse:
    officer = who(request)
    contacts = desk().contacts(officer, found.number)
    named = {each.person: f"F{each.ring}·{tail(each.person)}" for each in contacts}
    named |= {person: f"F0·{number}" for number, person in enumerate(found.index, 1)}
    holds = desk().holds(officer, found.number)
    return shown(
        request,
        "holds",
        found,
        holds=[(each, named.get(each.person, tail(each.person))) for each in holds],
        choices=[(str(person), name) for person, name in named.items()],
        first=dates.field(today()),
        last=dates.field(today() + LONGEST_DAYS),
        me=officer,
        **more,
    )


def _wrong(answers: dict[str, str]) -> dict[str, str]:
    wrong = {}
    if not persons([answers["person"]]):
        wrong["person"] = _("Choose whose records are held.")
    if not answers["reason"]:
        wrong["reason"] = _("Say why they are needed longer.")
    end = dates.day(answers["end"])
    if end is None or not today() <= end <= today() + LONGEST_DAYS:
        wrong["end"] = _("Enter a day from today on, at most a year ahead.")
    return wrong
