"""Commands on a gate's page: given, watched until they are answered, and read by the auditor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.cases.roles import Right
from collector.errors import CollectorError
from collector.web import access
from collector.web.asker import role
from collector.web.complaints import complaint
from collector.web.dispatched import dispatch, is_there, who
from wire.command import Does

ROWS = 200


def context(request: HttpRequest, gate: str) -> dict[str, object]:
    """Return what the part of a gate's page shows: its commands, and which could be given."""
    if not is_there():
        return {"gate": gate, "orders": (), "offered": (), "unset": True}
    try:
        reader = who(request)
        orders = dispatch().orders(reader, gate)
        may_open = dispatch().may_open(reader, gate)
    except CollectorError as error:
        return {"gate": gate, "orders": (), "offered": (), "wrong": complaint(error)}
    may = Right.COMMAND in access.rights(role(request))
    offered = [each for each in Does if each is not Does.OPEN_ONCE or may_open] if may else []
    waits = any(each.state == "open" for each in orders)
    return {"gate": gate, "orders": orders, "offered": offered, "waits": waits}


@require_safe
def orders(request: HttpRequest, gate: str) -> HttpResponse:
    """Return the part of the page that changes."""
    return render(request, "web/district/orders.html", context(request, gate))


@require_POST
def command(request: HttpRequest, gate: str) -> HttpResponse:
    """Give a command; what is wrong with it is said where it was given."""
    in_part = "HX-Request" in request.headers
    wrong = {}
    try:
        dispatch().order(who(request), gate, request.POST.get("does", "")[:32])
    except CollectorError as error:
        if not in_part:
            raise
        wrong = {"wrong": complaint(error)}  # with a status of its own htmx would show nothing
    if in_part:
        return render(request, "web/district/orders.html", {**context(request, gate), **wrong})
    return redirect("gate", gate)


@require_safe
def audited(request: HttpRequest) -> HttpResponse:
    """Show who told which gate to do what, and who signed which policy."""
    rows = dispatch().audited(who(request), ROWS)
    return render(request, "web/policy/audited.html", {"rows": rows})
