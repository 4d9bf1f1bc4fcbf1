"""Where gates stand, as the roster now says, for the tables of people."""

import msgspec

from collector.people.places import Place
from collector.roster import RosterFile

MINUTE_MS = 60_000


class Whereabouts:
    """The roster, read again when it has changed."""

    def __init__(self, roster: RosterFile) -> None:
        """Take the roster's file."""
        self._roster = roster
        self._of: dict[str, Place] = {}
        self._seen: object = None

    def place_of(self, gate: str) -> Place:
        """Return where a gate stands; one that the roster has lost stands at a place of its own."""
        roster = self._roster.current()
        if roster is not self._seen:
            self._of, self._seen = {}, roster
        if gate not in self._of:
            found = roster.place_of(gate)
            self._of[gate] = Place(
                place=found.id,
                name=found.name,
                kind=found.kind,
                area=found.area,
                sector=found.sector,
                indoor=found.indoor,
                longest_ms=found.longest_minutes * MINUTE_MS,
                hours=msgspec.json.encode(found.hours).decode() if found.hours else "",
            )
        return self._of[gate]

    def areas(self) -> frozenset[tuple[str, str]]:
        """Return every area with itself and each that it lies in."""
        roster = self._roster.current()
        listed = {area.code for area in roster.areas}
        texts = {roster.place_of(gate.gate).area for gate in roster.gates}
        return frozenset(
            (code, above) for code in listed | texts for above in roster.area_and_above(code)
        )

    def above(self, area: str) -> frozenset[str]:
        """Return an area's code with those above it; empty for one that is not known."""
        return frozenset(upper for lower, upper in self.areas() if lower == area)
