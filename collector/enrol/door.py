"""HTTPS towards the gates: three addresses, small bodies, and no patience with anybody else.

One thread a connection, so many at once, each for so many seconds at the most: whoever opens
connections and says nothing keeps no gate away for long. Nobody is ever redirected.
"""

import contextlib
import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import structlog

from collector import clock
from collector.errors import CollectorError
from wire import joining, selftest
from wire.errors import WireError

log = structlog.get_logger()

PATIENCE_S = 10.0
LONGEST_S = 20.0
"""For a whole connection, however steadily it drips."""
AT_ONCE = 64
LIMITS = {
    joining.JOIN: joining.ASK_LIMIT,
    joining.PROGRESS: joining.PROGRESS_LIMIT,
    joining.REPORT: selftest.LIMIT,
}
Answer = Callable[[bytes], bytes | None]
"""Takes a body; returns that of the answer, None for nothing. Raises WireError."""


class Door(http.server.HTTPServer):
    """Listens, and hands each connection to a thread of its own."""

    request_queue_size = 256
    allow_reuse_address = True

    def __init__(
        self, address: tuple[str, int], context: ssl.SSLContext, answers: Mapping[str, Answer]
    ) -> None:
        """Open the port; raise OSError. `answers` has one for each address."""
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Visit)
        self._context, self.answers = context, answers
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._open: dict[socket.socket, float] = {}

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Start a thread, once there is room for one."""
        self._room.acquire()
        threading.Thread(target=self._visit, args=(request, client_address), daemon=True).start()

    def service_actions(self) -> None:
        """End the connections that have lasted too long; called between any two."""
        over_s = clock.steady_s() - LONGEST_S
        for request, since_s in list(self._open.items()):
            if since_s < over_s:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(request, socket.SHUT_RDWR)

    def _visit(self, request: socket.socket, client_address: object) -> None:
        """Speak to one gate; what goes wrong with it is its own business."""
        try:
            request.settimeout(PATIENCE_S)
            line = self._context.wrap_socket(
                request, server_side=True, do_handshake_on_connect=False
            )
            with line, self._timed(line):
                line.do_handshake()
                self.finish_request(line, client_address)
        except OSError:
            pass  # ssl's errors are some: somebody who left, or who is no gate
        except Exception as error:  # noqa: BLE001  # a fault of one visit ends no other
            # Not its text: it may quote what came in.
            log.warning("enrol.visit.failed", kind=type(error).__name__)
        finally:
            self.shutdown_request(request)
            self._room.release()

    @contextlib.contextmanager
    def _timed(self, line: socket.socket) -> Iterator[None]:
        """Have the connection ended if it lasts too long."""
        self._open[line] = clock.steady_s()
        try:
            yield
        finally:
            del self._open[line]


class Visit(http.server.BaseHTTPRequestHandler):
    """One connection: one question, one answer."""

    server: Door
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "gate-scanner", ""
    timeout = PATIENCE_S

    def do_POST(self) -> None:
        """Answer a gate."""
        self.close_connection = True
        answer, limit = self.server.answers.get(self.path), LIMITS.get(self.path, 0)
        length = self.headers.get("Content-Length", "")
        if answer is None:
            self._send(404, b"")
        elif not length.isdigit() or int(length) > limit:
            self._send(413, b"")
        else:
            self._answer(answer, self.rfile.read(int(length)))

    def _answer(self, answer: Answer, body: bytes) -> None:
        try:
            self._send(200, answer(body) or b"{}")
        except WireError:
            self._send(400, b"")
        except CollectorError as error:
            log.error("enrol.stuck", code=error.code, error=str(error))  # noqa: TRY400
            self._send(503, b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing: who asked for what is in no log."""
