"""`collector token`: what lets other programs ask."""

import argparse
from collections.abc import Callable
from typing import Any

from collector import clock, tokens
from collector.commands import typed
from collector.config import Config
from collector.i18n import _
from collector.tokens import Scope

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    token = commands.add_parser("token", help=_("tokens by which other programs ask"))
    each = token.add_subparsers(required=True, metavar="COMMAND")
    made = command(each, "add", _token_add, _("make a token and print it once"))
    made.add_argument("name", metavar="NAME")
    made.add_argument(
        "--scope",
        action="append",
        choices=[scope.value for scope in Scope],
        required=True,
        help=_("what it may ask for; may be given several times"),
    )
    made.add_argument(
        "--place", default="", metavar="NAME", help=_("the place whose passes it may ask for")
    )
    command(each, "remove", _token_remove, _("take a token back")).add_argument(
        "name", metavar="NAME"
    )
    command(each, "list", _token_list, _("name all tokens"))


def _token_add(settings: Config, asked: argparse.Namespace) -> int:
    scopes = tuple(dict.fromkeys(Scope(each) for each in asked.scope))
    place = typed.place(settings, asked.place) if asked.place else ""
    print(tokens.add(settings.tokens, asked.name, scopes, clock.wall_ms(), place))
    return 0


def _token_remove(settings: Config, asked: argparse.Namespace) -> int:
    tokens.remove(settings.tokens, asked.name)
    return 0


def _token_list(settings: Config, _asked: argparse.Namespace) -> int:
    known = tokens.load(settings.tokens)
    if not known:
        print(_("There are no tokens."))
    for each in known:
        place = f" ({each.place})" if each.place else ""
        print(f"{each.name}: {', '.join(each.scopes)}{place}")
    return 0
