"""What the pages of passes call things, in the language of whoever reads."""

from collections.abc import Mapping

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collector import i18n
from collector.bulk.work import Stage
from collector.issuing.entries import Entered
from collector.web.casework import dates
from collector.web.words import word

register = template.Library()

STAGE: Mapping[str, Promise] = {
    Stage.WAITING: _("Waiting for a list before it"),
    Stage.READING: _("Reading the list"),
    Stage.ISSUING: _("Issuing the passes"),
    Stage.DRAWING: _("Drawing the cards"),
    Stage.PROVING: _("Reading every code back from the finished pages"),
    Stage.DONE: _("Done"),
}


@register.filter
def stage_words(stage: str) -> str:
    """Say what is being done."""
    return word(STAGE, stage)


@register.filter
def mended(why: str) -> str:
    """Say how a row is mended; the words are those of the collector's own catalogue."""
    return i18n.speaking(get_language() or "vi")(why)


@register.filter
def ending(entered: Entered) -> str:
    """Return the end of a pass's number, as it stands on the card."""
    return entered.number.hex()[-4:]


@register.filter
def whole_number(entered: Entered) -> str:
    """Return a pass's number."""
    return entered.number.hex()


@register.filter
def until_day(ends_s: int) -> str:
    """Return the day on which a pass ends."""
    return f"{dates.at(ends_s * 1000):%d/%m/%Y}"
