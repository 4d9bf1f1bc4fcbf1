"""What a browser asks and what it is answered. Values only."""

from pathlib import Path

import msgspec

from wire.record import Direction

STYLE = Path(__file__).with_name("static") / "desk.css"
SECURE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""With every answer: nothing of it stays in the browser's cache."""


class About(msgspec.Struct, frozen=True):
    """What the pages are told of their desk."""

    place: str
    ways: tuple[Direction, ...]
    names: frozenset[str]
    """What this machine may be called by."""
    secure: bool = False
    """The page speaks HTTPS."""
    printer: Path | None = None
    roll_mm: int = 80


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request, read whole."""

    method: str
    path: str
    host: str = ""
    """As the browser called this machine, without the port."""
    origin: str = ""
    """The page that has sent a form; empty if the browser does not say."""
    site: str = ""
    """`same-origin`, `cross-site`, ...: what the browser says of where it comes from."""
    browser: str = ""
    peer: str = ""
    """The address that asks."""
    cookies: dict[str, str] = {}
    form: dict[str, str] = {}
    """The first value of each field."""
    files: dict[str, bytes] = {}
    too_large: bool = False
    language: str = "vi"
    """The one that is chosen, of ours."""

    def __repr__(self) -> str:
        """Say where it goes, and nothing that was typed."""
        return f"<Request: {self.method} {self.path}>"


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


def go(to: str, *headers: tuple[str, str]) -> Response:
    """Send the browser to another page, which a reload asks for again without harm."""
    return Response(status=303, headers=(("Location", to), *headers))
