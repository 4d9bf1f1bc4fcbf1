"""The second officer: what is asked for, and their word on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from collector.web.casework.pages import case, desk, persons, shown, who


@require_safe
def approvals(request: HttpRequest, number: int) -> HttpResponse:
    """Show what waits for a second officer's word, and what has it."""
    found = case(request, number)
    asked = desk().approvals(who(request), number)
    return shown(request, "approvals", found, asked=asked, me=who(request))


@require_POST
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask a second officer to agree to opening everybody named in the form, or the whole list."""
    chosen = persons(request.POST.getlist("person"))
    if not chosen:
        listed = desk().contacts(who(request), number)
        chosen = tuple(each.person for each in listed)
    if chosen:
        desk().ask(who(request), number, chosen)
    return redirect("approvals", number=number)


@require_POST
def approve(request: HttpRequest, number: int, asked: int) -> HttpResponse:
    """Agree to a request of another officer's."""
    case(request, number)
    desk().approve(who(request), asked)
    return redirect("approvals", number=number)
