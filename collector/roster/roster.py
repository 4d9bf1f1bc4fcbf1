"""The roster as a whole: read strictly, read again when it changes, never lost by a slip.

Answers which place a gate stands at and which areas lie within which. Every question has an answer:
a gate whose text names no place on the list stands at a place made up from its text, so that a
roster without `places.json` goes on working.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from collector.errors import RosterInvalid
from collector.i18n import N_, _
from collector.roster.gates import Gate, Gates, Text
from collector.roster.places import Area, Kind, Place, Places, Sector
from wire import complaint
from wire.errors import WireError
from wire.keys import Keyring

MAX_BYTES = 64 * 1024 * 1024
"""A hundred thousand gates, with room."""
ALL = "all"
"""Stands for every gate on the wire."""
PLACES = "places.json"
"""Beside the roster."""
ENROLLED = "enrolled.json"
"""Beside the roster; it may be a link into the folder of the enrolment process."""
KINDS: Mapping[str, Kind] = {
    "education": Kind.SCHOOL,
    "transport": Kind.STATION,
    "health": Kind.CLINIC,
}
"""What a place is taken for of which only the sector is known; anything else is an office."""

Seen = tuple[int, int, int]
T = TypeVar("T")


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What provisioning writes."""

    authority: Text
    help_line: Text
    gates: tuple[Gate, ...]


