"""`collector user`: accounts for the pages, made, appointed, unlocked and closed."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from collector.cases.roles import Role
from collector.commands import typed
from collector.config import Config
from collector.grants import Grants
from collector.i18n import _

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    users = commands.add_parser("user", help=_("accounts for the pages"))
    each = users.add_subparsers(required=True, metavar="COMMAND")
    add = command(each, "add", _add, _("make an account"))
    password = command(each, "password", _password, _("give an account a new password"))
    role = command(each, "role", _role, _("give an account another role and what it reaches"))
    unlock = command(each, "unlock", _unlock, _("let a locked account try again"))
    close = command(each, "close", _close, _("let nobody in by an account any more"))
    command(each, "list", _list, _("list the accounts"))
    for one in (add, password, role, unlock, close):
        one.add_argument("name", metavar="NAME")
    for one in (add, password):
        one.add_argument(
            "--password-stdin",
            action="store_true",
            help=_("read the password from standard input; otherwise one is made and printed once"),
        )
    for one in (add, role):
        _reach(one)
    unlock.add_argument(
        "--new-factor",
        action="store_true",
        help=_("the phone is lost: the next login sets up a new second factor"),
    )


def _reach(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role",
        required=True,
        type=str,
        choices=[each.value for each in Role],
        help=_("what its holder may do"),
    )
    for name, what in (
        ("area", _("an area that the role reaches; may be given several times")),
        ("sector", _("a sector that the role reaches; may be given several times")),
        ("place", _("a place that the role reaches; may be given several times")),
    ):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="NAME", help=what)


def _add(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import accounts

    made = accounts(settings).add(
        asked.name, _typed(asked), Role(asked.role), _grants(settings, asked)
    )
    return _show(asked.name, made)


def _password(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import accounts

    return _show(asked.name, accounts(settings).change(asked.name, _typed(asked)))


def _role(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import accounts

    accounts(settings).appoint(asked.name, Role(asked.role), _grants(settings, asked))
    return 0


def _unlock(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import accounts

    accounts(settings).unlock(asked.name, forget=asked.new_factor)
    return 0


def _close(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import accounts

    accounts(settings).close(asked.name)
    return 0


def _list(settings: Config, _: argparse.Namespace) -> int:
    from collector.web.process import accounts

    for name, role, grants, locked, factor in accounts(settings).listed():
        reach = " ".join(f"{over}={value!r}" for over, value in grants.pairs())
        state = f"locked={locked} second-factor={factor}".lower()
        print(" ".join(each for each in (name, role, reach, state) if each))
    return 0


def _grants(settings: Config, asked: argparse.Namespace) -> Grants:
    areas = tuple(typed.area(settings, each) for each in asked.area)
    sectors = tuple(typed.sector(settings, each) for each in asked.sector)
    return Grants(areas, sectors, tuple(typed.place(settings, each) for each in asked.place))


def _typed(asked: argparse.Namespace) -> str | None:
    """Return the password given on standard input, or None if one is to be made."""
    return sys.stdin.readline(1024).rstrip("\r\n") if asked.password_stdin else None


def _show(name: str, made: str | None) -> int:
    """Print a password that was made, alone for programs; say to whoever sits there what it is."""
    if made is not None:
        said = _("The password of {name}, shown once:")
        print(said.format(name=name), file=sys.stderr, flush=True)
        print(made)
    return 0
