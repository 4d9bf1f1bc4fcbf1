"""Who may open which page: one table, and the one place that asks it.

A page that is not in `PAGES` cannot be opened by anyone. Which places and persons a page then shows
is not decided here but where the data is: by grants, joined inside the ledger and the vault.
"""

import enum
from collections.abc import Mapping

from collector.roles import Role


class May(enum.StrEnum):
    """What a role may do on the pages."""

    ENTER = "enter"
    """See and change the own account."""
    BOARD = "board"
    """See gates, their health and counts."""
    TRACE = "trace"
    """Open cases, trace in them, work their lists."""
    APPROVE = "approve"
    """Be the second officer."""
    AUDIT = "audit"
    """Read who opened what."""
    ACCOUNTS = "accounts"
    """See who has an account, as what."""
    UNLOCK = "unlock"
    """Give a share of the vault's key."""
    REGISTER = "register"
    """Register an arriving person."""
    INSTALL = "install"
    """Set up gates."""
    RUN = "run"
    """Change places, policies and gates."""


OFFICER = frozenset({May.ENTER, May.BOARD, May.TRACE})
ROLES: Mapping[Role, frozenset[May]] = {
    Role.OPERATOR: frozenset({May.ENTER, May.BOARD, May.ACCOUNTS, May.RUN, May.INSTALL}),
    Role.DISTRICT: OFFICER | {May.APPROVE},
    Role.SECTOR: OFFICER,
    Role.COMMUNE: OFFICER,
    Role.KEEPER: frozenset({May.ENTER, May.BOARD, May.REGISTER}),
    Role.ATTENDANT: frozenset({May.ENTER, May.REGISTER}),
    Role.TECHNICIAN: frozenset({May.ENTER, May.BOARD, May.INSTALL}),
    Role.AUDITOR: frozenset({May.ENTER, May.AUDIT}),
    Role.CUSTODIAN: frozenset({May.ENTER, May.UNLOCK}),
}
NOBODY = frozenset({May.ENTER})
"""An account without a role."""

PUBLIC = frozenset({"login", "second", "setup", "logout", "language"})
"""Pages for whoever is not, or not wholly, logged in."""
STEPS = frozenset({"password", "logout", "language"})
"""The only pages while a password is to be changed."""
PAGES: Mapping[str, May] = {
    "home": May.ENTER,  # leads each role to its first page
    "account": May.ENTER,
    "password": May.ENTER,
    "gates": May.BOARD,
    "board": May.BOARD,
    "accounts": May.ACCOUNTS,
}
SHORT_IDLE = frozenset({May.TRACE, May.AUDIT, May.UNLOCK, May.ACCOUNTS, May.REGISTER})
"""Whoever may do one of these is logged out after a short while without a hand on the keys."""


def allowed(role: Role | None) -> frozenset[May]:
    """Return what a role may do."""
    return NOBODY if role is None else ROLES[role]


def opens(role: Role | None, page: str) -> bool:
    """Say whether a role may open a page, by the name of its address."""
    needed = PAGES.get(page)
    return needed is not None and needed in allowed(role)
