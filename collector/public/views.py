"""The pages: a form that travels with its answers, and what came of it.

Each answer is posted with all before it, so nothing is kept here between two pages, and the page
works without scripts and cookies. A form has a name from its first page on: sent twice, it is one
declaration, and sent with other answers (somebody went back) another one.
"""

import base64
import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from collector import clock
from collector.declaration import answers, consequence
from collector.declaration.consequence import PassFor
from collector.declaration.entries import Declaration
from collector.errors import DeclarationRefused
from collector.public import passcode, questions, state
from collector.public.rates import MOST_BITS, Ticket
from collector.public.sealing import named, sealed

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
FORM_BYTES = 16
MAX_VALUES = 60


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Say what this is for, what becomes of the answers, and begin."""
    return _shown(request, "public/start.html", {"form": secrets.token_hex(FORM_BYTES)})


@require_http_methods(["GET", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Take the answer to one page, and show the next, or the same with what is wrong."""
    if request.method == "GET":  # somebody came back by the address
        return redirect("start")
    form = request.POST.get("form", "")
    if not _is_name(form):
        return HttpResponseBadRequest()
    typed, here = _typed(request.POST), request.POST.get("page", "")
    to = request.POST.get("go", "")
    if to:
        return _asked(request, form, typed, to)
    page = questions.page(here, typed)
    if page is None:
        return _sent(request, form, typed) if here == questions.CHECK else _first(request, form)
    wrong = _wrong(page, typed)
    if wrong:
        return _asked(request, form, typed, here, wrong)
    back_to_check = request.POST.get("checked") == "1" and not _missing(typed)
    return _asked(request, form, typed, questions.CHECK if back_to_check else "", {}, here)


@require_http_methods(["GET", "POST"])
def picture(request: HttpRequest) -> HttpResponse:
    """Return a pass of ours as a picture to keep."""
    if request.method == "GET":  # opened anew by a telephone that had closed it
        return redirect("start")
    return _taken(request, passcode.png, "image/png", "png")


@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest) -> HttpResponse:
    """Return a pass of ours on paper, large and as a card."""
    if request.method == "GET":
        return redirect("start")
    draw = partial(passcode.pdf, practice=settings.GATE_PRACTICE)
    return _taken(request, draw, "application/pdf", "pdf")


