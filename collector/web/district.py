"""The district at a glance, as values. Pure: takes what is known and the time.

How many gates there are, run, and count what is plausible; which places are overdue; how many
people are inside; and of each gate that needs somebody one story, the worst first. Every figure
about people has gone through `figures.discretion`.
"""

import datetime as dt
import enum
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

import msgspec

from collector.figures import byhour, discretion
from collector.figures.discretion import Figure
from collector.figures.plausible import Finding, Story
from collector.figures.tally import Tally, local_slot
from collector.roster import Kind, Place, Roster
from collector.roster.collation import order
from collector.web.board import Condition, GateLine
from wire.record import Direction

STORIES = 30
INSIDE = 30
OVERDUE = 60
"""Shown of each on the board; how many more there are is said."""
EVENT_SOON_DAYS = 3
EPOCH = dt.date(1970, 1, 1).toordinal()


class Trouble(enum.StrEnum):
    """Why a gate needs somebody, beside its own alarms and what is not plausible."""

    FORK = "fork"
    STOPPED = "stopped"
    SILENT = "silent"
    REFUSED = "refused"
    NEVER = "never-seen"
    SEALED = "not-opened"
    """It scans, and nothing of it has been opened by the vault yet."""


class Count(msgspec.Struct, frozen=True):
    """One line of gates and places counted, such as a commune's.

    Of events those that are near: a year of weddings is no list of places that have not deployed.
    """

    name: str
    places: int = 0
    deployed: int = 0
    """Places with a gate of which a scan has been opened."""
    gates: int = 0
    alive: int = 0
    plausible: int = 0


class StoryLine(msgspec.Struct, frozen=True):
    """One gate that needs somebody, and for what."""

    gate: str
    place: str
    area: str
    group: str
    """Which list of words `code` is from: trouble, alarm, story."""
    code: str
    seen: Figure = 0
    usual: Figure = 0
    """How many passed, and how many usually do; 0 where that is not told."""


class OverdueLine(msgspec.Struct, frozen=True):
    """A place on the list without a gate that works for it."""

    id: str
    place: str
    area: str
    sector: str
    gates: int
    """That are known there, and of which nothing has been opened."""
    heard: bool
    """One of them has sent something: it is the vault that has not opened it."""
    contact: str
    phone: str


class InsideLine(msgspec.Struct, frozen=True):
    """How many people are inside a place."""

    place: str
    figure: Figure


class Hour(msgspec.Struct, frozen=True):
    """One hour of today: how many passed."""

    hour: int
    figure: Figure
    level: int
    """0 to 10, for a drawing; 0 too where the figure is not told."""


class District(msgspec.Struct, frozen=True):
    """All of it."""

    whole: Count
    areas: tuple[Count, ...]
    sectors: tuple[Count, ...]
    stories: tuple[StoryLine, ...]
    overdue: tuple[OverdueLine, ...]
    inside: tuple[InsideLine, ...]
    inside_total: Figure
    hours: tuple[Hour, ...]
    day_total: Figure
    opens: bool
    """The vault has said what it could open."""
    counting: bool = False
    """Not all of the ledger has been counted yet."""

    @property
    def worst(self) -> tuple[StoryLine, ...]:
        """Return the stories that the board has room for."""
        return self.stories[:STORIES]

    @property
    def more_stories(self) -> int:
        """Return how many it has no room for."""
        return len(self.stories) - len(self.worst)

    @property
    def missing(self) -> tuple[OverdueLine, ...]:
        """Return the overdue places that the board has room for."""
        return self.overdue[:OVERDUE]

    @property
    def more_overdue(self) -> int:
        """Return how many it has no room for."""
        return len(self.overdue) - len(self.missing)


class Known(msgspec.Struct, frozen=True):
    """What the district is drawn from."""

    roster: Roster
    lines: tuple[GateLine, ...]
    alarms: Mapping[str, tuple[str, ...]]
    """By gate, as it last said."""
    findings: Mapping[str, Finding]
    opened: frozenset[str] | None
    now_ms: int


def draw(known: Known, tally: Tally, *, counting: bool = False) -> District:
    """Draw the district as it stands."""
    stories = sorted(_stories(known), key=_rank(known))
    overdue = sorted(_overdue(known), key=lambda line: (order(line.area), order(line.place)))
    inside, inside_total = _inside(known, tally)
    hours, day_total = _hours(known, tally)
    surveyed = _surveyed(known)
    return District(
        whole=_count("", surveyed),
        areas=_counted_by(surveyed, partial(_area_of, known.roster)),
        sectors=_counted_by(surveyed, lambda place: known.roster.title("sector", place.sector)),
        stories=tuple(stories),
        overdue=tuple(overdue),
        inside=inside,
        inside_total=inside_total,
        hours=hours,
        day_total=day_total,
        opens=known.opened is not None,
        counting=counting,
    )


