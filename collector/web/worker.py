"""gunicorn's worker with one change: a thread is given to a request that has come whole.

gunicorn's own gives each connection a thread at once, which then waits for the sender: eight who
send half of something silence all pages. Here the loop that watches all connections opens TLS and
gathers head and body itself, each until a deadline, and threads read from memory: they wait for
nobody. Whoever comes when there are as many connections as may be gets the place of one that waits.
"""

import errno
import re
import selectors
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from gunicorn import http, util
from gunicorn import sock as sockets
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from collector import clock
from collector.web.fastlane import ASKED

HEAD_S = 15.0
"""For opening TLS and sending a head; a browser's connection in reserve is closed by then too."""
SLOWEST_PER_S = 4 * 1024
"""Bytes of a body that have to come in a second, over all of it."""
LINGER_S = 2.0
"""In which somebody who is refused can read that."""
SEND_S = 10.0
"""For a part of an answer that is larger than what the kernel holds."""
HEAD = 32 * 1024
"""Bytes of a head with all its cookies."""
HELD = 64 * 1024 * 1024
"""Bytes of all large bodies that have come in part."""
ANSWER = 256 * 1024
"""Bytes of an answer that the kernel holds for a slow reader, so that no thread does."""
AT_ONCE = ANSWER // 2
"""Bytes of an answer that the kernel holds in any case, whatever it needs beside them."""
PIECE = 64 * 1024
"""Above what TLS unseals at once, so that nothing hides from whoever watches the socket."""

END = b"\r\n\r\n"
LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*([0-9]{1,15})[ \t]*\r$")
CODING = re.compile(rb"(?im)^transfer-encoding[ \t]*:")
EXPECTING = re.compile(rb"(?im)^expect[ \t]*:[ \t]*100-continue")
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

Done = TypeVar("Done")
Watching = Generator[int, None, Done]
"""Goes on as far as it can; yields for what the socket has to be watched until then."""

_log = structlog.get_logger()


class Refused(Exception):
    """A request that is not waited for."""

    def __init__(self, status: int, reason: str) -> None:
        """Take what the sender is told."""
        super().__init__(reason)
        self.status, self.reason = status, reason


def body(head: bytes, largest: int) -> int:
    """Return how many bytes follow a head; raise Refused for too many, or if it does not say."""
    if CODING.search(head):
        raise Refused(411, "Length Required")
    length = max(map(int, LENGTH.findall(head)), default=0)
    if length > largest:
        raise Refused(413, "Content Too Large")
    return length


class Connection(TConn):
    """A connection, and what has come of its next request."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:  # noqa: ANN401
        """Take gunicorn's settings, the socket, and both addresses."""
        super().__init__(cfg, sock, client, server)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ANSWER)
        self.initialized = self.data_ready = True  # what a thread would wait for is there
        self.heard = bytearray()
        self.head = b""
        self.has_body = False
        self.until_s = 0.0
        self.watched = 0

    def init(self) -> None:
        """Let a thread that answers wait for a reader, but not for ever."""
        self.sock.settimeout(SEND_S)

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002  # gunicorn's
        """Close at once: a request was read to its end before it was answered."""
        if graceful:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_WR)
        util.close(self.sock)

    def gathering(self, largest: int) -> Watching[None]:
        """Gather the next request for the parser. Raises OSError, EOFError where there is none."""
        try:
            yield from self._opened()
            yield from self._gathered(largest)
        except Refused as refused:
            yield from self._refused(refused)

    def _opened(self) -> Watching[None]:
        if self.cfg.is_ssl and not isinstance(self.sock, ssl.SSLSocket):
            self.sock = sockets.ssl_wrap_socket(self.sock, self.cfg)
            yield from _tried(self.sock.do_handshake)

    def _gathered(self, largest: int) -> Watching[None]:
        while (end := self.heard.find(END)) < 0:
            if len(self.heard) > HEAD:
                raise Refused(431, "Request Header Fields Too Large")
            yield from self._more()
        end += len(END)
        self.head = head = bytes(self.heard[:end])
        length = body(head, largest)
        self.has_body = length > 0
        self.until_s += length / SLOWEST_PER_S
        if length and EXPECTING.search(head):
            self.sock.send(CONTINUE)
        while len(self.heard) < end + length:
            yield from self._more()
        whole = bytes(self.heard[: end + length])
        del self.heard[: end + length]
        self.parser = http.get_parser(self.cfg, _pieces(whole), self.client)

    def said(self, answer: bytes) -> bool:
        """Send an answer without waiting; say whether all of it could be."""
        left = memoryview(answer)
        try:
            while left:
                left = left[self.sock.send(left) :]
        except OSError:
            return False
        return True

    def _more(self) -> Watching[None]:
        piece = yield from _tried(lambda: self.sock.recv(PIECE))
        if not piece:
            raise EOFError
        self.heard += piece

    def _refused(self, refused: Refused) -> Watching[None]:
        """Say why, and hear the rest out for a moment: else the answer is lost on the way."""
        self.until_s = clock.steady_s() + LINGER_S
        util.write_error(self.sock, refused.status, refused.reason, "")
        self.sock.shutdown(socket.SHUT_WR)
        while True:
            self.heard.clear()
            yield from self._more()
            yield READ


