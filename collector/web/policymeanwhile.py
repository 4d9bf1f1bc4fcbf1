"""One officer's answers to a policy's questions, put over what lies there by now.

Whoever comes second keeps what they typed and goes on from the newest: a question that they left as
it was has its answer from there. What is asked together is answered together.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext as _

from collector.web.policyforms import ROWS, PolicyForm, initial
from collector.web.policysaid import FIELD
from wire.policy import Kind

PARTS = ("from", "until", "days")
NONE = "-"
OPENINGS = tuple(f"{part}_{row}" for row in range(ROWS) for part in PARTS)


class Other(msgspec.Struct, frozen=True):
    """A question whose answer there is another one than when the form was opened."""

    name: str
    """Of the first field that asks it."""
    label: str
    said: str
    """What the answer is there, and which one stands in the form."""


def put_over(
    form: PolicyForm, document: Mapping[str, Any], revision: int
) -> tuple[PolicyForm, list[Other]]:
    """Return the form to go on with, and what is there otherwise than its officer has seen.

    `form` is what they sent, valid; `document` and `revision` are of the draft by now. Where it
    does not say what they had seen, every answer counts as typed.
    """
    seen, now = form.initial, initial(document, revision)
    typed = set(form.changed_data) if seen else set(form.fields)
    answers, others = dict(now), []
    for names in questions():
        is_typed = not typed.isdisjoint(names)
        mine = {name: form[name].data for name in names} if is_typed else now
        answers |= {name: mine.get(name) for name in names}
        if seen and not _differ(form, names, seen, now):
            continue
        if is_typed and not _differ(form, names, now, mine):
            continue
        said = (
            _("There it is {answer} by now. Your own answer is kept.")
            if is_typed
            else _("Changed there from {before} to {answer}, which is taken over.")
        ).format(before=_worded(form, names, seen), answer=_worded(form, names, now))
        label = FIELD["hours"] if names == OPENINGS else form[names[0]].label
        others.append(Other(names[0], str(label), said))
    onto = PolicyForm(initial=answers)
    for each in others:
        onto.fields[each.name].help_text = each.said
    return onto, others


def questions() -> Iterator[tuple[str, ...]]:
    """Yield the names of the fields that are one question each, in the order of the page."""
    for kind in Kind:
        yield tuple(f"{part}_{kind}" for part in ("take", "signature", "identity"))
    yield ("classes",)
    yield from (("direction",), ("gates_of_place",), ("open_once",))
    yield OPENINGS
    yield from (("closed",), ("outside_hours",), ("rule",), ("timeout_min",), ("min_interval_s",))
    yield from (("too_soon",), ("people", "above"), ("clock_unsure",), ("clock_skew_s",))
    yield from (("stale_list",), ("stale_after_h",), ("retention_h",))


def _differ(
    form: PolicyForm, names: tuple[str, ...], one: Mapping[str, Any], other: Mapping[str, Any]
) -> bool:
    return any(form.fields[name].has_changed(one.get(name), other.get(name)) for name in names)


def _worded(form: PolicyForm, names: tuple[str, ...], answers: Mapping[str, Any]) -> str:
    """Return an answer in words; no parts of what is not taken, no row that is empty."""
    if not answers.get(names[0]) and names != OPENINGS:
        return _word(form.fields[names[0]], answers.get(names[0]))
    if names != OPENINGS:
        return ", ".join(_word(form.fields[name], answers.get(name)) for name in names)
    rows = [[f"{part}_{row}" for part in PARTS] for row in range(ROWS)]
    said = [
        "{}-{} {}".format(*(_word(form.fields[name], answers.get(name)) for name in row))
        for row in rows
        if any(map(answers.get, row))
    ]
    return "; ".join(said) or NONE


def _word(field: forms.Field, value: object) -> str:
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(str(said) for key, said in choices if key in chosen) or NONE
    return NONE if value in {None, ""} else str(value)
