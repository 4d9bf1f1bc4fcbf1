"""The questions, one a page, in the order in which they are asked. Pure.

A page has one question, or two that nobody would answer apart. Which pages there are depends on
what was answered before: who declares for somebody else is asked for their own name and telephone.
"""

from collections.abc import Mapping, Sequence

import msgspec

PLACES_SHOWN = 5
"""Rows to write places into; more come when these are full."""


class Page(msgspec.Struct, frozen=True):
    """One page of the form."""

    name: str
    fields: tuple[str, ...]
    """The answers that it asks for, by the names that collector.declaration.answers knows."""


PAGES = (
    Page("who", ("for",)),
    Page("guardian", ("guardian_name", "guardian_phone")),
    Page("name", ("name",)),
    Page("born", ("born",)),
    Page("sex", ("sex",)),
    Page("papers", ("nationality", "number")),
    Page("phone", ("phone",)),
    Page("stay", ("commune", "hamlet")),
    Page("places", ("place", "place_day")),
    Page("symptoms", ("symptoms",)),
    Page("exposures", ("exposures",)),
)
CHECK = "check"
"""The page on which everything can be looked at before it is sent."""

Typed = Mapping[str, Sequence[str]]


def asked(typed: Typed) -> tuple[Page, ...]:
    """Return the pages that this form has, in order."""
    guarded = list(typed.get("for", ())) == ["other"]
    unasked = "phone" if guarded else "guardian"
    return tuple(page for page in PAGES if page.name != unasked)


def after(name: str, typed: Typed) -> str:
    """Return the page that follows one; the last is followed by the check."""
    names = [page.name for page in asked(typed)]
    if name not in names:
        return names[0]
    place = names.index(name) + 1
    return names[place] if place < len(names) else CHECK


def before(name: str, typed: Typed) -> str:
    """Return the page before one; empty before the first."""
    names = [*(page.name for page in asked(typed)), CHECK]
    place = names.index(name) if name in names else 0
    return names[place - 1] if place else ""


def page(name: str, typed: Typed) -> Page | None:
    """Return a page of this form by its name."""
    return next((each for each in asked(typed) if each.name == name), None)


def owner(field: str, typed: Typed) -> str:
    """Return the name of the page that asks for an answer."""
    return next((each.name for each in asked(typed) if field in each.fields), "who")


def kept(typed: Typed) -> dict[str, list[str]]:
    """Return the answers that belong to this form: what nobody was asked is left out."""
    fields = {field for each in asked(typed) for field in each.fields}
    return {field: [*values] for field, values in typed.items() if field in fields}
