"""Areas, sectors and places: what an officer calls the parts of a district. Values only.

Areas are a tree, sectors a list, and both are data. A place belongs to one of each and has gates.
Whatever is made here is strict: a wrong value is a ValueError that says which.
"""

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated

import msgspec

from collector.i18n import N_
from wire.openinghours import Hours

MAX_DEPTH = 12
"""Of the tree of areas: more than a country has levels."""
WEEK_MIN = 7 * 24 * 60
_EVENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=200)]
GateName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Kind(enum.StrEnum):
    """What sort of place it is. Written in files, so never renamed."""

    OFFICE = "office"
    SCHOOL = "school"
    STATION = "station"
    VEHICLE = "vehicle"
    CLINIC = "clinic"
    MARKET = "market"
    PRODUCTION = "production"
    SHOP = "shop"
    TOURIST = "tourist"
    EVENT = "event"


LONGEST_MIN: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.OFFICE: 10 * 60,
        Kind.SCHOOL: 11 * 60,
        Kind.STATION: 3 * 60,
        Kind.VEHICLE: 6 * 60,
        Kind.CLINIC: 8 * 60,
        Kind.MARKET: 5 * 60,
        Kind.PRODUCTION: 13 * 60,
        Kind.SHOP: 2 * 60,
        Kind.TOURIST: 6 * 60,
        Kind.EVENT: 8 * 60,
    }
)
"""The longest usual stay, in minutes, where a place does not say its own."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value in which every key must be known."""


class Area(Strict, frozen=True):
    """A commune, or whatever stands above one."""

    code: Code
    name: Name
    parent: str = ""
    """Code of the area that it is part of; empty at the top."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a name."""
        _plain(self.name)


class Sector(Strict, frozen=True):
    """Who is responsible for a kind of places, such as education."""

    code: Code
    name: Name

    def __post_init__(self) -> None:
        """Refuse what cannot be a name."""
        _plain(self.name)


class Place(Strict, frozen=True):
    """One place on the authority's list."""

    id: str
    """Its own, for good: letters and digits. Of a place that is only a gate's text: `~` and it."""
    name: Name
    kind: Kind
    area: str
    """Code of its area."""
    sector: str
    """Code of its sector."""
    contact: Text = ""
    phone: Text = ""
    indoor: bool = True
    hours: Hours | None = None
    """None: not known."""
    longest_min: Annotated[int, msgspec.Meta(ge=1, le=WEEK_MIN)] | None = None
    """The longest usual stay; None: as its kind has it."""
    plate: Text = ""
    """Of a vehicle."""
    starts: str = ""
    """Of an event: local time, `2026-12-05T08:00`."""
    ends: str = ""
    gates: tuple[GateName, ...] = ()
    """Names of gates that stand here, whatever their own text says."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        for text in (self.name, self.contact, self.phone, self.plate):
            _plain(text)
        for text in (self.starts, self.ends):
            if text and not _is_moment(text):
                msg = N_("a start or an end is written as 2026-12-05T08:00")
                raise ValueError(msg)
        if self.starts and self.ends and self.starts >= self.ends:
            msg = N_("an event ends after it starts")
            raise ValueError(msg)
        if self.kind is Kind.EVENT and not (self.starts and self.ends):
            msg = N_("an event has a start and an end")
            raise ValueError(msg)

    @property
    def longest_minutes(self) -> int:
        """Return the longest usual stay."""
        return self.longest_min or LONGEST_MIN[self.kind]

    @property
    def is_listed(self) -> bool:
        """Say whether it is on the list, and not made up from a gate's text."""
        return not self.id.startswith("~")


class Places(Strict, frozen=True):
    """All of them, each once, belonging to one another."""

    areas: tuple[Area, ...] = ()
    sectors: tuple[Sector, ...] = ()
    places: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is there twice, belongs to nothing, or contains itself."""
        areas = _once(area.code for area in self.areas)
        sectors = _once(sector.code for sector in self.sectors)
        _once(place.id for place in self.places)
        _once(gate for place in self.places for gate in place.gates)
        _tree({area.code: area.parent for area in self.areas})
        for place in self.places:
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", place.id):
                _refuse(N_("a place's id is made of letters and digits"), place.id)
            if place.area not in areas:
                _refuse(N_("the place's area is not on the list"), place.id)
            if place.sector not in sectors:
                _refuse(N_("the place's sector is not on the list"), place.id)


def tangled(parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes of areas that contain themselves, or lie deeper than a tree may."""
    found = []
    for code in parents:
        seen, at = 0, code
        while at and seen <= MAX_DEPTH:
            at, seen = parents.get(at, ""), seen + 1
        if at:
            found.append(code)
    return tuple(found)


def _tree(parents: Mapping[str, str]) -> None:
    for code, parent in parents.items():
        if parent and parent not in parents:
            _refuse(N_("the area above is not on the list"), code)
    for code in tangled(parents):
        _refuse(N_("the area contains itself"), code)


def _once(names: Iterable[str]) -> frozenset[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            _refuse(N_("there twice"), name)
        seen.add(name)
    return frozenset(seen)


def _plain(text: str) -> None:
    """Refuse what a spreadsheet would compute, and what no one can have typed."""
    if text[:1] in ("=", "@"):
        msg = N_("a text does not begin with = or @")
        raise ValueError(msg)
    if text != text.strip() or any(unicodedata.category(each)[0] == "C" for each in text):
        msg = N_("a text has no control characters, and no space at its ends")
        raise ValueError(msg)


def _is_moment(text: str) -> bool:
    try:
        return bool(_EVENT.fullmatch(text)) and dt.datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


def _refuse(what: str, name: str) -> None:
    msg = f"{name}: {what}"
    raise ValueError(msg)
