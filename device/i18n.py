"""Words for technicians and visitors, in Vietnamese (the default) and English.

The catalogues are in device/locale. Messages are written in English in the code, marked with `_`
where they are shown and with `N_` where they are only defined.
"""

import gettext
import os
from functools import partial
from pathlib import Path

from device.message import N_ as N_  # noqa: PLC0414  (said here for whoever shows messages too)
from wire import words
from wire.language import choose
from wire.words import Words

DOMAIN = "gate"
LOCALE = Path(__file__).with_name("locale")
_language = choose(os.environ)
_words = Words(gettext.translation(DOMAIN, LOCALE, [_language], fallback=True))
_, detail = _words.says, _words.detail
lend_to_argparse = partial(words.lend_to_argparse, DOMAIN, LOCALE, _language)
