"""Tables are made, or brought to the version this release knows, by whoever may make them."""

from collector.database.ports import Database, Steps
from collector.errors import LedgerBroken
from collector.i18n import N_


def made(
    database: Database, tables: str, version: int, application: int, later: Steps | None = None
) -> None:
    """See that the tables are there; a database that is up to date is only looked at.

    `tables` makes version 1, and each of `later` the version it is named after. Raises LedgerBroken
    for a database of another application or of a newer release.
    """
    here = database.version(application)
    if here > version:
        raise LedgerBroken(N_("tables of a newer release"))
    steps = {1: tables, **(later or {})}
    for number in range(here + 1, version + 1):
        database.make(steps[number], application, number)
