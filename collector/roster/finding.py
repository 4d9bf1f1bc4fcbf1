"""Places by any words that describe them, in Vietnamese order, with their gates. Pure.

Words are found with and without diacritics, wherever they stand: in the name of a place, of its
commune or sector, of whom to call, on a vehicle's plate, or in the name of a gate.
"""

from collections.abc import Iterator

import msgspec

from collector.roster.collation import fold, order
from collector.roster.columns import KINDS
from collector.roster.places import Place
from collector.roster.roster import Roster


class Described(msgspec.Struct, frozen=True):
    """One place, and what its area, sector and gates are called."""

    place: Place
    area: str
    sector: str
    gates: tuple[str, ...]
    words: str
    """All that can be found of it, folded."""

    def is_called(self, words: str) -> bool:
        """Say whether every one of the words, folded, describes it."""
        return all(word in self.words for word in words.split())


def described(known: Roster) -> Iterator[Described]:
    """Yield all places, those that only a gate names too, in order."""
    for place, gates in standing(known):
        area, sector = known.title("area", place.area), known.title("sector", place.sector)
        texts = (place.id, place.name, KINDS[place.kind], area, sector)
        more = (place.contact, place.phone, place.plate, *gates)
        yield Described(place, area, sector, gates, "\n".join(map(fold, (*texts, *more))))


def standing(known: Roster) -> list[tuple[Place, tuple[str, ...]]]:
    """Return all places, those that only a gate names too, with their gates, in order."""
    gates: dict[str, list[str]] = {}
    places = {place.id: place for place in known.places}
    for gate in known.gates:
        place = known.place_of(gate.gate)
        places.setdefault(place.id, place)
        gates.setdefault(place.id, []).append(gate.gate)
    ordered = sorted(places.values(), key=lambda place: (order(place.name), place.id))
    return [(place, tuple(gates.get(place.id, ()))) for place in ordered]
