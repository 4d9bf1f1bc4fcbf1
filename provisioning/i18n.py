"""The two languages of this program's messages, by gettext.

Messages are written in English where they arise, marked with `marked`, and translated only where
they are shown.
"""

import gettext
from functools import cache
from pathlib import Path

from wire import words

DOMAIN = "provision"
FOLDER = Path(__file__).parent / "locale"


def marked(text: str) -> str:
    """Return `text`; marks it for the catalogue without translating it yet."""
    return text


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages in `language`, `vi` or `en`."""
    return gettext.translation(DOMAIN, FOLDER, [language])


def lend_to_argparse(language: str) -> None:
    """Let argparse find its words in our catalogue: it asks gettext's own default domain."""
    words.lend_to_argparse(DOMAIN, FOLDER, language)
