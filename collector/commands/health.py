"""`collector check` and `collector doctor`: what is set, and what is wrong."""

import argparse
from collections.abc import Callable
from typing import Any

from collector import clock, config
from collector.config import Config
from collector.i18n import _
from collector.roster import load as load_roster

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    check = command(
        commands, "check", _check, _("print the configuration with its defaults filled in")
    )
    doctor = command(
        commands, "doctor", _doctor, _("say on one screen what is wrong and what to do")
    )
    doctor.add_argument(
        "--all", action="store_true", help=_("each thing that was looked at, not on one screen")
    )
    for each in (check, doctor):
        each.set_defaults(unfinished=True)  # shows nobody, so a restore need not have ended


def _check(settings: Config, _: argparse.Namespace) -> int:
    """Print the configuration; a roster that cannot be read is an error here too."""
    print(config.effective(settings))
    roster = load_roster(settings.roster.path)
    print(f"# {roster.authority}: {len(roster.gates)} gates")
    return 0


def _doctor(settings: Config, asked: argparse.Namespace) -> int:
    from collector import doctor, findings

    found = list(doctor.look(settings, clock.wall_ms()))
    print("\n".join(findings.every(found) if asked.all else findings.screen(found)))
    return 1 if any(each.error for each in found) else 0
