"""Words for whoever runs the broker, in Vietnamese (the default) and English.

The catalogues are in broker/locale. Messages are written in English in the code, marked with `N_`
where they are only defined.
"""

import gettext
import os
from pathlib import Path

from wire import complaint
from wire.language import choose

DOMAIN = "broker"
LOCALE = Path(__file__).with_name("locale")
_catalogue = gettext.translation(DOMAIN, LOCALE, [choose(os.environ)], fallback=True)


def _(message: str) -> str:
    """Return `message` in the language of the person who reads it."""
    return _catalogue.gettext(message) if message else ""  # "" would be the catalogue's heading


def N_(message: str) -> str:  # noqa: N802  (the name every gettext tool looks for)
    """Return `message`; marks it for the catalogue without translating it yet."""
    return message


SYSTEM = (
    N_("Permission denied"),
    N_("Not a directory"),
    N_("Is a directory"),
    N_("File exists"),
    N_("No such file or directory"),
    N_("No space left on device"),
    N_("Read-only file system"),
    N_("Input/output error"),
)
"""What the system says of files and addresses, in its own words."""

ARGPARSE = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("invalid %(type)s value: %(value)r"),
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
