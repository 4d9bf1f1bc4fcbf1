"""`collector up`: the whole district by one command, or one to practise in."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collector.config import Config
from collector.errors import ArgumentsInvalid
from collector.i18n import N_, _

Command = Callable[..., argparse.ArgumentParser]
FOLDER = Path("practice-district")


def offer(commands: Any, _command: Command) -> None:  # noqa: ANN401  # argparse's own
    """Add the command, which takes a configuration or makes one."""
    parser = commands.add_parser("up", help=_("start all of a district, and watch over it"))
    parser.set_defaults(work=_up)
    parser.add_argument("--config", type=Path, help=_("the configuration file, TOML"))
    parser.add_argument(
        "--practice",
        type=Path,
        nargs="?",
        const=FOLDER,
        metavar="FOLDER",
        help=_("start a district to practise in; it is made if there is none"),
    )


def _up(settings: Config | None, asked: argparse.Namespace) -> int:
    from collector.up import practising, process

    if (settings is None) == (asked.practice is None):
        raise ArgumentsInvalid(N_("one of --config and --practice is needed, and not both"))
    if settings is not None:
        return process.run(settings, asked.config)
    folder = asked.practice
    made = practising.prepared(folder, process.show)
    return process.run(made, folder / practising.TOML, folder)
