"""All places: found by any words, with or without diacritics, and which lack a gate."""

from collections.abc import Iterable, Iterator
from functools import cache

import msgspec
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector.roster import Roster
from collector.roster.collation import fold
from collector.roster.finding import Described, described
from collector.web import districtviews, frame, views
from collector.web.board import GateLine
from collector.web.district import OverdueLine

ROWS = 100
MAX_WORDS = 100


class Directory:
    """The places of a roster, made ready once for all who look for one."""

    def __init__(self) -> None:
        """Begin with none."""
        self._made: tuple[Roster, tuple[Described, ...]] = (frame.NOBODY, ())

    def of(self, roster: Roster) -> tuple[Described, ...]:
        """Return the places of the roster."""
        if self._made[0] is not roster:
            self._made = roster, tuple(described(roster))
        return self._made[1]


@cache
def directory() -> Directory:
    """Return this process's directory."""
    return Directory()


class Line(msgspec.Struct, frozen=True):
    """One place as the page shows it."""

    about: Described
    gates: tuple[GateLine, ...]
    overdue: OverdueLine | None


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Show the places that some words describe, or all; or those without a working gate."""
    words, lacking = request.GET.get("find", "")[:MAX_WORDS].strip(), "lacking" in request.GET
    overdue = {line.id: line for line in districtviews.overview().drawn().overdue}
    folded = fold(words)
    listed = directory().of(frame.listed())
    found = [
        each
        for each in listed
        if each.is_called(folded) and (not lacking or each.place.id in overdue)
    ]
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    told = {"page": page, "lines": tuple(_lines(page, overdue)), "any": bool(listed)}
    return render(request, "web/district/places.html", {**told, "words": words, "lacking": lacking})


def _lines(found: Iterable[Described], overdue: dict[str, OverdueLine]) -> Iterator[Line]:
    conditions = {line.gate: line for line in views.snapshot().board().gates}
    for each in found:
        gates = tuple(conditions[gate] for gate in each.gates if gate in conditions)
        yield Line(each, gates, overdue.get(each.place.id))