def _area_of(roster: Roster, place: Place) -> str:
    """Return what the commune is called: what stands right below the top of the tree."""
    above = roster.area_and_above(place.area)
    return roster.title("area", above[-2] if len(above) > 1 else above[0])


class _Surveyed(msgspec.Struct, frozen=True):
    """A place, and the gates there."""

    place: Place
    deployed: bool
    gates: tuple[int, int, int]
    """How many, how many of them alive, and how many of these plausible."""


def _surveyed(known: Known) -> list[_Surveyed]:
    """Return the places that are counted, and those at which there are gates."""
    lines = {line.gate: line for line in known.lines}
    places = {each.id: each for each in known.roster.places if _is_wanted(each, known.now_ms)}
    deployed: set[str] = set()
    tallies: dict[str, list[int]] = {}
    for gate in known.roster.gates:
        place, line = known.roster.place_of(gate.gate), lines.get(gate.gate)
        places.setdefault(place.id, place)
        is_alive = line is not None and line.condition is Condition.WORKING
        is_sound = is_alive and gate.gate not in known.findings and not _blind(known, gate.gate)
        if _serves(known, line, gate.gate):
            deployed.add(place.id)
        tally = tallies.setdefault(place.id, [0, 0, 0])
        for number, each in enumerate((True, is_alive, is_sound)):
            tally[number] += each
    return [
        _Surveyed(place, name in deployed, (*tallies.get(name, (0, 0, 0)),))
        for name, place in places.items()
    ]


def _counted_by(surveyed: list[_Surveyed], name_of: Callable[[Place], str]) -> tuple[Count, ...]:
    """Count gates and places by the name that `name_of` gives a place."""
    groups: dict[str, list[_Surveyed]] = {}
    for each in surveyed:
        groups.setdefault(name_of(each.place), []).append(each)
    return tuple(_count(name, groups[name]) for name in sorted(groups, key=order)) or (Count(""),)


def _count(name: str, surveyed: list[_Surveyed]) -> Count:
    deployed = sum(each.deployed for each in surveyed)
    gates, alive, sound = (sum(each.gates[at] for each in surveyed) for at in range(3))
    return Count(name, len(surveyed), deployed, gates, alive, sound)


def _serves(known: Known, line: GateLine | None, gate: str) -> bool:
    """Say whether a gate is deployed: its scans are opened, or at least come, if nobody opens."""
    if known.opened is not None:
        return gate in known.opened
    return _is_heard(line)


def _is_heard(line: GateLine | None) -> bool:
    """Say whether a gate has ever sent something."""
    return line is not None and line.condition is not Condition.NEVER


def _blind(known: Known, gate: str) -> bool:
    """Say whether a gate itself says that it cannot see, or does not know the time."""
    return any(
        code.startswith(("view-", "camera-", "clock-")) for code in known.alarms.get(gate, ())
    )


def _stories(known: Known) -> Iterator[StoryLine]:
    for line in known.lines:
        found = next(_of(known, line), None)
        if found is not None:
            place = known.roster.place_of(line.gate)
            group, code, finding = found
            yield StoryLine(
                line.gate,
                line.place or place.name,
                _area_of(known.roster, place),
                group,
                code,
                *(_figures(finding, line.directions) if finding else (0, 0)),
            )


def _figures(finding: Finding, directions: Collection[Direction]) -> tuple[Figure, Figure]:
    """Return how many passed at a gate, and how many usually do.

    Not where they are entries alone: those of its hours stand on the gate's page, and two hours of
    a few each that are ten together are four each.
    """
    are_entries = finding.story is Story.ENTRIES or Direction.OUT not in directions
    if are_entries and finding.seen:
        return 0, 0
    return discretion.nearly(finding.seen), discretion.nearly(round(finding.usual))


_Story = tuple[str, str, Finding | None]


