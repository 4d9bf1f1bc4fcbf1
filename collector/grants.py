"""What an account's role must be granted to mean anything. Pure."""

import enum
from collections.abc import Mapping

import msgspec

from collector.cases.roles import Role


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
