"""The district at a glance, and one gate. A few lines each over `overview` and `gatepage`."""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from collector import clock
from collector.believed import Believed
from collector.database.sqlite import SqliteDatabase
from collector.errors import CollectorError
from collector.figures import byhour
from collector.figures.discretion import Figure
from collector.figures.opened import OpenedFile
from collector.figures.store import Follower
from collector.ledger import opened
from collector.ledger.entries import Gap, Mark, NoteAt, SignedHead, Standing
from collector.ledger.ports import View
from collector.localday import DAY_MS
from collector.roster import Roster
from collector.web import board, commandviews, frame, gatepage
from collector.web.overview import Overview, Part
from collector.web.snapshot import local
from collector.web.watch import Watch


@cache
def watch() -> Watch:
    """Return this process's watch, begun (made after the server has forked)."""
    view = opened.view(settings.GATE_LEDGER)
    figures = SqliteDatabase(Path(settings.GATE_FIGURES))
    follower = Follower(view, figures, over_ms, clock.steady_s)
    made = Watch(follower, view, frame.roster(), clock.wall_ms)
    made.start()
    return made


@cache
def overview() -> Overview:
    """Return this process's drawing of the district."""
    first = OpenedFile(Path(settings.GATE_OPENED))
    view = opened.view(settings.GATE_LEDGER)
    clocks = (clock.wall_ms, clock.steady_s)
    return Overview(view, frame.roster(), watch(), first, clocks, believed())


def believed() -> Believed:
    """Return what says how far this server's clock is believed."""
    return Believed(Path(settings.GATE_BELIEVED))


def over_ms() -> int:
    """Return the moment up to which old counts go."""
    return believed().over_ms(clock.wall_ms())


@cache
def questions() -> View:
    """Return what gates' pages ask."""
    return opened.view(settings.GATE_LEDGER)


@require_safe
def district(request: HttpRequest) -> HttpResponse:
    """Show the district."""
    parts = overview().parts(_language())
    return render(request, "web/district/page.html", {"parts": parts, "version": _version(parts)})


class News(msgspec.Struct, frozen=True):
    """What is new to a page that is open."""

    status: int
    """HTTP's: 200, or 204 and 304 where nothing is."""
    etag: str
    html: str = ""


@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """Return the parts that differ from those `since` which the page asks; nothing if none does."""
    held = request.headers.get("If-None-Match", "")
    found = _news(overview().parts(_language()), request.GET.get("since", ""), held)
    return HttpResponse(found.html, status=found.status, headers={"ETag": found.etag})


def news_at_once(language: str, since: str, held: str) -> News | None:
    """Return what is new if nothing has to be read or drawn for it."""
    now = overview().at_once(language)
    return None if now is None else _news(now, since, held)


def _news(now: tuple[Part, ...], since: str, held: str) -> News:
    """Return the parts that have changed `since` a version, unless all that is `held` is good."""
    version = _version(now)
    etag = f'"{version}"'
    if since == version:
        return News(204, etag)
    if held == etag:
        return News(304, etag)
    had = dict(zip((part.name for part in now), since.split("."), strict=False))
    changed = "".join(part.swapped for part in now if had.get(part.name) != part.version)
    return News(200, etag, _poll(version) + changed)


@lru_cache(maxsize=10)
def _poll(version: str) -> str:
    """Return the part of the page that asks again."""
    return render_to_string("web/district/poll.html", {"version": version})


def _version(parts: tuple[Part, ...]) -> str:
    return ".".join(part.version for part in parts)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


class Known(msgspec.Struct, frozen=True):
    """What the ledger says of one gate."""

    standing: Standing
    notes: tuple[NoteAt, ...]
    gaps: tuple[Gap, ...]
    proofs: tuple[tuple[Mark, SignedHead | None], ...]


@require_safe
def gate(request: HttpRequest, gate: str) -> HttpResponse:
    """Show one gate."""
    roster, now_ms = frame.listed(), clock.wall_ms()
    try:
        known, trouble = _asked(gate, now_ms), ""
    except CollectorError as error:
        questions().close()
        known, trouble = Known(Standing(gate), (), (), ()), error.code
    if gate not in roster.names() and not known.proofs:
        raise Http404
    drawn = board.draw(
        roster, {gate: known.standing}, (), now_ms, local(now_ms).toordinal(), known.gaps
    )
    hour_ms = now_ms - now_ms % 1_800_000 + 1_800_000
    context = {
        "gate": gate,
        "place": roster.place_of(gate),
        "above": _above(roster, gate),
        "line": next(line for line in drawn.gates if line.gate == gate),
        "story": next((each for each in overview().drawn().stories if each.gate == gate), None),
        "day_strip": gatepage.strip(known.notes, hour_ms - DAY_MS, hour_ms, 48),
        "week_strip": gatepage.strip(known.notes, hour_ms - 7 * DAY_MS, hour_ms, 56),
        "health": board.health(known.standing),
        "told": gatepage.told(known.notes),
        "gaps": drawn.gaps,
        "proofs": known.proofs,
        "hours": tuple(each for each in _hours(roster, gate, now_ms).items() if each[1] != 0),
        "today": drawn.day,
        "trouble": trouble,
        **commandviews.context(request, gate),
    }
    return render(request, "web/district/gate.html", context)


def _asked(gate: str, now_ms: int) -> Known:
    view = questions()
    marks = [mark for mark in view.journals() if mark.gate == gate]
    return Known(
        view.standings().get(gate, Standing(gate)),
        view.notes(gate, now_ms - 8 * DAY_MS, now_ms + DAY_MS),
        tuple(gap for gap in view.gaps() if gap.gate == gate),
        tuple((mark, view.head(gate, mark.journal)) for mark in marks),
    )


def _hours(roster: Roster, gate: str, now_ms: int) -> Mapping[int, Figure]:
    """Return a gate's entries of today by hour."""
    return byhour.of_gate(byhour.entries(roster.names(), watch().tally, now_ms), gate)


def _above(roster: Roster, gate: str) -> tuple[str, ...]:
    """Return the names of the areas that a gate stands in, from below."""
    place = roster.place_of(gate)
    codes = roster.area_and_above(place.area)
    return tuple(roster.title("area", code) for code in codes if code)
