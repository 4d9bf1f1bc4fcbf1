"""What every answer carries: headers that keep the page to itself, and the reader's language."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Next = Callable[[HttpRequest], HttpResponse]

HEADERS = {
    # No inline script or style, nothing from elsewhere, no frame around us.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def quiet() -> None:
    """Have nobody who sends what is wrong fill the log, or choose what stands in it.

    They are told themselves. A fault of ours is logged all the same.
    """
    logging.getLogger("django.security").setLevel(logging.CRITICAL)
    logging.getLogger("django.request").setLevel(logging.ERROR)


def unlogged(page: HttpResponse) -> HttpResponse:
    """Return a page of which Django's log says nothing, though its status is that of a fault.

    Whoever asked is told; the log would have it once for each click.
    """
    page._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  # Django's own
    return page


def headers(following: Next) -> Next:
    """Set the headers; pages are kept by no cache, since others may use the same computer.

    Who asks for the head alone gets no body, about which the server would complain each time.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = following(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.method == "HEAD" and not response.streaming:
            response.content = b""
        return response

    return answer


def spoken(request: HttpRequest) -> str:
    """Return the language the reader has chosen on the page, else the configured one.

    What the browser asks for is not heeded: an office computer often asks for English.
    """
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    offered = {code for code, _ in settings.LANGUAGES}
    return chosen if chosen in offered else str(settings.LANGUAGE_CODE)


def language(following: Next) -> Next:
    """Speak the language that the reader reads."""

    def answer(request: HttpRequest) -> HttpResponse:
        code = spoken(request)
        with translation.override(code):
            response = following(request)
        response.headers.setdefault("Content-Language", code)
        return response

    return answer
