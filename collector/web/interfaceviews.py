"""The addresses for other programs: a token in, values out; no session, no cookie, no page."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from collector import tokens
from collector.errors import CollectorError
from collector.ledger.glances import rows
from collector.tokens import Scope
from collector.web import board, districtviews, frame, interface

JSON = "application/json"
Answer = Callable[[HttpRequest], HttpResponse]


def scoped(scope: Scope) -> Callable[[Answer], Answer]:
    """Let through who brings a token with this scope, and turn errors into answers."""

    def around(view: Answer) -> Answer:
        @csrf_exempt
        @require_safe
        def answer(request: HttpRequest) -> HttpResponse:
            try:
                known = tokens.load(Path(settings.GATE_TOKENS))
                may = tokens.allows(known, request.headers.get("Authorization", ""), scope)
                if may is None:
                    refused = _refused("no-token", 401)
                    refused.headers["WWW-Authenticate"] = "Bearer"
                    return refused
                return view(request) if may else _refused("wrong-scope", 403)
            except CollectorError as error:
                return _refused(error.code, 503)

        return answer

    return around


@scoped(Scope.RECORDS)
def records(request: HttpRequest) -> HttpResponse:
    """Answer with the scans behind a cursor."""
    after = _number(request, "after", 0, 2**62)
    limit = _number(request, "limit", interface.MOST, interface.MOST)
    if after is None or not limit:
        return _refused("parameter-invalid", 400)
    last, found = rows(districtviews.questions(), after, limit)
    told = interface.Records(tuple(interface.record(*each) for each in found), last)
    return _json(told)


@scoped(Scope.GATES)
def gates(_: HttpRequest) -> HttpResponse:
    """Answer with every gate as the board shows it."""
    known, drawn = districtviews.overview().known()
    return _json(interface.gates(known, drawn))


@scoped(Scope.METRICS)
def metrics(_: HttpRequest) -> HttpResponse:
    """Answer with figures as Prometheus reads them."""
    known, drawn = districtviews.overview().known()
    healths = {
        gate: health
        for gate, standing in districtviews.questions().standings().items()
        if (health := board.health(standing)) is not None
    }
    text = interface.exposition(interface.samples(known.roster, known, drawn, healths))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


@require_safe
def openapi(_: HttpRequest) -> HttpResponse:
    """Describe the interface; whoever may reach the server may read this."""
    document = interface.openapi(frame.listed().authority)
    return HttpResponse(msgspec.json.encode(document), content_type=JSON)


def _number(request: HttpRequest, name: str, otherwise: int, most: int) -> int | None:
    """Return a parameter; None if it is no number from 0 to `most`."""
    text = request.GET.get(name, str(otherwise))
    if not (text.isascii() and text.isdigit() and len(text) < 20):  # digits of 2**62
        return None
    return int(text) if int(text) <= most else None


def _json(value: msgspec.Struct) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(value), content_type=JSON)


def _refused(code: str, status: int) -> HttpResponse:
    body = msgspec.json.encode(interface.Refusal(code))
    return HttpResponse(body, status=status, content_type=JSON)
