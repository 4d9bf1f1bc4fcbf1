"""Words for whoever runs the broker, in Vietnamese (the default) and English: in broker/locale."""

import gettext
import os
from functools import partial
from pathlib import Path

from wire import words
from wire.language import choose
from wire.words import Words

DOMAIN = "broker"
LOCALE = Path(__file__).with_name("locale")
_language = choose(os.environ)
_words = Words(gettext.translation(DOMAIN, LOCALE, [_language], fallback=True))
_, detail = _words.says, _words.detail
lend_to_argparse = partial(words.lend_to_argparse, DOMAIN, LOCALE, _language)
