"""The cases, one case, who its index persons are, and its end."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector import clock
from collector.cases.entries import State
from collector.web.casework import narrowing
from collector.web.casework.desk import Kind
from collector.web.casework.pages import case, desk, said, shown, who
from collector.web.casework.spoken import Understood, understood


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """List the reader's cases; what is shown stands in the address."""
    state = request.GET.get("state", "open")
    words = narrowing.kept(request.GET.dict(), "q").casefold()
    now_ms = clock.wall_ms()
    mine = desk().cases(who(request))
    refs = {each.number: each.ref for each in mine}
    waiting = [(each, refs.get(each.case, "")) for each in desk().waiting(who(request))]
    found = [
        each
        for each in mine
        if words in f"{each.ref} {each.ground}".casefold()
        and (state == "all" or each.is_open(now_ms) == (state == "open"))
    ]
    listed = [(each, each.is_open(now_ms)) for each in found]
    return shown(request, "cases", cases=listed, waiting=waiting, state=state, words=words)


@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show a case and how far its list is."""
    found = case(request, number)
    contacts = desk().contacts(who(request), number)
    counts = [(state, sum(each.state is state for each in contacts)) for state in State]
    is_traced = found.is_open(clock.wall_ms()) and bool(found.index)
    return shown(
        request,
        "case",
        found,
        counts=counts,
        contacts=len(contacts),
        rule=narrowing.rule_of(found),
        waiting=[each for each in desk().approvals(who(request), number) if not each.approved_ms],
        arrived=desk().arrived(who(request), number) if is_traced else (),
        referral=desk().referral(who(request), number),
        holds=desk().holds(who(request), number),
    )


@require_POST
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close a case: nothing more is looked at for it."""
    desk().close_case(who(request), number)
    return redirect("case", number=number)


@require_http_methods(["GET", "POST"])
def find(request: HttpRequest, number: int) -> HttpResponse:
    """Look for an index person by one thing that identifies them."""
    found = case(request, number)
    asked = request.POST if request.method == "POST" else request.GET
    kind = Kind(asked["kind"]) if asked.get("kind") in set(Kind) else None
    if kind is None or request.method == "GET":
        return shown(request, "find", found, kind=kind, kinds=list(Kind))
    heard = _heard(request, kind)
    if heard.wanted is None:
        # What was typed is not sent back for a code: a bent one is to be scanned or typed again.
        typed = request.POST if kind is Kind.NAME else {}
        return shown(request, "find", found, kind=kind, kinds=list(Kind), heard=heard, typed=typed)
    persons = desk().find(who(request), number, heard.wanted)
    return shown(request, "found", found, persons=persons, kind=kind)


@require_POST
def add(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """Make somebody who was found an index person of the case."""
    desk().add_index(who(request), number, person)
    return redirect("case", number=number)


@require_POST
def remove(request: HttpRequest, number: int, person: int) -> HttpResponse:
    """Take an index person out of the case."""
    desk().remove_index(who(request), number, person)
    return redirect("case", number=number)


def _heard(request: HttpRequest, kind: Kind) -> Understood:
    form = request.POST
    return understood(kind, said(form, "text", 2000), said(form, "born"), said(form, "sex"))