class Worker(ThreadWorker):
    """gunicorn's threads, behind one that gathers."""

    poller: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # gunicorn's
        """Take what gunicorn gives a worker."""
        super().__init__(*args, **kwargs)
        self._waiting: dict[Connection, Watching[None]] = {}

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection, and begin to gather its request."""
        try:
            made, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        self.enqueue_req(Connection(self.cfg, made, client, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """Gather a connection's next request; then a thread has its turn."""
        conn.until_s = clock.steady_s() + HEAD_S
        conn.sock.setblocking(False)  # noqa: FBT003  # the socket's
        self._waiting[conn] = conn.gathering(self.app.largest)
        self._go_on(conn)

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:
        """Gather the next request on a connection that was kept, unless it has just been ended."""
        if conn in self.keepalived_conns:
            super().on_client_socket_readable(conn, client)

    def finish_request(self, conn: Connection, fs: Any) -> None:  # noqa: ANN401  # gunicorn's
        """Keep or close a connection; a request that came with the last one is there already."""
        super().finish_request(conn, fs)
        if conn.heard:
            self.on_client_socket_readable(conn, conn.sock)

    def murder_pending(self) -> None:
        """End whoever has not sent a whole request in time."""
        now_s = clock.steady_s()
        for conn in [each for each in self._waiting if each.until_s <= now_s]:
            self._end(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ANN401, ARG002
        """Answer what cannot be understood. What was sent may be a person's: it is in no log."""
        if isinstance(exc, ParseException):
            status, reason = 400, "Bad Request"
        else:
            status, reason = 500, "Internal Server Error"
            _log.error("pages.fault", kind=type(exc).__name__)
        with suppress(OSError):
            util.write_error(client, status, reason, "")

    def _go_on(self, conn: Connection) -> None:
        gathering = self._waiting.get(conn)
        if gathering is None:  # ended a moment ago
            return
        try:
            event = next(gathering)
        except StopIteration:
            self._forget(conn)
            if not self._answered(conn):
                super().enqueue_req(conn)
        except (OSError, EOFError, ValueError):
            self._end(conn)
        else:
            self._watch(conn, event)
            if len(conn.heard) > HEAD:
                self._bound()

    def handle_request(self, req: Any, conn: Connection) -> Any:  # noqa: ANN401  # gunicorn's
        """Have a thread answer, which knows how the question was sent."""
        ASKED.set((str(conn.client[0]), conn.head))
        return super().handle_request(req, conn)

    def _answered(self, conn: Connection) -> bool:
        """Answer at once if that needs no thread; say whether it was done."""
        is_last = not self.alive or len(self.keepalived_conns) >= self.max_keepalived
        if self.app.lane is None or conn.has_body or conn.heard or is_last:
            return False
        try:
            answer = self.app.lane.at_once(str(conn.client[0]), conn.head)
        except Exception as error:  # noqa: BLE001  # all connections hang on this loop
            _log.error("pages.fault", kind=type(error).__name__)
            return False
        if answer is None or len(answer) > AT_ONCE:
            return False
        self.finish_request(conn, KEPT if conn.said(answer) else OVER)
        return True

    def _watch(self, conn: Connection, event: int) -> None:
        if conn.watched == event:
            return
        change = self.poller.modify if conn.watched else self.poller.register
        change(conn.sock, event, lambda _sock: self._go_on(conn))
        conn.watched = event

    def _bound(self) -> None:
        """Hold no more bytes of large bodies than may be."""
        if sum(map(_large, self._waiting)) > HELD:
            self._end_one(_large)

    def _make_room(self) -> None:
        """End a connection on which nothing is asked; else one that waits."""
        if self.keepalived_conns:
            idle = self.keepalived_conns.popleft()
            self.poller.unregister(idle.sock)
            self.nr_conns -= 1
            idle.close()
        elif self._waiting:
            self._end_one(lambda _conn: 1)

    def _end_one(self, takes: Callable[[Connection], int]) -> None:
        """End who has waited longest, at the address that takes most of what is short."""
        shares = Counter[str]()
        for each in self._waiting:
            shares[each.client[0]] += takes(each)
        ((most, _),) = shares.most_common(1)
        self._end(next(each for each in self._waiting if each.client[0] == most and takes(each)))

    def _end(self, conn: Connection) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def _forget(self, conn: Connection) -> None:
        del self._waiting[conn]
        if conn.watched:
            self.poller.unregister(conn.sock)
            conn.watched = 0


def _done(result: bool) -> "Future[bool]":  # noqa: FBT001  # a result
    made: Future[bool] = Future()
    made.set_result(result)
    return made


KEPT, OVER = _done(True), _done(False)  # noqa: FBT003  # as gunicorn's threads say it


def _large(conn: Connection) -> int:
    return len(conn.heard) if len(conn.heard) > HEAD else 0


def _tried(act: Callable[[], Done]) -> Watching[Done]:
    while True:
        try:
            return act()
        except (BlockingIOError, ssl.SSLWantReadError):
            yield READ
        except ssl.SSLWantWriteError:
            yield WRITE


def _pieces(whole: bytes) -> Iterator[bytes]:
    return (whole[at : at + PIECE] for at in range(0, len(whole), PIECE))
