"""Asks the desk over its sockets: the public page at one, vault and officers' pages at others."""

from pathlib import Path
from typing import cast

from collector.asking.line import Line
from collector.declaration.sealed import Sealed
from collector.errors import DeskAway, DeskRefused
from collector.issuing.ports import Declaring, Issuing


def declaring(path: Path) -> Declaring:
    """Return the desk as the public page asks it."""
    return cast("Declaring", Line(path, Declaring, DeskAway, DeskRefused, kept=True))


def declared(path: Path) -> Sealed:
    """Return the desk as the vault asks it."""
    return cast("Sealed", Line(path, Sealed, DeskAway, DeskRefused))


def issuing(path: Path) -> Issuing:
    """Return the desk as officers' pages ask it."""
    return cast("Issuing", Line(path, Issuing, DeskAway, DeskRefused))
