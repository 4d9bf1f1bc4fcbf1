"""How other programs ask: a token in, a value or a reason out; no session, no cookie, no page."""

import enum
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from collector import tokens
from collector.bulk.entries import ListFaulty
from collector.errors import CollectorError
from collector.tokens import Scope, Token
from collector.web.passvalues import Refusal, Wrong, wrong

JSON = "application/json"
LONGEST = 2 * 1024 * 1024
"""Of what is sent."""
STATUS: Mapping[str, int] = {
    "pass-unknown": 404,
    "list-refused": 409,
    "order-invalid": 422,
}
"""Of errors that are not a trouble of ours."""

_AT = re.compile(r" at `(\$[A-Za-z0-9_.\[\]]*)`$")
"""How msgspec ends its sentence: the place alone, and nothing of what was sent."""

Answer = Callable[[HttpRequest, Token], HttpResponse]
View = Callable[[HttpRequest], HttpResponse]
T = TypeVar("T")


class Why(enum.Enum):
    """Why a question is not answered: the code that a program reads, and HTTP's."""

    PARAMETER = ("parameter-invalid", 400)
    BODY = ("body-invalid", 400)
    KEY = ("key-invalid", 400)
    NO_TOKEN = ("no-token", 401)
    WRONG_SCOPE = ("wrong-scope", 403)
    METHOD = ("method-not-allowed", 405)
    TOO_LONG = ("too-long", 413)
    NOT_JSON = ("not-json", 415)


class Refused(Exception):
    """A question that is not answered."""

    def __init__(self, why: Why, at: str = "") -> None:
        """Take the reason, and where in the body it lies."""
        super().__init__(why.name)
        self.code, self.status = why.value
        self.at = at


def scoped(scope: Scope, view: Answer) -> View:
    """Let through to `view` who brings a token with this scope; turn errors into answers."""
    return by_method({"GET": (scope, view)})


def by_method(views: Mapping[str, tuple[Scope, Answer]]) -> View:
    """Do so with a view, and a scope, for each method."""
    known = {**views, **({"HEAD": views["GET"]} if "GET" in views else {})}

    @csrf_exempt
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method not in known:
            response = refused(*Why.METHOD.value)
            response.headers["Allow"] = ", ".join(known)
            return response
        scope, view = known[request.method]
        try:
            return view(request, _token(request, scope))
        except Refused as refusal:
            return refused(refusal.code, refusal.status, at=refusal.at)
        except ListFaulty as faulty:
            gone = all(each.code == "pass-withdrawn" for each in faulty.faults)
            code, status = ("pass-withdrawn", 409) if gone else ("list-faulty", 422)
            return refused(code, status, wrong(faulty.faults))
        except CollectorError as error:
            return refused(error.code, STATUS.get(error.code, 503))

    return answer


def only(request: HttpRequest, *names: str) -> None:
    """Raise Refused for a parameter that is not among these: a misspelt one must not be lost."""
    if not request.GET.keys() <= {*names}:
        raise Refused(Why.PARAMETER)


def number(request: HttpRequest, name: str, otherwise: int, most: int) -> int:
    """Return a parameter; raise Refused if it is no number from 0 to `most`."""
    text = text_of(request, name, str(otherwise))
    if not (text.isascii() and text.isdigit() and len(text) < 20):  # digits of 2**62
        raise Refused(Why.PARAMETER)
    if int(text) > most:
        raise Refused(Why.PARAMETER)
    return int(text)


def text_of(request: HttpRequest, name: str, otherwise: str) -> str:
    """Return a parameter; raise Refused if it is there twice."""
    said = request.GET.getlist(name)
    if len(said) > 1:
        raise Refused(Why.PARAMETER)
    return said[0] if said else otherwise


def body(request: HttpRequest, kind: type[T]) -> T:
    """Return what was sent; raise Refused if it is not of that kind."""
    if (request.content_type or "").casefold() != JSON:
        raise Refused(Why.NOT_JSON)
    data = request.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise Refused(Why.TOO_LONG)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        found = _AT.search(str(error))
        raise Refused(Why.BODY, found[1] if found else "") from error


def json(value: msgspec.Struct) -> HttpResponse:
    """Return a value as an answer."""
    return HttpResponse(msgspec.json.encode(value), content_type=JSON)


def refused(
    code: str, status: int, faults: tuple[Wrong, ...] = (), *, at: str = ""
) -> HttpResponse:
    """Return why a question is not answered."""
    response = HttpResponse(
        msgspec.json.encode(Refusal(code, faults, at)), status=status, content_type=JSON
    )
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _token(request: HttpRequest, scope: Scope) -> Token:
    known = tokens.load(Path(settings.GATE_TOKENS))
    found = tokens.meant(known, request.headers.get("Authorization", ""))
    if found is None:
        raise Refused(Why.NO_TOKEN)
    if scope not in found.scopes:
        raise Refused(Why.WRONG_SCOPE)
    return found
