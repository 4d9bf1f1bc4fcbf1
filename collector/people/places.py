"""Gates, places and areas as numbers, for short rows; filled from the roster.

A gate that has moved keeps its number and gets a new place: what was seen before stays where it
was, because stays name places and not gates.
"""

from collections.abc import Iterable

import msgspec

from collector.database.ports import Session

LONGEST_MS = 12 * 3_600_000
"""Of a stay, at a kind of place that says nothing else."""


class Place(msgspec.Struct, frozen=True):
    """Where gates stand, as traces need it."""

    place: str
    """Its id in the roster."""
    name: str
    kind: str = ""
    area: str = ""
    sector: str = ""
    indoor: bool = True
    longest_ms: int = LONGEST_MS
    hours: str = ""
    """As wire/openinghours.py spells them; empty for always."""


def learn(session: Session, place: Place) -> int:
    """Enter a place, or what is new of it; return its number."""
    found = session.rows(
        "INSERT INTO place_key (place, name, kind, area, sector, indoor, longest_ms, hours)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (place) DO UPDATE SET name = excluded.name,"
        " kind = excluded.kind, area = excluded.area, sector = excluded.sector,"
        " indoor = excluded.indoor, longest_ms = excluded.longest_ms, hours = excluded.hours"
        " RETURNING id",
        (
            *(place.place, place.name, place.kind, place.area, place.sector),
            *(int(place.indoor), place.longest_ms, place.hours),
        ),
    )
    return int(found[0][0])


def gate(session: Session, name: str, place: int) -> int:
    """Enter a gate at a place; return its number."""
    found = session.rows(
        "INSERT INTO gate_key (gate, place) VALUES (?, ?)"
        " ON CONFLICT (gate) DO UPDATE SET place = excluded.place RETURNING id",
        (name, place),
    )
    return int(found[0][0])


def journal(session: Session, gate: int, name: str) -> int:
    """Return the number of a journal of a gate, entering it if it is new."""
    asked = "SELECT id FROM journal_key WHERE gate = ? AND journal = ?"
    found = session.rows(asked, (gate, name)) or session.rows(
        "INSERT INTO journal_key (gate, journal) VALUES (?, ?) RETURNING id", (gate, name)
    )
    return int(found[0][0])


def areas(session: Session, above: Iterable[tuple[str, str]]) -> None:
    """Replace the tree of areas by these pairs of an area and one that it lies in."""
    session.run("DELETE FROM area_above")
    session.many("INSERT INTO area_above (area, above) VALUES (?, ?)", sorted(set(above)))
