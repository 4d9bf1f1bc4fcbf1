"""Asks the desk over its sockets: the public page at one, officers' pages at the other."""

from pathlib import Path
from typing import cast

from collector.asking.line import Line
from collector.errors import DeskAway, DeskRefused
from collector.issuing.ports import Declaring, Issuing


def declaring(path: Path) -> Declaring:
    """Return the desk as the public page asks it."""
    return cast("Declaring", Line(path, Declaring, DeskAway, DeskRefused, kept=True))


def issuing(path: Path) -> Issuing:
    """Return the desk as officers' pages ask it."""
    return cast("Issuing", Line(path, Issuing, DeskAway, DeskRefused))
