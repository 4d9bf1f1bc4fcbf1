"""Where gates stand, as the roster now says, for the tables of people."""

import msgspec

from collector.localday import MINUTE_MS
from collector.people.places import Place
from collector.roster import Place as Listed
from collector.roster import RosterFile


class Whereabouts:
    """The roster, read again when it has changed."""

    def __init__(self, roster: RosterFile) -> None:
        """Take the roster's file."""
        self._roster = roster
        self._of: dict[str, Place] = {}
        self._areas: frozenset[tuple[str, str]] = frozenset()
        self._seen: object = None

    def place_of(self, gate: str) -> Place:
        """Return where a gate stands; one that the roster has lost stands at a place of its own."""
        self._read()
        return self._of.get(gate) or _place(self._roster.current().place_of(gate))

    def areas(self) -> frozenset[tuple[str, str]]:
        """Return every area with itself and each that it lies in."""
        self._read()
        return self._areas

    def above(self, area: str) -> frozenset[str]:
        """Return an area's code with those above it; empty for one that is not known."""
        return frozenset(upper for lower, upper in self.areas() if lower == area)

    def _read(self) -> None:
        roster = self._roster.current()
        if roster is self._seen:
            return
        self._of = {each.gate: _place(roster.place_of(each.gate)) for each in roster.gates}
        codes = {area.code for area in roster.areas} | {each.area for each in self._of.values()}
        self._areas = frozenset(
            (code, upper) for code in codes if code for upper in roster.area_and_above(code)
        )
        self._seen = roster


def _place(listed: Listed) -> Place:
    """Return a place as traces need it."""
    return Place(
        place=listed.id,
        name=listed.name,
        kind=listed.kind.value,
        area=listed.area,
        sector=listed.sector,
        indoor=listed.indoor,
        longest_ms=listed.longest_minutes * MINUTE_MS,
        hours="" if listed.hours is None else msgspec.json.encode(listed.hours).decode(),
    )
