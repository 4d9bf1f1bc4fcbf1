"""`collector practice FOLDER`: make a district to practise in, and say how to begin."""

import argparse
from pathlib import Path
from typing import Any

from collector import clock, config
from collector.cases.roles import Role
from collector.grants import Grants
from collector.i18n import _

ACCOUNTS = (
    ("can-bo", Role.DISTRICT, Grants()),
    ("can-bo-2", Role.DISTRICT, Grants()),
    ("can-bo-xa", Role.COMMUNE, Grants(areas=("lt-a",))),
    ("kiem-tra", Role.AUDITOR, Grants()),
    ("giu-khoa", Role.CUSTODIAN, Grants()),
)
SEED = 664


def offer(commands: Any, _command: object) -> None:  # noqa: ANN401  # argparse's own
    """Add the command, which takes no configuration: it writes one."""
    parser = commands.add_parser("practice", help=_("make a district to practise in"))
    parser.set_defaults(work=make, config=None)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--seed", type=int, default=SEED, help=_("another number makes another outbreak")
    )


def make(_settings: object, asked: argparse.Namespace) -> int:
    """Make it, and print what is needed to begin."""
    from collector.practice import folder
    from collector.web.process import accounts

    town, found = folder.lay_out(asked.folder, clock.wall_ms(), asked.seed)
    making = accounts(config.load(asked.folder / "collector.toml"))
    print(_("PRACTICE: everything in {folder} is made up").format(folder=asked.folder))
    for name, role, grants in ACCOUNTS:
        print(f"  {name}  {making.add(name, None, role, grants)}  ({role})")
    ill = town.bodies[found.index]
    print(_("Sick (F0): {name}, identity number {number}").format(name=ill.name, number=ill.number))
    print(_("The solution is in {file}; look at it last.").format(file="solution.*.md"))
    return 0
