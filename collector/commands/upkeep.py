"""`collector retention` and `collector database`: what keeps the ledger in order."""

import argparse
from collections.abc import Callable
from typing import Any

from collector import inquiry
from collector.config import Config
from collector.i18n import _

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    retention = command(
        commands, "retention", _retention, _("delete what is older than the policy says")
    )
    retention.add_argument(
        "--dry-run", action="store_true", help=_("only say what would be deleted")
    )
    retention.add_argument("--json", action="store_true", help=_("print one JSON object"))
    retention.add_argument(
        "--clock-is-right",
        action="store_true",
        help=_("somebody has looked at this machine's clock: do not ask the gates"),
    )
    database = commands.add_parser("database", help=_("the database in PostgreSQL"))
    each_work = database.add_subparsers(required=True, metavar="COMMAND")
    setup = command(
        each_work, "setup", _database_setup, _("make the tables and the roles, as its owner")
    )
    check = command(
        each_work, "check", _database_check, _("say whether it is set up as it must be")
    )
    for each in (setup, check):
        each.add_argument(
            "--user", metavar="ROLE", default="", help=_("as which role of the database")
        )


def _retention(settings: Config, asked: argparse.Namespace) -> int:
    from collector.retention import process

    outcome = process.retain(settings, dry=asked.dry_run, is_sure=asked.clock_is_right)
    if asked.json:
        print(inquiry.as_json(process.as_document(outcome)))
    else:
        print("\n".join(process.told(outcome, dry=asked.dry_run)))
    return 1 if outcome.doubt and not outcome.is_new else 0


def _database_setup(settings: Config, asked: argparse.Namespace) -> int:
    from collector.ledger import setup

    setup.prepare(settings.ledger, asked.user)
    print(_("The tables and roles are there."))
    return 0


def _database_check(settings: Config, asked: argparse.Namespace) -> int:
    from collector.ledger import setup

    found = setup.faults(settings.ledger, asked.user)
    print("\n".join(found or [_("The database is set up as it must be.")]))
    return 1 if found else 0
