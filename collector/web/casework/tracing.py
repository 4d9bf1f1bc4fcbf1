"""The trace: where index persons were, then whom they met. Nobody is opened on these pages."""

from collections.abc import Iterable

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from collector import clock
from collector.cases.entries import Case
from collector.cases.worklist import Met
from collector.trace.entries import Answer, Contact, Coverage, State, Visit, Where
from collector.web.casework import narrowing
from collector.web.casework.narrowing import Narrowing
from collector.web.casework.pages import case, desk, persons, shown, today, who

SHOWN = 500
"""Contacts on one page; the list itself has all."""
ALSO = ("certain", "possible")


class Gate(msgspec.Struct, frozen=True):
    """How long a gate was in which state in the window."""

    gate: str
    where: str
    parts: tuple[tuple[State, int], ...]
    """In thousandths of the window, in order."""


@require_safe
def places(request: HttpRequest, number: int) -> HttpResponse:
    """Show where the index persons were, with how many people each place had meanwhile."""
    found = case(request, number)
    narrow = narrowing.read(dict(request.GET.lists()), found, today())
    known = desk().known_places(who(request), number)
    if not found.index:
        return shown(request, "places", found, narrow=narrow, known=known, today=today())
    question = msgspec.structs.replace(narrow.question(found, clock.wall_ms()), only=())
    answer = desk().places(who(request), number, question)
    return shown(
        request,
        "places",
        found,
        narrow=narrow,
        answer=answer,
        stays=stays(visit for visit in answer.visits if visit.person),
        gates=gates(answer),
        minutes=narrowing.MINUTES,
        known=known,
        today=today(),
    )


@require_safe
def contacts(request: HttpRequest, number: int) -> HttpResponse:
    """Show whom they met, ranked, with bounds; the narrowing stands in the address."""
    found = case(request, number)
    narrow = narrowing.read(dict(request.GET.lists()), found, today())
    answer = _traced(request, found, narrow)
    also = request.GET.get("sure", "")
    ranked = [each for each in answer.contacts if also not in ALSO or _is(each, also)]
    names = {visit.where.key: visit.where.name for visit in answer.visits}
    referral = desk().referral(who(request), number)
    outside = answer.outside
    already = {each.person for each in desk().contacts(who(request), number)}
    return shown(
        request,
        "contacts",
        found,
        narrow=narrow,
        answer=answer,
        referral=referral,
        is_referred=referral is not None
        and referral.covers(who(request), outside.places, outside.people),
        ranked=[(each, each.person in already) for each in ranked[:SHOWN]],
        more=max(0, len(ranked) - SHOWN),
        all=len(answer.contacts),
        sure=also,
        gates=gates(answer),
        minutes=narrowing.MINUTES,
        rule=answer.asked.rule,
        asked=[(names.get(key, f"#{key}"), since, until) for key, since, until in narrow.at],
    )


@require_POST
def enlist(request: HttpRequest, number: int) -> HttpResponse:
    """Put contacts on the case's list: the chosen ones, or all that the address narrows to.

    The second ring is asked for of contacts on the list only, so the chosen ones go there too.
    """
    found = case(request, number)
    narrow = narrowing.read(dict(request.GET.lists()), found, today())
    answer = _traced(request, found, narrow)
    chosen = set(persons(request.POST.getlist("person")))
    everyone = "all" in request.POST
    met = [_met(each) for each in answer.contacts if everyone or each.person in chosen]
    if met:
        desk().enlist(who(request), number, tuple(met))
    if "ring" in request.POST:
        second = msgspec.structs.replace(narrow, ring=2, of=tuple(sorted(chosen)), places=())
        return redirect(f"{reverse('contacts', args=(number,))}?{second.address()}")
    return redirect("worklist", number=number)


@require_POST
def refer(request: HttpRequest, number: int) -> HttpResponse:
    """Hand over to the district what lies beyond the reader's scope in this very trace."""
    found = case(request, number)
    narrow = narrowing.read(dict(request.GET.lists()), found, today())
    _traced(request, found, narrow)
    desk().refer(who(request), number)
    return redirect(f"{reverse('contacts', args=(number,))}?{narrow.address()}#beyond")


@require_POST
def take_up(request: HttpRequest, number: int) -> HttpResponse:
    """Take up what was handed over to the district, and lead to the trace of that case."""
    desk().take_up(who(request), number)
    return redirect("contacts", number=number)


def _traced(request: HttpRequest, found: Case, narrow: Narrowing) -> Answer:
    question = narrow.question(found, clock.wall_ms())
    return desk().trace(who(request), found.number, question)


def stays(visits: Iterable[Visit]) -> list[tuple[Where, list[Visit]]]:
    """Return visits by place, the places by when they were first visited."""
    by_place: dict[int, tuple[Where, list[Visit]]] = {}
    for each in sorted(visits, key=lambda visit: (visit.in_lo, visit.where.key)):
        by_place.setdefault(each.where.key, (each.where, []))[1].append(each)
    return list(by_place.values())


def gates(answer: Answer) -> list[Gate]:
    """Return the gates of the window, those with least to rely on first."""
    names = {visit.where.key: visit.where.name for visit in answer.visits}
    drawn = [_gate(each, names.get(each.place, "")) for each in answer.coverage]
    return sorted(drawn, key=lambda gate: sum(part for state, part in gate.parts if not state))


def _gate(each: Coverage, where: str) -> Gate:
    whole = max(1, sum(piece.until_ms - piece.from_ms for piece in each.pieces))
    parts = tuple(
        (piece.state, (piece.until_ms - piece.from_ms) * 1000 // whole) for piece in each.pieces
    )
    return Gate(each.gate, where, parts)


def _is(contact: Contact, sure: str) -> bool:
    return contact.possible == (sure == "possible")


def _met(each: Contact) -> Met:
    return Met(each.person, each.ring, each.least_ms, each.most_ms, each.last_ms)
