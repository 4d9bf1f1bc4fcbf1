"""Words for whoever runs the collector, in Vietnamese (the default) and English.

The catalogues are in collector/locale; the pages have their own. Messages are written in English in
the code, marked with `_` where they are shown and with `N_` where they are only defined.
"""

import gettext
import os
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from wire import words
from wire.language import choose
from wire.words import N_ as N_  # noqa: PLC0414  (said here for whoever shows messages too)
from wire.words import Words

DOMAIN = "collector"
LOCALE = Path(__file__).with_name("locale")
_language = choose(os.environ)
_words = Words(gettext.translation(DOMAIN, LOCALE, [_language], fallback=True))
_, detail = _words.says, _words.detail
lend_to_argparse = partial(words.lend_to_argparse, DOMAIN, LOCALE, _language)


@lru_cache(maxsize=4)
def speaking(language: str) -> Callable[[str], str]:
    """Return what translates into one language, whatever the process itself speaks."""
    return Words(gettext.translation(DOMAIN, LOCALE, [language], fallback=True)).says
