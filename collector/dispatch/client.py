"""Asks the dispatch over its socket."""

from pathlib import Path
from typing import cast

from collector.asking.line import Line
from collector.dispatch.ports import Dispatching
from collector.errors import DispatchAway, DispatchRefused


def dispatching(path: Path) -> Dispatching:
    """Return the dispatch as the pages ask it."""
    return cast("Dispatching", Line(path, Dispatching, DispatchAway, DispatchRefused))
