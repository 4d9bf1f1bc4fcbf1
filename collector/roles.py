"""The roles of a district, and what a role must be granted to mean anything. Pure.

The values are stored in accounts and in audit rows and never renamed. What a role may do on the
pages stands in `collector/web/access.py`; which places its holder asks about follows from grants.
"""

import enum
from collections.abc import Mapping

import msgspec


class Role(enum.StrEnum):
    """Who somebody is to this district."""

    OPERATOR = "operator"
    """Runs the server and the accounts; opens no person."""
    DISTRICT = "district-officer"
    SECTOR = "sector-officer"
    COMMUNE = "commune-officer"
    KEEPER = "keeper"
    """Keeps a place: its gates, its headcount, its passes for groups."""
    ATTENDANT = "attendant"
    """Registers whoever arrives, and sees nothing afterwards."""
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    """Reads who opened what and why; opens no person."""
    CUSTODIAN = "custodian"
    """Holds one share of the vault's key."""


class Over(enum.StrEnum):
    """Of what kind a grant is."""

    AREA = "area"
    SECTOR = "sector"
    PLACE = "place"


NEEDS: Mapping[Role, Over] = {
    Role.SECTOR: Over.SECTOR,
    Role.COMMUNE: Over.AREA,
    Role.KEEPER: Over.PLACE,
    Role.ATTENDANT: Over.PLACE,
}
"""Without such a grant the role would see nothing, or all; so it is not given without one."""


class Grants(msgspec.Struct, frozen=True):
    """What somebody's role reaches: an empty tuple is no limit for the district, else nothing."""

    areas: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def lacks(self, role: Role) -> Over | None:
        """Return what this role has not been granted and needs."""
        needed = NEEDS.get(role)
        held = {Over.AREA: self.areas, Over.SECTOR: self.sectors, Over.PLACE: self.places}
        return None if needed is None or held[needed] else needed

    def pairs(self) -> tuple[tuple[Over, str], ...]:
        """Return each grant with its kind, once, in order."""
        kinds = ((Over.AREA, self.areas), (Over.SECTOR, self.sectors), (Over.PLACE, self.places))
        return tuple(dict.fromkeys((kind, name) for kind, names in kinds for name in names))
