"""The two languages of this program's messages, by gettext.

Messages are written in English where they arise, marked with `marked`, and translated only where
they are shown.
"""

import gettext
import os
from functools import cache
from pathlib import Path

DOMAIN = "provision"
FOLDER = Path(__file__).parent / "locale"


def marked(text: str) -> str:
    """Return `text`; marks it for the catalogue without translating it yet."""
    return text


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages in `language`, `vi` or `en`."""
    return gettext.translation(DOMAIN, FOLDER, [language])


ARGPARSE = (
    marked("usage: "),
    marked("positional arguments"),
    marked("options"),
    marked("show this help message and exit"),
    marked("argument %(argument_name)s: %(message)s"),
    marked("the following arguments are required: %s"),
    marked("unrecognized arguments: %s"),
    marked("expected one argument"),
    marked("expected at least one argument"),
    marked("invalid choice: %(value)r (choose from %(choices)s)"),
    marked("invalid %(type)s value: %(value)r"),
    marked("one of the arguments %s is required"),
    marked("not allowed with argument %s"),
    marked("ambiguous option: %(option)s could match %(matches)s"),
    marked("ignored explicit argument %r"),
)
"""What argparse says, in its own words."""


def lend_to_argparse(language: str) -> None:
    """Let argparse find its words in our catalogue: it asks gettext's own default domain."""
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, FOLDER)
    gettext.textdomain(DOMAIN)