@require_http_methods(["GET", "POST"])
def speak(request: HttpRequest) -> HttpResponse:
    """Change the language; a form goes on where it is."""
    if request.method == "GET":
        return redirect("start")
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    with translation.override(code):
        if _is_name(request.POST.get("form", "")) and request.POST.get("page"):
            typed = _typed(request.POST)
            response = _asked(request, request.POST["form"], typed, request.POST["page"])
        else:
            response = redirect("start")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response.headers["Content-Language"] = code
    return response


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page; the desk is not asked for it."""
    del exception  # Django hands it over by this name
    context = {"practice": settings.GATE_PRACTICE}
    return render(request, "public/missing.html", context, status=404)


def _first(request: HttpRequest, form: str) -> HttpResponse:
    return _asked(request, form, {}, questions.PAGES[0].name)


def _asked(
    request: HttpRequest,
    form: str,
    typed: Mapping[str, Sequence[str]],
    to: str,
    wrong: Mapping[str, answers.Wrong] | None = None,
    here: str = "",
) -> HttpResponse:
    """Show a page of the form, with every other answer carried along."""
    name = to or questions.after(here, typed)
    page = questions.page(name, typed)
    about = state.desk().about()
    common = {"form": form, "back": questions.before(name, typed), "page": name}
    if page is None:
        if _missing(typed):
            return _first(request, form) if not typed else _repair(request, form, typed)
        return _shown(request, "public/check.html", {**common, **_checked(typed)})
    carried = [
        (field, value)
        for field, values in questions.kept(typed).items()
        if field not in page.fields
        for value in values
    ]
    number = [each.name for each in questions.asked(typed)].index(name) + 1
    context = {
        **common,
        "carried": carried,
        "typed": {field: [*typed.get(field, ())] for field in page.fields},
        "wrong": wrong or {},
        "own": list(typed.get("for", ())) != ["other"],
        "communes": about.communes,
        "number": number,
        "pages": len(questions.asked(typed)),
        "checked": not _missing(typed),
        "rows": range(max(questions.PLACES_SHOWN, len(typed.get("place", ())) + 1)),
    }
    return _shown(request, "public/question.html", context, 422 if wrong else 200)


def _repair(request: HttpRequest, form: str, typed: Mapping[str, Sequence[str]]) -> HttpResponse:
    """Show the first page on which something is missing or wrong."""
    first = _missing(typed)[0]
    name = questions.owner(first.question, typed)
    return _asked(request, form, typed, name, {first.question: first})


def _sent(request: HttpRequest, form: str, typed: Mapping[str, Sequence[str]]) -> HttpResponse:
    """Take the declaration, or say who has to work or wait first."""
    now_s = clock.wall_ms() // 1000
    try:
        said = answers.read(typed, _today(), _communes())
    except answers.Wrongs:
        return _repair(request, form, typed)
    ticket = _ticket(request.POST)
    if not state.gatekeeper().admits(form, _address(request), ticket, clock.steady_s()):
        return _wait(request, form, typed, ticket)
    return _declared(request, form, said, now_s)


def _declared(request: HttpRequest, form: str, said: Declaration, now_s: int) -> HttpResponse:
    desk, about = state.desk(), state.desk().about()
    follows = consequence.of(said, about.rules, now_s)
    name = named(said, bytes.fromhex(form))
    data = sealed(said, name, about.seal, follows.ends)
    task = follows.task.value if follows.task else ""
    try:
        text = desk.declare(name, data, said.commune, task, follows.ends)
    except DeclarationRefused:  # answered with an earlier key: once more, by another name
        return _asked(request, secrets.token_hex(FORM_BYTES), _typed(request.POST), questions.CHECK)
    span, code = passcode.svg(text) if text else (0, "")
    context = {
        "text": text,
        "span": span,
        "code": code,
        "number": passcode.ending(text) if text else "",
        "ends": dt.datetime.fromtimestamp(follows.ends, LOCAL),
        "advises": follows.advises,
        "attended": follows.gets is PassFor.ATTENDANT,
        "station": about.station,
    }
    return _shown(request, "public/done.html", context)


def _wait(
    request: HttpRequest,
    form: str,
    typed: Mapping[str, Sequence[str]],
    ticket: Ticket | None,
) -> HttpResponse:
    """Ask the browser for some work, and its owner for some patience where it cannot do any."""
    asked = state.gatekeeper().ask(form, _address(request), clock.steady_s(), ticket)
    carried = [
        (field, value) for field, values in questions.kept(typed).items() for value in values
    ]
    context = {"form": form, "carried": carried, "ticket": asked, "page": questions.CHECK}
    return _shown(request, "public/wait.html", context, 429)


def _wrong(page: questions.Page, typed: Mapping[str, Sequence[str]]) -> dict[str, answers.Wrong]:
    """Return what is wrong on a page: of each question the first."""
    found = {each.question: each for each in reversed(_missing(typed))}
    return {field: found[field] for field in page.fields if field in found}


def _missing(typed: Mapping[str, Sequence[str]]) -> tuple[answers.Wrong, ...]:
    """Return what is missing or wrong, in the order of the pages."""
    try:
        answers.read(typed, _today(), _communes())
    except answers.Wrongs as wrongs:
        order = [field for page in questions.asked(typed) for field in page.fields]
        asked = [each for each in wrongs.found if each.question in order]
        return tuple(sorted(asked, key=lambda each: order.index(each.question)))
    return ()


def _checked(typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    said = answers.read(typed, _today(), _communes())
    names = dict(state.desk().about().communes)
    carried = [
        (field, value) for field, values in questions.kept(typed).items() for value in values
    ]
    return {"said": said, "commune": names.get(said.commune, said.commune), "carried": carried}


def _shown(
    request: HttpRequest, template: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    about = state.desk().about()
    around = {
        "authority": about.authority,
        "help_line": about.help_line,
        "station": about.station,
        "practice": settings.GATE_PRACTICE,
    }
    return render(request, template, {**around, **context}, status=status)


def _taken(request: HttpRequest, draw: passcode.Draw, kind: str, ending: str) -> HttpResponse:
    """Return a file that is named as its pass is: a family's on one telephone stay apart."""
    text = request.POST.get("text", "")
    if not passcode.is_pass(text):
        return HttpResponseBadRequest()
    if not state.gatekeeper().draws(_address(request), clock.steady_s()):
        return _shown(request, "public/busy.html", {"text": text, "again": request.path}, 429)
    name = f"ma-qr-{passcode.ending(text)}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(draw(text), content_type=kind, headers=headers)


def _typed(posted: QueryDict) -> dict[str, list[str]]:
    fields = {field for page in questions.PAGES for field in page.fields}
    return {field: posted.getlist(field)[:MAX_VALUES] for field in posted if field in fields}


def _ticket(posted: QueryDict) -> Ticket | None:
    made, mark, bits = (posted.get(name, "") for name in ("made", "mark", "bits"))
    numbers = (made, bits)
    if not all(each.isascii() and each.isdecimal() and len(each) <= 12 for each in numbers):
        return None
    if not mark or not 0 < int(bits) <= MOST_BITS:
        return None
    return Ticket(int(made), mark[:64], int(bits), posted.get("work", "")[:13])


def _is_name(form: str) -> bool:
    try:
        return len(base64.b16decode(form, casefold=True)) == FORM_BYTES
    except ValueError:
        return False


def _address(request: HttpRequest) -> str:
    address: str = request.META.get("REMOTE_ADDR", "")
    if settings.GATE_PROXY:
        # Only the last element was written by our own proxy.
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).split(",")[-1].strip()
    return address[:64]


def _communes() -> frozenset[str]:
    return frozenset(code for code, _ in state.desk().about().communes)


def _today() -> dt.date:
    return dt.datetime.fromtimestamp(clock.wall_ms() / 1000, LOCAL).date()
