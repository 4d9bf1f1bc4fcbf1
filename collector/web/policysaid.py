"""A policy in words: those of the authority's desk, from its own catalogue, and names of fields."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collector.dispatch.entries import Stage, Why
from provisioning.i18n import catalogue
from provisioning.policywords import described
from wire.errors import WireError
from wire.policy import understood

FIELD: Mapping[str, Promise] = {
    "takes": _("Codes that are taken"),
    "direction": _("Direction"),
    "gates_of_place": _("Number of gates of the place"),
    "hours": _("Opening hours"),
    "outside_hours": _("Outside the hours"),
    "again": _("Entering or leaving twice"),
    "ceiling": _("People inside at most"),
    "siblings_stale_after_s": _("Age of the other gates' counts"),
    "clock_unsure": _("When the gate's clock is unsure"),
    "clock_skew_s": _("Clocks may differ by"),
    "stale_list": _("When the list of withdrawn passes is old"),
    "stale_after_h": _("Age of that list, in hours"),
    "signals": _("Signals at the door"),
    "retention_h": _("Hours that a gate keeps what is confirmed"),
    "open_once": _("Opening the door once by a command"),
    "zone": _("Time zone"),
    "site": _("Place"),
}
UNKNOWN: Mapping[str, Promise] = {
    "classes": _("of which class a pass is: it is sealed"),
    "again": _("who came twice, where nobody looked for that before"),
    "interval": _("how soon somebody came again"),
    "ceiling": _("how many people were inside at each moment"),
}
STAGE: Mapping[str, Promise] = {
    Stage.RUNNING: _("under way"),
    Stage.DONE: _("at all gates"),
    Stage.TAKEN_BACK: _("taken back from the gates"),
    Stage.GONE: _("ended: the place has no gate any more"),
    Stage.OVERTAKEN: _("ended: the authority's desk has published newer rules"),
}
WHY: Mapping[str, Promise] = {
    Why.ACCEPTED: _("Let through"),
    Why.RETRIES: _("Told to try again"),
    Why.LATE: _("Arrived more than a minute late"),
    Why.ALARMS: _("Gates with an alarm"),
}
"""What is measured."""
CAUSE: Mapping[str, Promise] = {
    Why.ACCEPTED: _("fewer were let through"),
    Why.RETRIES: _("more were told to try again"),
    Why.LATE: _("more arrived late"),
    Why.ALARMS: _("more gates had an alarm"),
    Why.OFFICER: _("at an officer's word"),
}
"""For what a rollout is taken back."""
ANSWER: Mapping[str, Promise] = {
    "open": _("sent, not answered yet"),
    "answered": _("answered"),
    "expired": _("expired without an answer"),
    "done": _("done"),
    "handed-on": _("begun"),
    "not-allowed": _("not done: the policy does not allow it"),
    "clock-unsure": _("not done: the gate's clock is unsure"),
    "unknown": _("not done: the gate's program is too old for it"),
    "failed": _("failed"),
}
ACT: Mapping[str, Promise] = {
    "commanded": _("command to a gate"),
    "policy-saved": _("policy edited"),
    "policy-signed": _("policy signed"),
    "policy-widened": _("rollout widened by hand"),
    "policy-taken-back": _("policy taken back by hand"),
    "purged": _("old rows deleted"),
}
_ALONE = _(
    "only where the place has one gate, whose way is turned by its button or by who went in last,"
    " and the number of gates of the place says 1"
)
PLAIN: Mapping[str, Promise] = {
    "again.rule": _ALONE,
    "ceiling": _ALONE,
    "gates_of_place": _("more gates than that are enrolled for this place"),
}
"""What is wrong with more than one field, without the names that fields have in a file."""
UNFIT = "a value that cannot be used here"
"""In the desk's catalogue."""


def speaks() -> Callable[[str], str]:
    """Return what translates the desk's words for the reader."""
    return catalogue("en" if (get_language() or "vi") == "en" else "vi").gettext


def sentences(document: Mapping[str, Any]) -> list[str]:
    """Return what a policy means; nothing for one that no gate could keep."""
    try:
        return described(understood({**document, "version": 1, "issued": 0}), speaks())
    except WireError:
        return []


def complained(text: str) -> tuple[str, str]:
    """Return where in a policy something is wrong, such as `hours.closed`, and what, in words."""
    what, _at, where = text.partition(" - at ")
    field, _colon, _more = what.partition(": ")
    if field in PLAIN:
        return field, str(PLAIN[field])
    known = speaks()(what)
    said = known if known != what or get_language() == "en" else speaks()(UNFIT)
    return where.strip("`$."), said


def top_of(where: str) -> str:
    """Return the field of a policy that something in it belongs to."""
    return re.split(r"[.\[]", where, maxsplit=1)[0]


def named(fields: tuple[str, ...] | list[str]) -> list[str]:
    """Return what fields are called."""
    return [str(FIELD.get(each, each)) for each in fields]
