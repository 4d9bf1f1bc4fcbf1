"""The addresses for other programs that ask about records, gates and figures."""

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from collector.ledger.glances import rows
from collector.tokens import Scope, Token
from collector.web import asked, board, districtviews, frame, interface
from collector.web.asked import JSON, Refused, Why
from collector.web.openapi import document


def _records(request: HttpRequest, _: Token) -> HttpResponse:
    """Answer with the scans behind a cursor."""
    asked.only(request, "after", "limit")
    after = asked.number(request, "after", 0, 2**62)
    limit = asked.number(request, "limit", interface.MOST, interface.MOST)
    if not limit:
        raise Refused(Why.PARAMETER)
    last, found = rows(districtviews.questions(), after, limit)
    told = tuple(interface.record(*each) for each in found)
    return asked.json(interface.Records(told, last, more=last - after >= limit))


def _gates(request: HttpRequest, _: Token) -> HttpResponse:
    """Answer with every gate as the board shows it."""
    asked.only(request)
    known, drawn = districtviews.overview().known()
    return asked.json(interface.gates(known, drawn))


def _metrics(_: HttpRequest, __: Token) -> HttpResponse:
    """Answer with figures as Prometheus reads them."""
    known, drawn = districtviews.overview().known()
    healths = {
        gate: health
        for gate, standing in districtviews.questions().standings().items()
        if (health := board.health(standing)) is not None
    }
    text = interface.exposition(interface.samples(known.roster, known, drawn, healths))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


records = asked.scoped(Scope.RECORDS, _records)
gates = asked.scoped(Scope.GATES, _gates)
metrics = asked.scoped(Scope.METRICS, _metrics)


@csrf_exempt
@require_safe
def openapi(_: HttpRequest) -> HttpResponse:
    """Describe the interface; whoever may reach the server may read this."""
    return HttpResponse(msgspec.json.encode(document(frame.listed().authority)), content_type=JSON)
