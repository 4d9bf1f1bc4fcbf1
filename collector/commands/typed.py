"""What an operator has typed, as it is kept: by code, whichever of its names was typed.

What is on no list is kept as it was typed, since the list may come later; but it may be mistyped,
so that is said. All raise RosterInvalid.
"""

import sys

from collector.config import Config
from collector.i18n import _
from collector.roster import load


def place(settings: Config, text: str) -> str:
    """Return the id of a place; one on no list may have passes issued too, by its text."""
    said = _("no one place here is called “{name}”: kept as typed; see `collector roster find`")
    return _kept(text, load(settings.roster.path).place_called(text), said)


def area(settings: Config, text: str) -> str:
    """Return the code of an area."""
    said = _("no one area here is called “{name}”: kept as typed; see `collector roster export`")
    return _kept(text, load(settings.roster.path).area_called(text), said)


def sector(settings: Config, text: str) -> str:
    """Return the code of a sector."""
    said = _("no one sector here is called “{name}”: kept as typed; see `collector roster export`")
    return _kept(text, load(settings.roster.path).sector_called(text), said)


def _kept(text: str, known: str | None, said: str) -> str:
    if known is None:
        print(said.format(name=text), file=sys.stderr)
    return text if known is None else known
