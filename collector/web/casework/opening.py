"""Opening a case: one question a page, then all answers to check, then the act; and changing it.

What was answered travels in the form itself and nowhere else; going back loses nothing.
"""

from collections.abc import Callable, Mapping

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later
from django.views.decorators.http import require_http_methods

from collector import clock
from collector.cases.entries import Case
from collector.cases.register import LONGEST_MS, Opening
from collector.web import frame
from collector.web.casework import dates
from collector.web.casework.narrowing import rule_of
from collector.web.casework.pages import case, desk, said, shown, today, who
from collector.web.numbers import number

DAYS = LONGEST_MS // 86_400_000
USUAL_DAYS = 21
Answers = Mapping[str, str]


class Step(msgspec.Struct, frozen=True):
    """One question."""

    name: str
    title: Promise
    fields: tuple[str, ...]
    wrong: Callable[[Answers], dict[str, str]]


def _basis(answers: Answers) -> dict[str, str]:
    wrong = {}
    if not answers["ref"]:
        wrong["ref"] = _("Enter the case's number at the health centre.")
    if not answers["ground"]:
        wrong["ground"] = _("Enter the decision or order on which the case rests.")
    return wrong


def _area(answers: Answers) -> dict[str, str]:
    known = {area.code for area in frame.listed().areas}
    return {} if answers["area"] in known else {"area": _("Choose an area.")}


def _days(answers: Answers) -> dict[str, str]:
    wrong = {}
    onset, isolation = dates.day(answers["onset"]), dates.day(answers["isolation"])
    if answers["onset"] and onset is None:
        wrong["onset"] = _("This is no date. Write it as 22/11/2026.")
    if answers["isolation"] and isolation is None:
        wrong["isolation"] = _("This is no date. Write it as 22/11/2026.")
    if onset is not None and isolation is not None and isolation < onset:
        wrong["isolation"] = _("Isolation cannot begin before the first symptoms.")
    return wrong


def _rule(answers: Answers) -> dict[str, str]:
    wrong = {}
    if not _is_number(answers["minutes"], 24 * 60):
        wrong["minutes"] = _("Enter a number of minutes, at most one day.")
    if not _is_number(answers["margin"], 24 * 60):
        wrong["margin"] = _("Enter a number of minutes, at most one day.")
    return wrong


def _end(answers: Answers, most: int = DAYS) -> dict[str, str]:
    if _is_number(answers["days"], most) and answers["days"] != "0":
        return {}
    return {"days": _("Enter a number of days, at most {n}.").format(n=most)}


STEPS = (
    Step("basis", _later("On what does the case rest?"), ("ref", "ground"), _basis),
    Step("area", _later("Whose case is it?"), ("area",), _area),
    Step("days", _later("When did it begin?"), ("onset", "isolation"), _days),
    Step("rule", _later("What counts as a contact?"), ("minutes", "margin", "indoor"), _rule),
    Step("end", _later("How long is the case open?"), ("days",), _end),
)
DEFAULTS = {"minutes": "15", "margin": "0", "days": str(USUAL_DAYS)}
FIELDS = tuple(field for step in STEPS for field in step.fields)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask the next question, or open the case once all answers were checked."""
    answers = {name: said(request.POST, name) for name in FIELDS}
    if request.method == "GET":
        return _asked(request, 0, DEFAULTS | {"area": _own_area()}, {})
    if "back" in request.POST:
        return _asked(request, _step(request.POST["back"]), answers, {})
    number = _step(request.POST.get("step", ""))
    at, wrong = _next(number, answers)
    if at < len(STEPS):
        return _asked(request, at, answers, wrong)
    if "opened" not in request.POST:
        return shown(request, "check", steps=STEPS, answers=answers, choices=frame.listed().areas)
    latest = clock.wall_ms() + LONGEST_MS
    made = desk().open_case(who(request), _opening(answers, latest))
    return redirect("case", number=made.number)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change days, rule and end of an open case; what it rests on stays."""
    found = case(request, number)
    left = _left(found)
    if request.method == "GET":
        return shown(request, "change", found, answers=_answered(found), left=left)
    answers = {name: said(request.POST, name) for name in FIELDS}
    answers |= {"ref": found.ref, "ground": found.ground, "area": found.area}
    wrong = {**_days(answers), **_rule(answers), **_end(answers, left)}
    if wrong:
        return shown(request, "change", found, answers=answers, left=left, wrong=wrong)
    latest = found.opened_ms + LONGEST_MS
    desk().change_case(who(request), number, _opening(answers, latest))
    return redirect("case", number=number)


def _answered(found: Case) -> dict[str, str]:
    """Return what a case says, as it would be answered."""
    rule = rule_of(found)
    return {
        "onset": dates.field(found.onset_day) if found.onset_day else "",
        "isolation": dates.field(found.isolation_day) if found.isolation_day else "",
        "minutes": str(rule.min_minutes),
        "margin": str(rule.margin_ms // 60_000),
        "indoor": "1" if rule.indoor_only else "",
        "days": str(max(1, dates.of(found.expires_ms) - today())),
    }


def _left(found: Case) -> int:
    """Return for how many days from today a case can be open at most."""
    return max(1, dates.of(found.opened_ms + LONGEST_MS) - today())


def _next(number: int, answers: Answers) -> tuple[int, dict[str, str]]:
    """Return which question is next, with what is wrong with its answer; the count of all if none.

    Behind the last question all are looked at again: nothing says that they were really asked.
    """
    if number + 1 < len(STEPS):
        wrong = STEPS[number].wrong(answers)
        return (number, wrong) if wrong else (number + 1, {})
    for place, step in enumerate(STEPS):
        wrong = step.wrong(answers)
        if wrong:
            return place, wrong
    return len(STEPS), {}


def _asked(
    request: HttpRequest, number: int, answers: Answers, wrong: Mapping[str, str]
) -> HttpResponse:
    step = STEPS[number]
    return shown(
        request,
        "new",
        step=step,
        number=number,
        count=len(STEPS),
        answers=answers,
        others=[(name, answers.get(name, "")) for name in FIELDS if name not in step.fields],
        wrong=wrong,
        choices=frame.listed().areas,
        today=today(),
    )


def _opening(answers: Answers, latest_ms: int) -> Opening:
    onset, isolation = dates.day(answers["onset"]) or 0, dates.day(answers["isolation"]) or 0
    return Opening(
        ref=answers["ref"],
        ground=answers["ground"],
        area=answers["area"],
        expires_ms=min(dates.begins(today() + int(answers["days"]) + 1) - 1, latest_ms),
        onset_day=onset,
        isolation_day=isolation,
        rule={
            "min_minutes": int(answers["minutes"]),
            "margin_ms": int(answers["margin"]) * 60_000,
            "indoor_only": bool(answers["indoor"]),
        },
    )


def _own_area() -> str:
    areas = frame.listed().areas
    return areas[0].code if len(areas) == 1 else ""


def _step(text: str) -> int:
    step = number(text, 0)
    return step if step <= len(STEPS) else 0


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most
