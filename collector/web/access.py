"""Who may open which page: one table, and the one place that asks it.

A page that is in none of these tables cannot be opened by anyone. Which places and persons a page
then shows is not decided here but where the data is: by grants, joined inside ledger and vault.
"""

from collections.abc import Mapping

from collector.cases.roles import RIGHTS, Right, Role

PUBLIC = frozenset({"login", "second", "setup", "logout", "language"})
"""Pages for whoever is not, or not wholly, logged in."""
PROGRAMS = frozenset(
    {
        "api-records",
        "api-gates",
        "api-openapi",
        "api-passes",
        "api-passes-withdraw",
        "api-passes-withdraw-group",
        "metrics",
    }
)
"""Addresses for other programs, which bring a token instead of logging in."""
STEPS = frozenset({"password", "logout", "language"})
"""The only pages while a password is to be changed."""
PAGES: Mapping[str, Right | None] = {
    "home": None,  # leads each role to its first page
    "account": None,
    "password": None,
    "district": Right.BOARD,
    "district-places": Right.BOARD,
    "district-parts": Right.BOARD,
    "gate": Right.BOARD,
    "gate-orders": Right.BOARD,
    "gate-command": Right.COMMAND,
    "policies": Right.POLICY,
    "policy": Right.POLICY,
    "policy-review": Right.POLICY,
    "rollout": Right.POLICY,
    "rollout-now": Right.POLICY,
    "rollout-widen": Right.POLICY,
    "rollout-back": Right.POLICY,
    "gates": Right.BOARD,
    "board": Right.BOARD,
    "install": Right.INSTALL,
    "install-new": Right.INSTALL,
    "install-gate": Right.INSTALL,
    "install-progress": Right.INSTALL,
    "own": Right.HEADCOUNT,
    "passes": Right.PASSES,
    "passes-new": Right.PASSES,
    "passes-work": Right.PASSES,
    "passes-progress": Right.PASSES,
    "passes-cards": Right.PASSES,
    "passes-team": Right.PASSES,
    "passes-withdraw": Right.PASSES,
    "passes-again": Right.PASSES,
    "accounts": Right.ACCOUNTS,
    "cases": Right.CASE,
    "case-new": Right.CASE,
    "case": Right.CASE,
    "case-change": Right.CASE,
    "case-close": Right.CASE,
    "find": Right.CASE,
    "index-add": Right.CASE,
    "index-remove": Right.CASE,
    "places": Right.CASE,
    "contacts": Right.CASE,
    "enlist": Right.CASE,
    "refer": Right.CASE,
    "take-up": Right.CASE,
    "graph": Right.CASE,
    "timeline": Right.CASE,
    "worklist": Right.CALL,
    "contact": Right.CALL,
    "call": Right.CALL,
    "alike": Right.MERGE,
    "pair": Right.MERGE,
    "merge": Right.MERGE,
    "unmerge": Right.MERGE,
    "holds": Right.CASE,
    "hold-approve": Right.APPROVE,
    "hold-open": Right.LOOK,
    "hold-release": Right.CASE,
    "approvals": Right.APPROVE,
    "ask": Right.LOOK,
    "approve": Right.APPROVE,
    "export": Right.EXPORT,
    "handover": Right.EXPORT,
    "received": Right.EXPORT,
    "audit": Right.AUDIT,
    "verify": Right.AUDIT,
    "audit-orders": Right.AUDIT,
    "tasks": Right.CASE,
    "task": Right.CASE,
    "vault": Right.UNLOCK,
}
"""By the name of the address; None for every account, even one without a role."""
LONG_IDLE = frozenset({Right.BOARD, Right.HEADCOUNT, Right.PASSES, Right.INSTALL})
"""Whoever may do no more than these may leave a board open for the day."""


def rights(role: Role | None) -> frozenset[Right]:
    """Return what a role may do."""
    return frozenset() if role is None else RIGHTS[role]


def opens(role: Role | None, page: str) -> bool:
    """Say whether a role may open a page; one that is not in the table nobody may."""
    if page not in PAGES:
        return False
    needed = PAGES[page]
    return needed is None or needed in rights(role)


def is_short(role: Role | None) -> bool:
    """Say whether this role's sessions end soon when nothing is done."""
    return not rights(role) <= LONG_IDLE
