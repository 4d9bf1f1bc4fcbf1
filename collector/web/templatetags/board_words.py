"""How templates ask for words, signs and times of the board's values."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from collector.web import frame, words
from collector.web.snapshot import local

register = template.Library()
TABLES = {
    "condition": words.CONDITION,
    "warn": words.WARN,
    "lack": words.LACK,
    "ends": words.ENDS,
    "direction": words.DIRECTION,
    "outcome": words.OUTCOME,
    "reason": words.REASON,
    "mark": words.MARK,
    "signature": words.SIGNATURE,
    "identity": words.IDENTITY,
    "kind": words.KIND,
    "trouble": words.TROUBLE,
    "sector": words.SECTOR,
    "role": words.ROLE,
    "over": words.OVER,
}
SIGNS = {
    "condition": words.CONDITION_SIGN,
    "direction": words.DIRECTION_SIGN,
    "outcome": words.OUTCOME_SIGN,
}


@register.filter
def called(value: str, table: str) -> str:
    """Return what a value is called."""
    return words.word(TABLES[table], value)


@register.filter
def titled(code: str, over: str) -> str:
    """Return what an area, a sector or a place is called that an account reaches."""
    title = frame.listed().title(over, code)
    return called(title, over) if over == "sector" else title


@register.filter
def sign(value: str, table: str) -> str:
    """Return the sign that stands before the word, for whoever cannot see the colour."""
    return SIGNS[table].get(value, "")


@register.filter
def moment(wall_ms: int, day: int) -> SafeString:
    """Return a time element: short for the local `day`, with the date for any other."""
    at = local(wall_ms)
    short = at.toordinal() == day
    text = at.strftime("%H:%M:%S") if short else at.strftime("%H:%M:%S %d/%m/%Y")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), text)


@register.filter
def bound(milliseconds: int) -> str:
    """Return how far off a time may be, in a unit in which the number is small."""
    seconds = -(-milliseconds // 1000)
    if seconds < 100:
        return _("± {n} s").format(n=seconds)
    minutes = -(-seconds // 60)
    return (
        _("± {n} min").format(n=minutes)
        if minutes < 100
        else _("± {n} h").format(n=-(-minutes // 60))
    )
