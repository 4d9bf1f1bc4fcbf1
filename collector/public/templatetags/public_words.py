"""Filters: the words for what the code calls by a name."""

from collections.abc import Mapping, Sequence

from django import template

from collector.declaration.answers import Wrong
from collector.public import words

register = template.Library()
_LISTS: Mapping[str, Mapping[str, object]] = {
    "wrong": words.WRONG,
    "symptom": words.SYMPTOMS,
    "exposure": words.EXPOSURES,
    "field": words.FIELDS,
    "hint": words.HINTS,
    "country": words.COUNTRIES,
    "sex": words.SEXES,
    "for": words.WHO,
}


@register.filter
def said(name: str, of: str) -> object:
    """Return what a name is called on the page; nothing for one without words."""
    return _LISTS[of].get(name, "")


@register.simple_tag
def title(page: str, carried: Sequence[tuple[str, str]]) -> object:
    """Return the question of a page, for oneself or for somebody else."""
    titles = words.TITLES_OTHER if ("for", "other") in carried else words.TITLES
    return titles.get(page, "")


@register.simple_tag
def choices(of: str) -> list[tuple[str, object]]:
    """Return all choices of a list with their words."""
    return [*_LISTS[of].items()]


@register.filter
def first(typed: Mapping[str, Sequence[str]], field: str) -> str:
    """Return the one text that was typed into a field."""
    values = typed.get(field, ())
    return values[0] if values else ""


@register.filter
def all_of(typed: Mapping[str, Sequence[str]], field: str) -> Sequence[str]:
    """Return every text that was given for a field."""
    return typed.get(field, ())


@register.filter
def at(typed: Sequence[str], place: int) -> str:
    """Return the text in a row; empty beyond the last."""
    return typed[place] if place < len(typed) else ""


@register.filter
def why(wrong: Mapping[str, Wrong], field: str) -> object:
    """Return the sentence for what is wrong with a field, or nothing."""
    return words.WRONG[wrong[field].why] if field in wrong else ""


@register.filter
def named(field: str, row: int) -> str:
    """Return the id on the page of a field in a row; the first row's is the field's name."""
    return f"{field}-{row}" if row else field


@register.filter
def is_at(wrong: Mapping[str, Wrong], where: str) -> bool:
    """Say whether a field on the page, by its id, is the one that is wrong."""
    return any(named(field, each.row) == where for field, each in wrong.items())


@register.filter
def local_date(born: str) -> str:
    """Return a date as people write it: `1990-06-15` is `15/06/1990`."""
    return "/".join(reversed(born.split("-")))
