"""Pictures of a trace as values: where to draw what. Pure; templates make SVG of them.

A timeline has a row for each place and a bar for each stay: solid where somebody surely was, pale
where they may have been. It is as wide as the screen: what lies along it is in percent, what lies
across in pixels. A graph has at most 40 nodes; the rest is a count.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from collector.trace.entries import Contact, How, Visit, Where
from collector.web.casework import dates

ROW, TOP = 50, 28
"""A place's name stands above its bars."""
LABELS = 7
"""Days that can be written side by side on a phone."""
NODES = 40
DAY_MS = 86_400_000


class Bar(msgspec.Struct, frozen=True):
    """One stay."""

    x: float
    width: float
    sure_x: float
    sure_width: float
    """0 where it is not sure that they were there at any one moment."""
    y: float
    visit: Visit


class Line(msgspec.Struct, frozen=True):
    """One place."""

    where: Where
    y: float


class Tick(msgspec.Struct, frozen=True):
    """The beginning of a day; not every one is labelled."""

    x: float
    label: str


class Timeline(msgspec.Struct, frozen=True):
    """The whole picture."""

    height: float
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]


class Node(msgspec.Struct, frozen=True):
    """One person."""

    person: int
    x: float
    y: float
    size: float
    index: bool
    label: str
    possible: bool = False


class Graph(msgspec.Struct, frozen=True):
    """Index persons in the middle, the contacts with most certain time around them."""

    size: int
    nodes: tuple[Node, ...]
    edges: tuple[tuple[Node, Node], ...]
    more: int
    """Contacts that are not drawn."""


def timeline(visits: Sequence[Visit]) -> Timeline:
    """Draw the visits of one person, each place once, the first visited on top."""
    first = min((visit.in_lo for visit in visits), default=0)
    last = max((visit.out_hi for visit in visits), default=DAY_MS)
    begin = dates.begins(dates.of(first))
    end = max(dates.begins(dates.of(last) + 1), begin + DAY_MS)
    scale = 100 / (end - begin)
    ordered = sorted(visits, key=lambda visit: visit.in_lo)
    wheres = {visit.where.key: visit.where for visit in ordered}
    rows = {key: TOP + ROW * row for row, key in enumerate(wheres)}
    return Timeline(
        height=TOP + ROW * len(rows),
        ticks=tuple(_ticks(begin, end, scale)),
        lines=tuple(Line(where, rows[key]) for key, where in wheres.items()),
        bars=tuple(_bar(visit, begin, scale, rows[visit.where.key]) for visit in ordered),
    )


def _bar(visit: Visit, begin: int, scale: float, y: float) -> Bar:
    def x(ms: int) -> float:
        return round((ms - begin) * scale, 2)

    sure = visit.out_lo - visit.in_hi if visit.how is not How.UNENTERED else 0
    return Bar(
        x=x(visit.in_lo),
        width=round((visit.out_hi - visit.in_lo) * scale, 2),
        sure_x=x(visit.in_hi),
        sure_width=round(sure * scale, 2) if sure > 0 else 0,
        y=y + 22,
        visit=visit,
    )


def _ticks(begin: int, end: int, scale: float) -> Iterable[Tick]:
    days = (end - begin) // DAY_MS
    every = max(1, math.ceil(days / (2 * LABELS)))
    labelled = every if days <= every * LABELS else 2 * every
    for number in range(0, days, every):
        day = dates.of(begin) + number
        at = round((dates.begins(day) - begin) * scale, 2)
        yield Tick(at, "" if number % labelled else dates.shown(day)[:5])


def graph(index: Sequence[int], contacts: Sequence[Contact]) -> Graph:
    """Draw index persons and the first of a ranked list of contacts."""
    middle = index[: NODES // 2]
    shown = contacts[: NODES - len(middle)]
    size = 640
    heart = tuple(
        _around(size, 60 if len(middle) > 1 else 0, place, len(middle), each)
        for place, each in enumerate(middle)
    )
    rim = tuple(_contact(size, place, len(shown), each) for place, each in enumerate(shown))
    edges = tuple((heart[place % len(heart)], node) for place, node in enumerate(rim) if heart)
    return Graph(size, (*heart, *rim), edges, len(contacts) - len(shown))


def _around(size: int, radius: float, place: int, count: int, person: int) -> Node:
    x, y = _at(size, radius, place, count)
    return Node(person, x, y, 15, index=True, label=f"F0·{place + 1}")


def _contact(size: int, place: int, count: int, each: Contact) -> Node:
    radius = 170 if count > 12 and place % 2 == 0 else 260
    x, y = _at(size, radius, place, count)
    label = f"F{each.ring}·{place + 1}"
    return Node(each.person, x, y, 11, index=False, label=label, possible=each.possible)


def _at(size: int, radius: float, place: int, count: int) -> tuple[float, float]:
    angle = 2 * math.pi * place / max(1, count) - math.pi / 2
    half = size / 2
    return round(half + radius * math.cos(angle), 1), round(half + radius * math.sin(angle), 1)