class Enrolled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The gates that enrolled over the network."""

    gates: tuple[Gate, ...] = ()


class Roster(msgspec.Struct, frozen=True, dict=True):
    """The authority's gates, and the areas, sectors and places that they belong to."""

    authority: str
    help_line: str
    gates: tuple[Gate, ...]
    areas: tuple[Area, ...] = ()
    sectors: tuple[Sector, ...] = ()
    places: tuple[Place, ...] = ()

    def names(self) -> frozenset[str]:
        """Return the names of all gates."""
        return frozenset(gate.gate for gate in self.gates)

    def admitted(self, revoked: frozenset[str]) -> Gates:
        """Return whom to listen to, less the `revoked`."""
        return Gates({gate.gate: gate.records for gate in self.gates}, revoked)

    def place_of(self, gate: str) -> Place:
        """Return where a gate stands: as the list says, else as its own text names it.

        Total: a gate that is in no roster stands at a place of its own name.
        """
        return self._place_by_gate.get(gate) or Place(f"~/{gate}", gate, Kind.OFFICE, "", "")

    def place_called(self, text: str) -> str | None:
        """Return the id of the one place that has this id or name; None if none or several have."""
        if any(place.id == text for place in self._everywhere):
            return text
        named = {place.id for place in self._everywhere if place.name == text}
        return named.pop() if len(named) == 1 else None

    def area_called(self, text: str) -> str | None:
        """Return the code of the one area that has this code or name, or that a gate names so."""
        named = any(place.area == text for place in self._everywhere)
        return self._area_codes.get(text, text if named else None)

    def sector_called(self, text: str) -> str | None:
        """Return the code of the one sector that has this code or name, or that a gate names so."""
        named = any(place.sector == text for place in self._everywhere)
        codes = _by_code_and_name(self.sectors)
        return codes.get(text, text if named else None)

    def title(self, over: str, code: str) -> str:
        """Return what an `area`, `sector` or `place` of that code is called, else the code."""
        return self._titles.get((over, code), code)

    def area_and_above(self, code: str) -> tuple[str, ...]:
        """Return an area and all that it is part of, from below; an unknown one alone."""
        found = [code]
        while parent := self._parents.get(found[-1], ""):
            found.append(parent)
        return tuple(found)

    def within(self, area: str) -> frozenset[str]:
        """Return the codes of an area and of all that is part of it; an unknown one alone."""
        return self._within.get(area, frozenset({area}))

    @cached_property
    def placed(self) -> Mapping[str, Gate]:
        """Return the gates by name, each with the place, area and sector where it stands now.

        A gate's own texts are those of the day it was admitted; the list knows when it moved.
        """
        found = {}
        for gate in self.gates:
            at = self.place_of(gate.gate)
            texts = {
                "place": at.name,
                "area": self.title("area", at.area),
                "sector": self.title("sector", at.sector),
            }
            found[gate.gate] = msgspec.structs.replace(gate, **texts)
        return found

    @cached_property
    def _parents(self) -> Mapping[str, str]:
        return {area.code: area.parent for area in self.areas}

    @cached_property
    def _within(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for area in self.areas:
            for above in self.area_and_above(area.code):
                found.setdefault(above, set()).add(area.code)
        return {code: frozenset(codes) for code, codes in found.items()}

    @cached_property
    def _place_by_gate(self) -> Mapping[str, Place]:
        assigned = {gate: place for place in self.places for gate in place.gates}
        named: dict[str, list[Place]] = {}
        for place in self.places:
            for text in dict.fromkeys((place.id, place.name)):
                named.setdefault(text, []).append(place)
        return {
            gate.gate: assigned.get(gate.gate) or self._named(gate, named.get(gate.place, []))
            for gate in self.gates
        }

    def _named(self, gate: Gate, places: list[Place]) -> Place:
        """Return the place that a gate's text names; one of its area if several have the name."""
        area = self._area_named(gate.area)
        fitting = [place for place in places if place.area == area] or places
        if len(fitting) == 1:
            return fitting[0]
        kind = KINDS.get(gate.sector, Kind.OFFICE)
        name = gate.place or gate.gate
        return Place(f"~{area}/{name}", name, kind, area, gate.sector)

    def _area_named(self, text: str) -> str:
        """Return the code of the area that a gate's text names, else the text."""
        return self._area_codes.get(text, text)

    @cached_property
    def _everywhere(self) -> tuple[Place, ...]:
        """The places of the list, and those that are only a gate's text."""
        return (*self.places, *(self.place_of(gate.gate) for gate in self.gates))

    @cached_property
    def _titles(self) -> Mapping[tuple[str, str], str]:
        return {
            **{("place", each.id): each.name for each in self._everywhere},
            **{("area", each.code): each.name for each in self.areas},
            **{("sector", each.code): each.name for each in self.sectors},
        }

    @cached_property
    def _area_codes(self) -> Mapping[str, str]:
        return _by_code_and_name(self.areas)


def _by_code_and_name(listed: Iterable[Area | Sector]) -> dict[str, str]:
    """Return the code of each, by that and by its name unless several have it."""
    names: dict[str, list[str]] = {}
    for each in listed:
        names.setdefault(each.name, []).append(each.code)
    codes = {name: found[0] for name, found in names.items() if len(found) == 1}
    return {**codes, **{code: code for found in names.values() for code in found}}


class RosterFile:
    """The roster as it now stands on disk."""

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is read yet."""
        self._path = path
        self._seen: tuple[Seen | None, ...] | None = None
        self._roster: Roster | None = None
        self.fault: RosterInvalid | None = None
        """What is wrong with the files as they lie there, while an older roster is returned."""

    def current(self) -> Roster:
        """Return the roster, read again if one of its files has changed.

        Raises RosterInvalid once for each bad version of a file; after that the last good one
        is returned, so that a slip of the pen does not lock the gates out. `fault` goes on saying
        that it is not what lies there.
        """
        try:
            beside = (_stamp_if_there(self._path.with_name(each)) for each in (PLACES, ENROLLED))
            seen = (_stamp(self._path), *beside)
        except OSError as error:
            msg = f"{self._path}: {error.strerror or N_('cannot be read')}"
            self.fault = RosterInvalid(msg)
            if self._roster is not None:
                return self._roster
            raise self.fault from error
        if seen != self._seen or self._roster is None:
            self._seen = seen
            try:
                self._roster, self.fault = load(self._path), None
            except RosterInvalid as error:
                self.fault = error
                raise
        return self._roster

    def kept(self) -> Roster | None:
        """Return the last good roster; None if none was ever read. Never raises."""
        try:
            return self.current()
        except RosterInvalid:
            return self._roster


def load(path: Path) -> Roster:
    """Read a roster, the gates that enrolled, and the places; raise RosterInvalid naming a fault.

    A gate that is in both lists is as it enrolled.
    """
    written = _written(path)
    known = load_places(path.with_name(PLACES))
    return Roster(
        written.authority,
        written.help_line,
        written.gates,
        known.areas,
        known.sectors,
        known.places,
    )


def enrolled(path: Path) -> Enrolled:
    """Read the gates that enrolled beside the roster at `path`; none if there is no such file."""
    return _read(path.with_name(ENROLLED), Enrolled, Enrolled())


def load_places(path: Path) -> Places:
    """Read the places; none if there is no file. Raises RosterInvalid."""
    return _read(path, Places, Places())


def _written(path: Path) -> _Written:
    roster = _joined(_read(path, _Written), enrolled(path))
    try:
        Keyring([gate.records for gate in roster.gates])
    except WireError as error:
        msg = f"{path}: {error}"
        raise RosterInvalid(msg) from error
    names = {gate.gate for gate in roster.gates}
    if ALL in names:
        msg = f"{path}: {N_('no gate may be called “all”')}"
        raise RosterInvalid(msg)
    if len(names) != len(roster.gates):
        msg = f"{path}: {N_('two gates have one name')}"
        raise RosterInvalid(msg)
    return roster


def _joined(written: _Written, joined: Enrolled) -> _Written:
    names = {gate.gate for gate in joined.gates}
    others = [gate for gate in written.gates if gate.gate not in names]
    gates = sorted([*others, *joined.gates], key=lambda gate: gate.gate) if names else others
    return msgspec.structs.replace(written, gates=tuple(gates))


def _read(path: Path, kind: type[T], without: T | None = None) -> T:
    """Return what a file says, or `without` one what is given for that. Raises RosterInvalid."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        if without is not None and isinstance(error, FileNotFoundError):
            return without
        msg = f"{path}: {error.strerror or N_('cannot be read')}"
        raise RosterInvalid(msg) from error
    if len(data) > MAX_BYTES:
        msg = f"{path}: {N_('far too long')}"
        raise RosterInvalid(msg)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f"{path}: {complaint.named(str(error), _)}"
        raise RosterInvalid(msg) from error


def _stamp(path: Path) -> Seen:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _stamp_if_there(path: Path) -> Seen | None:
    try:
        return _stamp(path)
    except OSError:
        return None
