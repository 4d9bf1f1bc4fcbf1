"""Words for technicians and visitors, in Vietnamese (the default) and English.

The catalogues are in device/locale. Messages are written in English in the code, marked with `_`
where they are shown and with `N_` where they are only defined.
"""

import gettext
import os
from pathlib import Path

from wire.language import choose

LOCALE = Path(__file__).with_name("locale")
_catalogue = gettext.translation("gate", LOCALE, [choose(os.environ)], fallback=True)


def _(message: str) -> str:
    """Return `message` in the language of the person who reads it."""
    return _catalogue.gettext(message)


def N_(message: str) -> str:  # noqa: N802  (the name every gettext tool looks for)
    """Mark a message for the catalogues without translating it yet."""
    return message
