"""Who may do what: one table, and how far it reaches. Pure.

A role says what; the areas, sectors and places that were granted say where. Pages, commands and
the vault ask this table and no other.
"""

import enum
from collections.abc import Mapping

import msgspec


class Role(enum.StrEnum):
    """What somebody is to the district. Stored, so never renamed."""

    OPERATOR = "operator"
    """Runs the machines, and looks at no one."""
    DISTRICT = "district-officer"
    SECTOR = "sector-officer"
    COMMUNE = "commune-officer"
    KEEPER = "keeper"
    """Answers for a place: own gates, own headcount, own passes for many."""
    ATTENDANT = "attendant"
    """Registers whoever arrives, and sees nothing afterwards."""
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    CUSTODIAN = "custodian"
    """Holds a share of the vault's key."""


class Right(enum.StrEnum):
    """One thing that can be done."""

    BOARD = "board"
    """See which gates work."""
    ROSTER = "roster"
    """Change places, areas and gates."""
    COMMAND = "command"
    """Have a gate do something."""
    POLICY = "policy"
    CASE = "case"
    """Open and close cases, and ask where an index person was and whom they met."""
    LOOK = "look"
    """Open the fields of a person, for a case."""
    CALL = "call"
    """Work on a list of contacts."""
    APPROVE = "approve"
    """Be the second officer."""
    MERGE = "merge"
    """Decide that two person rows are one person."""
    EXPORT = "export"
    AUDIT = "audit"
    """Read who looked at whom."""
    UNLOCK = "unlock"
    REGISTER = "register"
    """Enter an arriving person."""
    PASSES = "passes"
    INSTALL = "install"
    ACCOUNTS = "accounts"
    HEADCOUNT = "headcount"


_CASEWORK = {Right.CASE, Right.LOOK, Right.CALL, Right.APPROVE, Right.MERGE, Right.EXPORT}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset(
        {Right.BOARD, Right.ROSTER, Right.COMMAND, Right.POLICY, Right.ACCOUNTS, Right.INSTALL}
    ),
    Role.DISTRICT: frozenset({Right.BOARD, Right.ROSTER, Right.COMMAND, Right.POLICY, *_CASEWORK}),
    Role.SECTOR: frozenset({Right.BOARD, Right.ROSTER, *_CASEWORK}),
    Role.COMMUNE: frozenset({Right.BOARD, *_CASEWORK}),
    Role.KEEPER: frozenset({Right.HEADCOUNT, Right.PASSES}),
    Role.ATTENDANT: frozenset({Right.REGISTER}),
    Role.TECHNICIAN: frozenset({Right.BOARD, Right.INSTALL}),
    Role.AUDITOR: frozenset({Right.AUDIT}),
    Role.CUSTODIAN: frozenset({Right.UNLOCK}),
}


class Actor(msgspec.Struct, frozen=True):
    """Who asks: an account, what it may do, and where.

    An empty tuple of areas, sectors and places is everywhere for the roles of the whole district
    and nowhere for all others.
    """

    officer: str
    role: Role
    areas: tuple[str, ...] = ()
    """Codes of areas; each includes what lies below it."""
    sectors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def may(self, right: Right) -> bool:
        """Say whether the role has that right."""
        return right in RIGHTS[self.role]

    @property
    def is_everywhere(self) -> bool:
        """Say whether nothing bounds where."""
        granted = self.areas or self.sectors or self.places
        return self.role in _WHOLE and not granted


_WHOLE = frozenset({Role.OPERATOR, Role.DISTRICT, Role.AUDITOR, Role.CUSTODIAN})
