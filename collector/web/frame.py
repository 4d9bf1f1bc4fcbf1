"""What stands around every page: whose system it is, where the reader may go, what to beware of."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collector.cases.roles import Role
from collector.roster import Roster, RosterFile
from collector.web import access, guard
from collector.web.asker import role
from collector.web.casework.desk import away
from collector.web.dispatched import missing

NOBODY = Roster("", "", ())
BANNER = _("PRACTICE: every person, place and visit here is made up")
"""On every page and print of a practice district."""


class Way(msgspec.Struct, frozen=True):
    """One entry of the navigation."""

    page: str
    """Name of the address it leads to."""
    words: Promise
    section: str
    """Other pages are in this section when their address begins like this."""


WAYS = (
    Way("cases", _("Cases"), "/cases"),
    Way("tasks", _("Tasks"), "/tasks"),
    Way("district", _("District"), "/district"),
    Way("gates", _("Gates"), "/gates"),
    Way("policies", _("Policies"), "/policies"),
    Way("install", _("Installing gates"), "/install"),
    Way("own", _("My place"), "/own"),
    Way("passes", _("Passes"), "/passes"),
    Way("audit", _("Audit"), "/audit"),
    Way("vault", _("Vault"), "/vault"),
    Way("accounts", _("Accounts"), "/accounts"),
    Way("account", _("My account"), "/account"),
)
"""In the order in which they stand; who may not open one does not see it."""


@cache
def roster() -> RosterFile:
    """Return this process's roster."""
    return RosterFile(Path(settings.GATE_ROSTER))


def listed() -> Roster:
    """Return the roster as it stands, the last good one if it cannot be read, else an empty one."""
    return roster().kept() or NOBODY


def around(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame shows (a context processor)."""
    known = listed()
    return {
        "authority": known.authority,
        "help_line": known.help_line,
        "ways": ways(request) if getattr(request, "user", None) else (),
        "back": guard.back(request),
        "itself": guard.itself(request),
        "demonstration": settings.GATE_DEMONSTRATION,
        "practice": BANNER if settings.GATE_PRACTICE else "",
    }


CASEWORK = frozenset({"cases", "audit", "vault"})
"""Nothing without a vault, so not offered without one."""
INSTALLING = frozenset({"install"})
"""Nothing without an enrolment process."""
ISSUING = frozenset({"passes", "tasks"})
"""Nothing without a desk."""
DISPATCHED = frozenset({"policies"})
"""Nothing without a dispatch."""


def ways(request: HttpRequest) -> tuple[tuple[Way, bool], ...]:
    """Return where the reader may go, and whether they are there."""
    if not request.user.is_authenticated:
        return ()
    here = max((way.section for way in WAYS if _in(request.path, way.section)), default="")
    return tuple((way, way.section == here) for way in _mine(request))


def first(request: HttpRequest) -> str:
    """Return the page that the reader's work begins with."""
    pages = [way.page for way in _mine(request)]
    if role(request) is Role.TECHNICIAN and "install" in pages:
        return "install"
    return pages[0]


def _mine(request: HttpRequest) -> Iterator[Way]:
    """Yield where the reader may go, in order."""
    absent = CASEWORK if settings.GATE_DESK is away else frozenset()
    if not settings.GATE_COUNTER:
        absent |= INSTALLING
    if settings.GATE_ISSUING is None:
        absent |= ISSUING
    if settings.GATE_DISPATCH is missing:
        absent |= DISPATCHED
    for way in WAYS:
        if access.opens(role(request), way.page) and way.page not in absent:
            yield way


def _in(path: str, section: str) -> bool:
    return path == section or path.startswith(section + "/")
