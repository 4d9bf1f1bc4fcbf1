"""The policy editor's form: the rules a place can have, one question each. Works without a script.

What it does not ask about (signals, the zone) stays as it was.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django import forms
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from collector.dispatch.entries import Limits
from collector.localday import day_first, year_first
from collector.web.numbers import DIGITS
from collector.web.policysaid import FIELD, speaks, top_of
from provisioning import policywords as words
from wire.openinghours import WEEK, Opening
from wire.policy import AskedIdentity, AskedSignature, Does, Kind

Shown = dict[str, list[str] | str | int | bool | None]
"""Answers by the names of their fields."""
Label = Any  # a text, or one that is translated later
ROWS = 3
"""Openings that can be edited; further ones stay as they were."""

ASKED: Mapping[str, str] = {
    "again": "rule",
    "ceiling": "people",
    "hours": "closed",
    "takes": "classes",
}
"""At which question it is said what is wrong with a part of a policy that several ask about."""


def _said(table: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [
        (key.value if hasattr(key, "value") else key, speaks()(text)) for key, text in table.items()
    ]


def _choice(
    table: Mapping[Any, str], label: Label, widget: type[forms.Widget] = forms.Select
) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=lambda: _said(table), widget=widget)


def _number(label: Label, low: int, high: int, *, needed: bool = True) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, required=needed)


class PolicyForm(forms.Form):
    """One place's rules."""

    revision = forms.IntegerField(min_value=0, max_value=10**DIGITS, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    """The answers as they stood when the form was opened."""
    direction = _choice(words.WAYS, FIELD["direction"], forms.RadioSelect)
    gates_of_place = _number(FIELD["gates_of_place"], 1, 64, needed=False)
    closed = forms.CharField(
        label=_("Days on which it is closed, such as 06/02/2027"),
        required=False,
        max_length=6000,
        widget=forms.Textarea({"rows": 2}),
    )
    outside_hours = _choice(words.DOES, FIELD["outside_hours"])
    rule = _choice(words.PASSBACK, FIELD["again"], forms.RadioSelect)
    timeout_min = _number(_("An entry without an exit is forgotten after minutes"), 0, 43_200)
    min_interval_s = _number(_("Seconds between two passages of one person"), 0, 86_400)
    too_soon = _choice(words.DOES, _("Who comes again sooner"))
    people = _number(FIELD["ceiling"], 1, 10**6, needed=False)
    above = _choice(words.DOES, _("When so many are inside"))
    clock_unsure = _choice(words.DOES, FIELD["clock_unsure"])
    clock_skew_s = _number(_("Seconds by which clocks may differ"), 0, 3600)
    stale_list = _choice(words.DOES, FIELD["stale_list"])
    stale_after_h = _number(FIELD["stale_after_h"], 1, 24 * 366)
    retention_h = _number(FIELD["retention_h"], 24, 720)
    open_once = forms.BooleanField(
        label=_("The district may open the door for one person by a command"), required=False
    )
    classes = forms.CharField(
        label=_("Only these classes of passes, by commas; none: every class"),
        required=False,
        max_length=500,
    )

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401  # Django's own
        """Add what is asked of each kind of code, and the opening hours."""
        super().__init__(*args, **named)
        for kind in Kind:
            self.fields[f"take_{kind}"] = forms.BooleanField(
                label=lazystr(speaks()(words.KINDS[kind])), required=False
            )
            self.fields[f"signature_{kind}"] = _choice(words.SIGNATURES, _("Signature"))
            self.fields[f"identity_{kind}"] = _choice(words.IDENTITIES, _("Identity"))
            for name in (f"signature_{kind}", f"identity_{kind}"):
                self.fields[name].required = False
        for row in range(ROWS):
            self.fields[f"days_{row}"] = forms.MultipleChoiceField(
                label=_("Days"),
                choices=lambda: _said(words.DAYS),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"from_{row}"] = forms.CharField(label=_("from"), required=False)
            self.fields[f"until_{row}"] = forms.CharField(label=_("until"), required=False)
            for name in (f"from_{row}", f"until_{row}"):
                self.fields[name].widget.attrs |= {"placeholder": "07:00", "maxlength": 5}

    def takes(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Return the questions about each kind."""
        parts = ("take", "signature", "identity")
        return [tuple(self[f"{part}_{kind}"] for part in parts) for kind in Kind]  # type: ignore[misc]

    def openings(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Return the questions about each opening."""
        parts = ("days", "from", "until")
        return [tuple(self[f"{part}_{row}"] for part in parts) for row in range(ROWS)]  # type: ignore[misc]

    def clean_closed(self) -> list[str]:
        """Return the days as a policy has them."""
        days = [year_first(each) for each in self.cleaned_data["closed"].replace(",", " ").split()]
        try:
            return [dt.date.fromisoformat(each).isoformat() for each in days]
        except ValueError as error:
            raise forms.ValidationError(
                _("days are written as 06/02/2027, one after the other")
            ) from error

    def complain(self, where: str, why: str) -> None:
        """Say what is wrong at the question that `where` in the policy is the answer to."""
        top = top_of(where)
        field = ASKED.get(top, top)
        row = re.match(r"hours\.openings\[(\d+)\]", where)
        if row and int(row[1]) < len(self._filled()):
            field = f"from_{self._filled()[int(row[1])]}"
        if field in self.fields:
            self.add_error(field, why)
        else:
            self.add_error(None, f"{FIELD.get(top, top)}: {why}")

    def document(self, was: Mapping[str, Any]) -> dict[str, Any]:
        """Return the policy as it is asked for, once the form is valid."""
        said = self.cleaned_data
        plain: tuple[str, ...] = (
            "direction",
            "gates_of_place",
            "outside_hours",
            "clock_unsure",
            "clock_skew_s",
        )
        plain += ("stale_list", "stale_after_h", "retention_h", "open_once")
        again = ("rule", "timeout_min", "min_interval_s", "too_soon")
        people = said["people"]
        return {
            **was,
            **{name: said[name] for name in plain},
            "again": {name: said[name] for name in again},
            "ceiling": {"people": people, "above": said["above"]} if people else None,
            "takes": [self._take(kind) for kind in Kind if said[f"take_{kind}"]],
            "hours": {
                "openings": [*self._openings(), *was["hours"]["openings"][ROWS:]],
                "closed": said["closed"],
            },
        }

    def _take(self, kind: Kind) -> dict[str, Any]:
        said = self.cleaned_data
        classes = [each.strip() for each in said["classes"].split(",") if each.strip()]
        return {
            "kind": kind.value,
            "signature": said[f"signature_{kind}"] or AskedSignature.ANY.value,
            "identity": said[f"identity_{kind}"] or AskedIdentity.ANY.value,
            "classes": classes if kind is Kind.PASS else [],
        }

    def _filled(self) -> list[int]:
        """Return the rows of opening hours in which something stands."""
        parts = ("days", "from", "until")
        said = self.cleaned_data
        return [row for row in range(ROWS) if any(said.get(f"{part}_{row}") for part in parts)]

    def _openings(self) -> list[dict[str, Any]]:
        rows = []
        for row in self._filled():
            days, begin, end = (
                self.cleaned_data[f"{part}_{row}"] for part in ("days", "from", "until")
            )
            rows.append(
                {"days": days or [each.value for each in WEEK], "from": begin, "until": end}
            )
        return rows


def initial(document: Mapping[str, Any], revision: int) -> dict[str, Any]:
    """Return what the form shows of a policy."""
    takes = {each["kind"]: each for each in document["takes"]}
    ceiling = document.get("ceiling") or {}
    found: dict[str, Any] = {**document, **document["again"], "revision": revision}
    found |= {"people": ceiling.get("people"), "above": ceiling.get("above", Does.REFUSE.value)}
    found["closed"] = ", ".join(map(day_first, document["hours"]["closed"]))
    found["classes"] = ", ".join(takes.get(Kind.PASS.value, {}).get("classes", ()))
    for kind in Kind:
        take = takes.get(kind.value)
        found[f"take_{kind}"] = take is not None
        found[f"signature_{kind}"] = (take or {}).get("signature", AskedSignature.ANY.value)
        found[f"identity_{kind}"] = (take or {}).get("identity", AskedIdentity.ANY.value)
    for row, each in enumerate(document["hours"]["openings"][:ROWS]):
        opening = Opening(tuple(each["days"]), each["from"], each["until"])
        found[f"days_{row}"] = [WEEK[day].value for day in sorted(opening.weekdays)]
        found[f"from_{row}"], found[f"until_{row}"] = opening.opens, opening.closes
    asked = {name: found.get(name) for name in _asked()}
    return {**asked, "revision": revision, "seen": msgspec.json.encode(asked).decode()}


def seen(sent: str) -> dict[str, Any]:
    """Return what a form showed when it was opened, from its field of that name.

    Nothing where that is not what such a form shows: it comes from a browser.
    """
    try:
        found = msgspec.json.decode(sent, type=Shown)
    except (msgspec.MsgspecError, UnicodeError):
        return {}
    fits = set(found) == _asked() and all(
        value is None or isinstance(value, list) == name.startswith("days_")
        for name, value in found.items()
    )
    return dict(found) if fits else {}


def _asked() -> set[str]:
    return set(PolicyForm().fields) - {"revision", "seen"}


class LimitsForm(forms.Form):
    """What counts as worse, and how the rings widen. Shares are in the hundred."""

    first = _number(_("Gates in the first ring"), 1, 20)
    second_percent = _number(_("Percent of the gates in the second ring"), 1, 100)
    soak_min = _number(_("Minutes that a ring is watched at least"), 5, 1440)
    people = _number(_("Codes that are seen in it at least"), 5, 1000)
    accepted_drop = _number(_("Worse: let through, down by more percentage points than"), 1, 90)
    retries_rise = _number(_("Worse: told to try again, up by more percentage points than"), 1, 90)
    late_rise = _number(_("Worse: arrived late, up by more percentage points than"), 1, 90)
    alarms_rise = _number(_("Worse: gates with an alarm, up by more percentage points than"), 1, 90)

    def limits(self) -> Limits:
        """Return them, once the form is valid."""
        said = self.cleaned_data
        shares = {key: said[key] / 100 for key in SHARES}
        return Limits(**{**said, **shares})


SHARES = ("accepted_drop", "retries_rise", "late_rise", "alarms_rise")


def stated(limits: Limits) -> dict[str, int]:
    """Return limits as the form shows them."""
    plain = {key: getattr(limits, key) for key in ("first", "second_percent", "soak_min", "people")}
    return plain | {key: round(100 * getattr(limits, key)) for key in SHARES}
