"""The audit, read; and the vault, unlocked by those who hold its key."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector.cases.audit import PAGE
from collector.web.casework import narrowing
from collector.web.casework.pages import desk, said, shown, who


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Show who did what to whom for which case, the newest first; never what somebody typed."""
    before, number = _number(request, "before"), _number(request, "case")
    officer = narrowing.kept(request.GET.dict(), "officer")
    act = narrowing.kept(request.GET.dict(), "act")
    found = desk().audit(who(request), before, number)
    rows = [row for row in found if officer in ("", row.officer) and act in ("", row.act.value)]
    asked = {"officer": officer, "act": act, "case": str(number or "")}
    return shown(
        request,
        "audit",
        rows=rows,
        head=desk().head(who(request)),
        earlier=_earlier(asked, found[-1].seq) if len(found) >= PAGE else "",
        asked=asked,
        acts=sorted({row.act for row in found}),
    )


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say whether it holds."""
    return shown(request, "verified", verified=desk().verify(who(request)))


@require_http_methods(["GET", "POST"])
def custody(request: HttpRequest) -> HttpResponse:
    """Show how the vault stands, and take a custodian's share."""
    if request.method == "POST":
        secret = said(request.POST, "secret", 200)
        if "lock" in request.POST:
            desk().lock(who(request))
        elif secret:
            desk().unlock(who(request), secret)
        return redirect("vault")
    return shown(request, "custody", custody=desk().custody(who(request)))


def _earlier(asked: Mapping[str, str], before: int) -> str:
    """Return the address of what was written before a row, narrowed as it is now."""
    return urlencode({**{name: said for name, said in asked.items() if said}, "before": before})


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
