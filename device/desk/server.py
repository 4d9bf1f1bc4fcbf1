"""HTTP on this machine: the threads' one home.

A thread a connection reads a request whole and hands it over; the desk's own loop answers one
after the other, since the journal has one writer. What is too large, too slow or no HTTP never gets
there.
"""

import queue
import ssl
import threading
from email.parser import BytesParser
from email.policy import HTTP
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from device.desk.lens import MAX_BYTES
from device.desk.requests import SECURE, Request, Response
from device.errors import DeskBusy

TIMEOUT_S = 15.0
MAX_FORM = 256 * 1024
MAX_FIELDS = 400
WAITING = 32
"""Requests that may wait for the loop."""
STOPPED = Response(status=503)


class Asked:
    """A request that waits for its answer."""

    def __init__(self, request: Request) -> None:
        """Wait."""
        self.request = request
        self._answered = threading.Event()
        self._response = STOPPED

    def answer(self, response: Response) -> None:
        """Give it."""
        self._response = response
        self._answered.set()

    def wait(self) -> Response:
        """Return the answer; 503 if the desk has ended meanwhile."""
        self._answered.wait(60)
        return self._response


class Server:
    """The desk's address."""

    def __init__(
        self,
        host: str,
        port: int,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        """Take the address; `with` opens it."""
        self._host, self._port = host, port
        self._certificate, self._key = certificate, key
        self._queue: queue.Queue[Asked] = queue.Queue(WAITING)
        self._server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        """Return the port that it listens at."""
        return int(self._server.server_address[1]) if self._server is not None else self._port

    def __enter__(self) -> Self:
        """Listen; raise DeskBusy."""
        try:
            self._server = _Listening((self._host, self._port), self._queue, self._context())
        except (OSError, ssl.SSLError) as error:
            msg = f"{self._host}:{self._port}: {error.strerror or type(error).__name__}"
            raise DeskBusy(msg) from error
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening; who still waits is told so."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        while True:
            try:
                self._queue.get_nowait().answer(STOPPED)
            except queue.Empty:
                return

    def next(self, seconds: float) -> Asked | None:
        """Return the next request; None if none came for so long."""
        try:
            return self._queue.get(timeout=seconds)
        except queue.Empty:
            return None

    def _context(self) -> ssl.SSLContext | None:
        if self._certificate is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._certificate, self._key)
        return context


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 16

    def __init__(
        self, at: tuple[str, int], asked: "queue.Queue[Asked]", tls: ssl.SSLContext | None
    ) -> None:
        self.asked, self._tls = asked, tls
        super().__init__(at, _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Speak TLS in the connection's own thread, so that nobody waits for a slow one."""
        request.settimeout(TIMEOUT_S)
        if self._tls is not None:
            request = self._tls.wrap_socket(request, server_side=True)
        try:
            super().finish_request(request, client_address)
        finally:
            if self._tls is not None:
                request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Say nothing of a connection that broke off: it may quote what was sent."""


class _Handler(BaseHTTPRequestHandler):
    timeout = TIMEOUT_S
    server_version, sys_version = "desk", ""
    server: _Listening

    def do_GET(self) -> None:
        self._pass_on(b"")

    do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = do_GET  # noqa: N815

    def do_POST(self) -> None:
        text = self.headers.get("Content-Length", "")
        length = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1
        is_file = self.headers.get_content_type() == "multipart/form-data"
        if not 0 <= length <= (MAX_BYTES + MAX_FORM if is_file else MAX_FORM):
            self._drop(length)
            self._say(Response(status=413))
            return
        self._pass_on(self.rfile.read(length))

    def _drop(self, length: int) -> None:
        """Read what is too large away, within reason: else a browser never sees the answer."""
        left = min(max(length, 0), 8 * MAX_BYTES)
        while left > 0:
            some = self.rfile.read(min(left, 65536))
            if not some:
                return
            left -= len(some)

    def _pass_on(self, body: bytes) -> None:
        form, files = _form(self.headers.get("Content-Type", ""), body)
        asked = Asked(
            Request(
                method=self.command,
                path=urlsplit(self.path).path,
                host=_hostname(self.headers.get("Host", "")),
                origin=self.headers.get("Origin", ""),
                site=self.headers.get("Sec-Fetch-Site", ""),
                browser=self.headers.get("User-Agent", "")[:300],
                peer=str(self.client_address[0]),
                cookies=_cookies(self.headers.get("Cookie", "")),
                form=form,
                files=files,
            )
        )
        try:
            self.server.asked.put_nowait(asked)
        except queue.Full:
            self._say(STOPPED)
            return
        self._say(asked.wait())

    def _say(self, response: Response) -> None:
        self.send_response(response.status)
        headers = {**SECURE, "Content-Type": response.kind}
        for name, value in (*headers.items(), *response.headers):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
        """Log no request: what was typed may stand in an address."""


def _hostname(text: str) -> str:
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return ""


def _cookies(text: str) -> dict[str, str]:
    try:
        return {name: each.value for name, each in SimpleCookie(text).items()}
    except CookieError:
        return {}


def _form(kind: str, body: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the first value of each field, and the files; what is no form has none."""
    form: dict[str, str] = {}
    files: dict[str, bytes] = {}
    if kind.startswith("multipart/form-data"):
        head = b"Content-Type: " + kind.encode("latin-1", "replace") + b"\r\n\r\n"
        whole = BytesParser(policy=HTTP).parsebytes(head + body)
        for part in list(whole.iter_parts())[:MAX_FIELDS] if whole.is_multipart() else []:
            name = part.get_param("name", header="content-disposition")
            data = part.get_payload(decode=True)
            if not isinstance(name, str) or not isinstance(data, bytes):
                continue
            if part.get_filename() is not None:
                files.setdefault(name, data)
            else:
                form.setdefault(name, data.decode("utf-8", "replace"))
        return form, files
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), True, max_num_fields=MAX_FIELDS)  # noqa: FBT003
    except ValueError:
        return {}, {}
    for name, value in pairs:
        form.setdefault(name, value)
    return form, files
