"""What runs until told to stop: intake, web, enrol, desk, dispatch, public, home-assistant."""

import argparse
from collections.abc import Callable
from typing import Any

from collector.config import Config
from collector.i18n import _

Command = Callable[..., argparse.ArgumentParser]


def offer(commands: Any, command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the commands, each made by `command(commands, name, work, what)`."""
    command(commands, "intake", _intake, _("take records from the broker into the ledger"))
    command(commands, "web", _web, _("show the pages to officers"))
    command(commands, "enrol", _enrol, _("make gates of those that were shown an enrolment code"))
    command(commands, "desk", _desk, _("issue passes, and keep what people declare, sealed"))
    says = _("sign what gates are told, and watch what comes of it")
    command(commands, "dispatch", _dispatch, says)
    command(commands, "public", _public, _("ask people for their declarations, on a page"))
    told = _("tell a Home Assistant how the gates fare")
    command(commands, "home-assistant", _home_assistant, told)


def _intake(settings: Config, _: argparse.Namespace) -> int:
    from collector.intake.process import run

    return run(settings)


def _web(settings: Config, _: argparse.Namespace) -> int:
    from collector.web.process import run

    return run(settings)


def _enrol(settings: Config, _: argparse.Namespace) -> int:
    from collector.enrol.process import run

    return run(settings)


def _desk(settings: Config, _: argparse.Namespace) -> int:
    from collector.issuing.process import run

    return run(settings)


def _dispatch(settings: Config, _: argparse.Namespace) -> int:
    from collector.dispatch.process import run

    return run(settings)


def _public(settings: Config, _: argparse.Namespace) -> int:
    from collector.public.process import run

    return run(settings)


def _home_assistant(settings: Config, _: argparse.Namespace) -> int:
    from collector.homeassistant.process import run

    return run(settings)
