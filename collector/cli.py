"""`collector`: intake, web, user, stats, check.

An error is one line, `code: sentence`, and one line that says what to do, both on standard error;
the exit status is then 2.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import msgspec

from collector import config, log
from collector.config import Config
from collector.errors import CollectorError
from collector.ledger.sqliteview import SqliteView
from collector.roster import load as load_roster


class ArgumentsInvalid(CollectorError):
    """A command line that says nothing we know."""

    code = "arguments-invalid"
    remedy = "see `collector --help`"


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors like any other."""

    def error(self, message: str) -> NoReturn:
        """Raise ArgumentsInvalid."""
        raise ArgumentsInvalid(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    log.configure()
    try:
        asked = _parser().parse_args(arguments)
        status: int = asked.work(config.load(asked.config), asked)
    except CollectorError as error:
        print(f"{error.code}: {error}\n  -> {error.remedy}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has gone
        sys.stderr.close()
        return 1
    return status


def _parser() -> Parser:
    parser = Parser(prog="collector", description="The district's side of the gates.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "intake", _intake, "take records from the broker into the ledger")
    _command(commands, "web", _web, "show the pages to officers")
    _command(commands, "check", _check, "print the configuration with its defaults filled in")
    stats = _command(commands, "stats", _stats, "count what is in the ledger")
    stats.add_argument("--json", action="store_true", help="print one JSON object")
    stats.add_argument("--verify", action="store_true", help="also walk every chain")
    user = commands.add_parser("user", help="accounts for the pages")
    users = user.add_subparsers(required=True, metavar="COMMAND")
    for name, work, what in (
        ("add", _user_add, "make an account"),
        ("password", _user_password, "give an account a new password"),
    ):
        each = _command(users, name, work, what)
        each.add_argument("name")
        each.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from standard input; otherwise one is made and printed once",
        )
    return parser


def _command(
    commands: "argparse._SubParsersAction[Parser]", name: str, work: object, what: str
) -> Parser:
    parser = commands.add_parser(name, help=what)
    parser.set_defaults(work=work)
    parser.add_argument("--config", type=Path, required=True, help="the configuration file, TOML")
    return parser


def _intake(settings: Config, _: argparse.Namespace) -> int:
    from collector.intake.process import run  # noqa: PLC0415  # each process loads its own part

    return run(settings)


def _web(settings: Config, _: argparse.Namespace) -> int:
    from collector.web.process import run  # noqa: PLC0415  # the same

    return run(settings)


def _user_add(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import add_user  # noqa: PLC0415  # the same

    return _show_password(add_user(settings, asked.name, _password(asked)))


def _user_password(settings: Config, asked: argparse.Namespace) -> int:
    from collector.web.process import set_password  # noqa: PLC0415  # the same

    return _show_password(set_password(settings, asked.name, _password(asked)))


def _check(settings: Config, _: argparse.Namespace) -> int:
    """Print the configuration; a roster that cannot be read is an error here too."""
    print(config.effective(settings))
    roster = load_roster(settings.roster.path)
    print(f"# {roster.authority}: {len(roster.gates)} gates")
    return 0


def _stats(settings: Config, asked: argparse.Namespace) -> int:
    with SqliteView(settings.ledger.path) as view:
        tallies = view.tallies()
        broken = view.broken() if asked.verify else None
    if asked.json:
        journals = [msgspec.to_builtins(tally) for tally in tallies]
        total = {"journals": journals, "total": _totals(journals)}
        if broken is not None:
            total["broken"] = broken
        print(msgspec.json.encode(total).decode())
    else:
        for tally in tallies:
            counts = msgspec.to_builtins(tally)
            print(" ".join(f"{name}={value}" for name, value in counts.items()))
        for gate, journal, seq in broken or ():
            print(f"broken gate={gate} journal={journal} seq={seq}")
    return 1 if broken else 0


def _totals(journals: list[dict[str, int]]) -> dict[str, int]:
    counts = ("rows", "doubles", "missing", "scans", "accepted", "odd", "forks")
    return {name: sum(journal[name] for journal in journals) for name in counts}


def _password(asked: argparse.Namespace) -> str | None:
    """Return the password given on standard input, or None if one is to be made."""
    return sys.stdin.readline(1024).rstrip("\r\n") if asked.password_stdin else None


def _show_password(made: str | None) -> int:
    if made is not None:
        print(made)
    return 0
