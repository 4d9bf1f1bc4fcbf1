"""What the keeper of a place sees of it: how many people are inside, and how its gates fare."""

from collections.abc import Iterator

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector import clock
from collector.errors import CollectorError
from collector.figures import ownplace
from collector.roster.places import Place
from collector.web import board, districtviews, frame
from collector.web.passes import own
from collector.web.snapshot import local


class Shown(msgspec.Struct, frozen=True):
    """One of the reader's places."""

    place: Place
    count: ownplace.OwnPlace
    gates: tuple[board.GateLine, ...]
    is_known: bool
    """It is on the list of places, or a gate says that it stands there."""


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the reader's own places, and no other."""
    watch = districtviews.watch()
    try:
        places, trouble = tuple(_shown(request)), ""
    except CollectorError as error:
        districtviews.questions().close()
        places, trouble = (), error.code
    told = {"places": places, "trouble": trouble, "counting": watch.seen.counting}
    return render(request, "web/own.html", told)


def _shown(request: HttpRequest) -> Iterator[Shown]:
    roster, now_ms = frame.listed(), clock.wall_ms()
    granted = own.places(request)
    standings = districtviews.questions().standings() if granted else {}
    listed = {place.id for place in roster.places}
    drawn = board.draw(roster, standings, (), now_ms, local(now_ms).toordinal(), ())
    for place in granted:
        gates = {
            each.gate: each.directions
            for each in roster.gates
            if roster.place_of(each.gate).id == place.id
        }
        lines = tuple(line for line in drawn.gates if line.gate in gates)
        tally, longest_min = districtviews.watch().tally, place.longest_minutes
        is_known = bool(lines) or place.id in listed
        yield Shown(place, ownplace.counted(gates, tally, now_ms, longest_min), lines, is_known)