def _of(known: Known, line: GateLine) -> Iterator[_Story]:
    """Yield what is to be said of a gate, the worst first."""
    warned = {alert.what for alert in line.warnings}
    if "fork" in warned:
        yield "trouble", Trouble.FORK, None
    if line.condition is Condition.STOPPED:
        yield "trouble", Trouble.STOPPED, None
    if line.condition is Condition.SILENT:
        yield "trouble", Trouble.SILENT, None
    for code in known.alarms.get(line.gate, ()):
        yield "alarm", code, None
    finding = known.findings.get(line.gate)
    if finding is not None:
        yield "story", finding.story, finding
    if "refused" in warned:
        yield "trouble", Trouble.REFUSED, None
    if line.condition is Condition.NEVER:
        yield "trouble", Trouble.NEVER, None
    elif known.opened is not None and line.gate not in known.opened:
        yield "trouble", Trouble.SEALED, None


_RANKS = (
    ("trouble", Trouble.FORK),
    ("trouble", Trouble.STOPPED),
    ("alarm", ""),
    ("story", ""),
    ("trouble", Trouble.SILENT),
    ("trouble", Trouble.SEALED),
    ("trouble", Trouble.REFUSED),
    ("trouble", Trouble.NEVER),
)


def _rank(known: Known) -> Callable[[StoryLine], tuple[int, float, object]]:
    places = {key: number for number, key in enumerate(_RANKS)}

    def rank(line: StoryLine) -> tuple[int, float, object]:
        own = places.get((line.group, line.code), places.get((line.group, ""), len(places)))
        finding = known.findings.get(line.gate)
        return own, finding.chance if finding else 0.0, order(line.place)

    return rank


def _overdue(known: Known) -> Iterator[OverdueLine]:
    lines = {line.gate: line for line in known.lines}
    gates: dict[str, list[str]] = {}
    for gate in known.roster.gates:
        gates.setdefault(known.roster.place_of(gate.gate).id, []).append(gate.gate)
    for place in known.roster.places:
        own = gates.get(place.id, [])
        if not _is_wanted(place, known.now_ms) or any(
            _serves(known, lines.get(gate), gate) for gate in own
        ):
            continue
        yield OverdueLine(
            place.id,
            place.name,
            _area_of(known.roster, place),
            known.roster.title("sector", place.sector),
            len(own),
            any(_is_heard(lines.get(gate)) for gate in own),
            place.contact,
            place.phone,
        )


def _is_wanted(place: Place, now_ms: int) -> bool:
    """Say whether a gate should be at a place now: at an event only from a few days before it."""
    if place.kind is not Kind.EVENT:
        return True
    today = local_slot(now_ms)[0]
    begins, ends = (
        dt.date.fromisoformat(text[:10]).toordinal() - EPOCH for text in (place.starts, place.ends)
    )
    return begins - EVENT_SOON_DAYS <= today <= ends


def _inside(known: Known, tally: Tally) -> tuple[tuple[InsideLine, ...], Figure]:
    """Return who is inside by place, the fullest first, and the sum of what is shown.

    The sum is made from what is shown, so that it tells nothing beyond it. Where nobody is counted
    going out it is not known who is inside: it would be the sum of the hours on the gates' pages.
    """
    counts: dict[str, int] = {}
    with_exits: set[str] = set()
    today = local_slot(known.now_ms)[0]
    titles: dict[str, str] = {}
    for gate in known.roster.gates:
        place = known.roster.place_of(gate.gate)
        count = tally.inside(gate.gate, known.now_ms, place.longest_minutes)
        counts[place.id] = counts.get(place.id, 0) + count
        titles[place.id] = place.name
        if tally.sees_exits(gate.gate, gate.directions, today):
            with_exits.add(place.id)
    shown = {place: discretion.inside(counts[place]) for place in with_exits}
    ordered = sorted(
        (InsideLine(titles[place], figure) for place, figure in shown.items() if figure != 0),
        key=lambda line: (-_size(line.figure), order(line.place)),
    )
    return tuple(ordered[:INSIDE]), sum(_size(figure) for figure in shown.values())


def _size(figure: Figure) -> int:
    return figure if isinstance(figure, int) else 0


def _hours(known: Known, tally: Tally) -> tuple[tuple[Hour, ...], Figure]:
    """Return how many came in by hour of today, as far as it has gone."""
    told = byhour.whole(byhour.entries(known.roster.names(), tally, known.now_ms))
    most = max((_size(figure) for figure in told.hours.values()), default=0)
    hours = tuple(
        Hour(hour, figure, -(-10 * _size(figure) // most) if most else 0)
        for hour, figure in told.hours.items()
    )
    return hours, told.total
