"""`collector roster`: areas, sectors and places, from spreadsheets and back."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collector.config import Config
from collector.i18n import _
from collector.roster.columns import TABLES

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    roster = commands.add_parser("roster", help=_("areas, sectors and places"))
    each = roster.add_subparsers(required=True, metavar="COMMAND")
    brought = command(each, "import", _roster_import, _("take lists from CSV or XLSX files"))
    brought.add_argument("files", nargs="+", type=Path, metavar="FILE")
    brought.add_argument(
        "--replace", action="store_true", help=_("remove what is not in the files")
    )
    brought.add_argument("--dry-run", action="store_true", help=_("only say what would change"))
    given = command(each, "export", _roster_export, _("write the lists to a CSV or XLSX file"))
    given.add_argument("file", type=Path, metavar="FILE")
    given.add_argument(
        "--list", choices=tuple(TABLES), default="places", help=_("which list goes into a CSV file")
    )
    found = command(each, "find", _roster_find, _("look for places and gates, by any words"))
    found.add_argument("words", nargs="+", metavar="WORD")
    command(each, "check", _roster_check, _("say what does not fit together"))


def _roster_import(settings: Config, asked: argparse.Namespace) -> int:
    from collector.roster import commands  # spreadsheets are for this command only

    path = settings.roster.path
    return commands.take(path, asked.files, replace=asked.replace, dry=asked.dry_run)


def _roster_export(settings: Config, asked: argparse.Namespace) -> int:
    from collector.roster import commands

    return commands.give(settings.roster.path, asked.file, asked.list)


def _roster_find(settings: Config, asked: argparse.Namespace) -> int:
    from collector.roster import commands

    return commands.find(settings.roster.path, " ".join(asked.words))


def _roster_check(settings: Config, _: argparse.Namespace) -> int:
    from collector.roster import commands

    return commands.check(settings.roster.path)
