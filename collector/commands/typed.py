"""What an operator has typed, as it is kept."""

import sys

from collector.config import Config
from collector.i18n import _
from collector.roster import load


def place(settings: Config, text: str) -> str:
    """Return the id of a place, whether that or its name was typed; else the text as it is.

    Who has passes issued may be on no list: then the text is its id. But it may be mistyped, so
    that is said. Raises RosterInvalid.
    """
    known = load(settings.roster.path).place_called(text)
    if known is None:
        said = _("no one place here is called “{name}”: kept as typed; see `collector roster find`")
        print(said.format(name=text), file=sys.stderr)
    return text if known is None else known
