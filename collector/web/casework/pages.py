"""What all pages of casework share: the desk, the reader's name, a case, a form's words."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from collector import clock
from collector.cases.entries import Case
from collector.web import frame
from collector.web.asker import officer
from collector.web.casework import dates
from collector.web.casework.desk import Desk


def desk() -> Desk:
    """Return the way to the vault."""
    found: Desk = settings.GATE_DESK()
    return found


def who(request: HttpRequest) -> str:
    """Return the name under which the vault knows the reader."""
    return officer(request).get_username()


def case(request: HttpRequest, number: int) -> Case:
    """Return a case of the reader's. Raises CaseUnknown."""
    return desk().case(who(request), number)


def today() -> int:
    """Return the local day."""
    return dates.of(clock.wall_ms())


def shown(
    request: HttpRequest,
    template: str,
    found: Case | None = None,
    **more: Any,  # noqa: ANN401
) -> HttpResponse:
    """Render a page of a case."""
    now_ms = clock.wall_ms()
    areas = {area.code: area.name for area in frame.listed().areas}
    context: dict[str, Any] = {"now_ms": now_ms, "areas": areas, **more}
    if found is not None:
        context |= {"case": found, "is_open": found.is_open(now_ms)}
    return render(request, f"web/casework/{template}.html", context)


def said(form: Mapping[str, str], name: str, longest: int = 400) -> str:
    """Return what a field of a form says."""
    return form.get(name, "").strip()[:longest]


def persons(texts: list[str]) -> tuple[int, ...]:
    """Return person rows that a form names; what is none is left out."""
    good = (each for each in texts if each.isascii() and each.isdigit() and len(each) < 16)
    return tuple(dict.fromkeys(int(each) for each in good))
