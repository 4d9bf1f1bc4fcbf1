"""Which numbers gates, places and journals have in the tables of people, learned as they appear."""

from collections.abc import Callable, Mapping

from collector.database.ports import Session
from collector.people import places, stays
from collector.people.places import Place
from collector.trace.entries import Setting

PlaceOf = Callable[[str], Place]
"""Returns where a gate stands now, by the roster."""


class Placing:
    """The numbers, remembered while the roster says the same."""

    def __init__(self, place_of: PlaceOf) -> None:
        """Take who knows where gates stand."""
        self._place_of = place_of
        self._gates: dict[str, tuple[Place, int, int]] = {}
        self._journals: dict[tuple[str, str], int] = {}
        self._settings: Mapping[int, Setting] | None = None

    def spot(self, session: Session, gate: str, journal: str) -> tuple[int, int, int]:
        """Return the numbers of gate, place and journal."""
        now = self._place_of(gate)
        known = self._gates.get(gate)
        if known is None or known[0] != now:
            place = places.learn(session, now)
            known = self._gates[gate] = (now, places.gate(session, gate, place), place)
            self._settings = None
        mark = self._journals.get((gate, journal))
        if mark is None:
            mark = self._journals[gate, journal] = places.journal(session, known[1], journal)
        return known[1], known[2], mark

    def settings(self, session: Session) -> Mapping[int, Setting]:
        """Return what pairing goes by."""
        if self._settings is None:
            self._settings = stays.settings(session)
        return self._settings

    def forget(self) -> None:
        """Remember nothing: a transaction that was to keep it has failed."""
        self._gates.clear()
        self._journals.clear()
        self._settings = None


def mark_of(session: Session, gate: str, journal: str) -> int | None:
    """Return the number of a journal, None if nothing of it was ever keyed."""
    found = session.rows(
        "SELECT journal_key.id FROM journal_key JOIN gate_key ON gate_key.id = journal_key.gate"
        " WHERE gate_key.gate = ? AND journal = ?",
        (gate, journal),
    )
    return int(found[0][0]) if found else None
