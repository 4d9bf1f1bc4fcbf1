"""What is to be done: declarations that named symptoms or a contact, in the reader's areas.

Nobody is named here. Who it is about is found in a case, by the reference that a task shows.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from collector.cases.roles import Actor
from collector.errors import DeskAway, TaskUnknown
from collector.issuing.duties import Act, Change, State
from collector.issuing.ports import Issuing
from collector.web import frame
from collector.web.casework.connection import actor
from collector.web.casework.pages import said, shown, who


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """List the tasks of the reader's areas, open ones or those that are done."""
    done = request.GET.get("state") == "done"
    found = desk().tasks(reach(actor(who(request))), done)
    return shown(request, "tasks", tasks=found, done=done, me=who(request))


@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Take a task, leave it, finish it, or open it again, as it stood on the reader's page."""
    form = request.POST.dict()
    act, state = said(form, "act"), said(form, "state")
    if act not in set(Act) or state not in set(State):
        raise TaskUnknown
    officer = who(request)
    wanted = Change(number, Act(act), officer, State(state), said(form, "assignee"))
    desk().change_task(reach(actor(officer)), wanted)
    return redirect("tasks")


def desk() -> Issuing:
    """Return the way to the desk; raise DeskAway where there is none."""
    if settings.GATE_ISSUING is None:
        raise DeskAway
    found: Issuing = settings.GATE_ISSUING()
    return found


def reach(officer: Actor) -> tuple[str, ...] | None:
    """Return the areas whose tasks somebody sees, those below included; None for all of them."""
    if officer.is_everywhere:
        return None
    roster, granted = frame.listed(), set(officer.areas)
    codes = {area.code for area in roster.areas} | granted
    return tuple(sorted(code for code in codes if granted & {code, *roster.area_and_above(code)}))
