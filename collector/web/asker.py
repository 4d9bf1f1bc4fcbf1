"""Who sends a request: the address, and the account as this project knows it."""

from django.conf import settings
from django.http import HttpRequest

from collector.cases.roles import Role
from collector.web.models import Officer
from collector.web.sessions import browser


def address(request: HttpRequest) -> str:
    """Return the address a request came from; behind our own proxy, what that wrote."""
    own = str(request.META.get("REMOTE_ADDR", ""))
    if settings.GATE_PROXY:
        # Only the last element was written by our own proxy.
        own = str(request.META.get("HTTP_X_FORWARDED_FOR", own)).split(",")[-1].strip()
    return own[:64]


def where(request: HttpRequest) -> str:
    """Return the digest of browser and network that a session is bound to."""
    return browser(request.headers.get("User-Agent", ""), address(request))


def officer(request: HttpRequest) -> Officer:
    """Return the account of a page that only accounts reach."""
    user = request.user
    assert isinstance(user, Officer)  # noqa: S101  # the guard has seen to it
    return user


def role(request: HttpRequest) -> Role | None:
    """Return what the reader is."""
    return request.user.kind() if isinstance(request.user, Officer) else None
