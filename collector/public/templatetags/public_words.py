"""Filters: the words for what the code calls by a name."""

from collections.abc import Mapping, Sequence

from django import template

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
def why(wrong: Mapping[str, str], field: str) -> object:
    """Return the sentence for what is wrong with a field, or nothing."""
    return words.WRONG.get(wrong.get(field, ""), "")


@register.filter
def local_date(born: str) -> str:
    """Return a date as people write it: `1990-06-15` is `15/06/1990`."""
    return "/".join(reversed(born.split("-")))
