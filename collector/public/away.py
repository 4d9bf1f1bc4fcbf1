"""What a visitor is told while the desk does not answer, with what was typed still on the page."""

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from collector.errors import CollectorError
from collector.public import questions, state
from collector.public.views import MAX_VALUES
from collector.web.middleware import Next, unlogged

STATUS = 503
AGAIN_S = 120
"""After which a program may ask again."""
ABOUT_THE_FORM = ("form", "page", "go", "checked", "made", "mark", "bits", "work", "language")
CARRIED = (*ABOUT_THE_FORM, *(field for page in questions.PAGES for field in page.fields))


class Away:
    """Turns whatever the desk refused or left unanswered into a page that can be sent again."""

    def __init__(self, following: Next) -> None:
        """Take what comes after."""
        self._following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._following(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say that nothing can be taken now, if it is the desk's error."""
        if not isinstance(error, CollectorError):
            return None
        with translation.override(_language(request)):
            page = render(request, "public/away.html", _context(request), status=STATUS)
            page.headers["Content-Language"] = translation.get_language() or ""
        page.headers["Retry-After"] = str(AGAIN_S)
        return unlogged(page)


def _language(request: HttpRequest) -> str:
    """Return the language that was being chosen when the desk was missed, else the current one."""
    chosen = request.POST.get("language", "")
    return chosen if chosen in dict(settings.LANGUAGES) else translation.get_language() or "vi"


def _context(request: HttpRequest) -> dict[str, object]:
    """Return what the page shows: the desk is not asked, it may only be remembered."""
    about = state.desk().remembered()
    return {
        "carried": list(_posted(request)),
        "again": request.path,
        "authority": about.authority if about else "",
        "help_line": about.help_line if about else "",
        "station": about.station if about else "",
        "practice": settings.GATE_PRACTICE,
    }


def _posted(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for field in request.POST:
        if field in CARRIED:
            for value in request.POST.getlist(field)[:MAX_VALUES]:
                yield field, value
