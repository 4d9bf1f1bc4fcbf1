"""Words for technicians and visitors, in Vietnamese (the default) and English.

The catalogues are in device/locale. Messages are written in English in the code, marked with `_`
where they are shown and with `N_` where they are only defined.
"""

import gettext
import os
from pathlib import Path

from device.message import N_ as N_  # noqa: PLC0414  (said here for whoever shows messages too)
from wire import complaint
from wire.language import choose

DOMAIN = "gate"
LOCALE = Path(__file__).with_name("locale")
_catalogue = gettext.translation(DOMAIN, LOCALE, [choose(os.environ)], fallback=True)


def _(message: str) -> str:
    """Return `message` in the language of the person who reads it."""
    return _catalogue.gettext(message) if message else ""  # "" would be the catalogue's heading


SYSTEM = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("Too many levels of symbolic links"),
    N_("No space left on device"),
    N_("Read-only file system"),
    N_("Input/output error"),
    N_("Connection refused"),
    N_("Connection reset by peer"),
    N_("Connection timed out"),
    N_("timed out"),
    N_("Network is unreachable"),
    N_("No route to host"),
    N_("Name or service not known"),
    N_("Temporary failure in name resolution"),
)
"""What the system says of files and of the network, in its own words."""

ARGPARSE = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("not allowed with argument %s"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("ignored explicit argument %r"),
)
"""What argparse says, in its own words."""


def detail(text: str) -> str:
    """Translate the detail of an error; what it names stays as it is."""
    return complaint.detail(text, _)


def lend_to_argparse() -> None:
    """Let argparse find its words in our catalogue: it asks gettext's own default domain."""
    os.environ["LANGUAGE"] = choose(os.environ)
    gettext.bindtextdomain(DOMAIN, LOCALE)
    gettext.textdomain(DOMAIN)
