"""Where gates stand, as the roster now says, for the tables of people."""

from collector.people.places import Place
from collector.roster import RosterFile

UNLISTED = "~"
"""Begins the id of a place that is only a gate's text."""


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
            self._of = {
                each.gate: Place(
                    UNLISTED + each.place, each.place, area=each.area, sector=each.sector
                )
                for each in roster.gates
            }
            self._seen = roster
        return self._of.get(gate) or Place(UNLISTED + gate, gate)

    def areas(self) -> frozenset[tuple[str, str]]:
        """Return every area with each that it lies in; here areas have nothing above them."""
        return frozenset((each.area, each.area) for each in self._roster.current().gates)

    def above(self, area: str) -> frozenset[str]:
        """Return an area's code with those above it; empty for one that is not known."""
        return frozenset(upper for lower, upper in self.areas() if lower == area)
