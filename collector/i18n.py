"""Words for whoever runs the collector, in Vietnamese (the default) and English.

The catalogues are in collector/locale; the pages have their own. Messages are written in English in
the code, marked with `_` where they are shown and with `N_` where they are only defined.
"""

import gettext
import os
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from wire import complaint
from wire.language import choose

DOMAIN = "collector"
LOCALE = Path(__file__).with_name("locale")
_catalogue = gettext.translation(DOMAIN, LOCALE, [choose(os.environ)], fallback=True)


def _(message: str) -> str:
    """Return `message` in the language of the person who reads it."""
    return _said(_catalogue, message)


def N_(message: str) -> str:  # noqa: N802  (the name every gettext tool looks for)
    """Mark a message for the catalogues without translating it yet."""
    return message


SYSTEM = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("No space left on device"),
    N_("Read-only file system"),
    N_("Input/output error"),
    N_("Connection refused"),
    N_("Name or service not known"),
)
"""What the system says, in its own words."""

SQLITE = (
    N_("database or disk is full"),
    N_("attempt to write a readonly database"),
    N_("unable to open database file"),
    N_("file is not a database"),
    N_("database disk image is malformed"),
    N_("database is locked"),
    N_("disk I/O error"),
)
"""What SQLite says of a file, in its own words."""

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


@lru_cache(maxsize=4)
def speaking(language: str) -> Callable[[str], str]:
    """Return what translates into one language, whatever the process itself speaks."""
    return partial(_said, gettext.translation(DOMAIN, LOCALE, [language], fallback=True))


def _said(catalogue: gettext.NullTranslations, message: str) -> str:
    """Translate a message; a catalogue's own heading stands under the empty one."""
    return catalogue.gettext(message) if message else ""
