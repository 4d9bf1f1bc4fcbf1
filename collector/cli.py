"""`collector`: every command of the district, each loading its own part.

Speaks Vietnamese or English. An error is one line, `code: sentence`, and one line that says what to
do, both on standard error; the exit status is then 2.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from collector import lean  # noqa: F401  (first, before anything that logs)

# isort: split
from collector import config, log, restored
from collector.backup import commands as backup
from collector.commands import (
    audit,
    cases,
    enrolcode,
    health,
    orders,
    practice,
    records,
    roster,
    serving,
    tokens,
    up,
    upkeep,
    users,
    vault,
)
from collector.errors import ArgumentsInvalid, CollectorError, FileUnusable
from collector.i18n import N_, _, detail, lend_to_argparse
from collector.practice import mark

GROUPS = (
    *(up, serving, health, records, orders, vault, upkeep, roster),
    *(users, audit, cases, enrolcode, practice, tokens, backup),
)
"""Each offers its commands, in the order in which `--help` lists them."""
INTERRUPTED = 130
"""The exit status after Ctrl-C, as a shell has it."""
INSTALLED = Path("/etc/gate-district/collector.toml")
"""Where `systemd/district/install` lays it: there nobody need name it."""


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors like any other."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401  # argparse's
        """Take words as they are: what is typed halfway must not delete anything."""
        super().__init__(**more, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise ArgumentsInvalid, which names this command's own help."""
        wrong = ArgumentsInvalid(message)
        wrong.remedy = _("see `{command} --help` for what it takes").format(command=self.prog)
        raise wrong

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:  # noqa: ANN401  # argparse's
        """Refuse a named pipe for a file: nobody may ever write to it."""
        value = super()._get_value(action, arg_string)
        with suppress(OSError):  # a shell's `<(...)` has no name: it is written to
            if isinstance(value, Path) and value.is_fifo() and value.resolve().exists():
                msg = f"{value}: {N_('not a regular file')}"
                raise FileUnusable(msg)
        return value

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401  # argparse's
        """Name what was probably meant; all that there is only where nothing is like it."""
        known = [str(each) for each in action.choices or ()]
        near = get_close_matches(str(value), known, n=3, cutoff=0.7)
        if known and value not in known and near:
            said = _("{value!r} is none; perhaps {near}?")
            raise argparse.ArgumentError(action, said.format(value=value, near=", ".join(near)))
        super()._check_value(action, value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    log.configure()
    lend_to_argparse()
    try:
        asked = _parser().parse_args(arguments)
        settings = config.load(asked.config) if asked.config else None
        if settings is not None:
            mark.check(settings)
            if not getattr(asked, "unfinished", False):
                restored.check(settings.restored)
            mark.warn(settings)
        status: int = asked.work(settings, asked)
    except CollectorError as error:
        print(_told(error), file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has gone
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _told(error: CollectorError) -> str:
    """Spell an error in the reader's language."""
    why = detail(str(error))
    sentence = f"{_(error.says)}: {why}" if why else _(error.says)
    return f"{error.code}: {sentence}\n  -> {_(error.remedy)}"


def _parser() -> Parser:
    parser = Parser(prog="collector", description=_("The district's side of the gates."))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in GROUPS:
        group.offer(commands, _command)
    return parser


def _command(
    commands: "argparse._SubParsersAction[Parser]", name: str, work: object, what: str
) -> Parser:
    parser = commands.add_parser(name, help=what)
    parser.set_defaults(work=work)
    is_installed = INSTALLED.is_file()
    parser.add_argument(
        "--config",
        type=Path,
        default=INSTALLED if is_installed else None,
        required=not is_installed,
        help=_("the configuration file, TOML; {path} if missing").format(path=INSTALLED),
    )
    return parser
