"""Whoever sends half of something, or reads nothing, keeps nobody else from being answered."""

import contextlib
import http.client
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collector.web.server import listen
from collector.web.worker import HEAD, Refused, body
from tests.collector.web.answering import CROWDED, LARGE, READY
from tests.collector.web.test_https import Files

pytestmark = pytest.mark.timeout(180)
PATIENCE_S = 30.0
"""Of a test; none of the half-sent requests is over by then, unless the server is hurried."""
TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE
Sent = Callable[[int], socket.socket]


class Serving:
    """A running server, and its log."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.log = folder / "log"
        command = [sys.executable, "-m", "tests.collector.web.answering", str(folder), *words]
        with self.log.open("wb") as file:
            self._child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file, text=True)
        assert self._child.stdout is not None
        said = self._child.stdout.readline()
        assert said, self.log.read_text()
        self.port = int(said)

    def close(self) -> None:
        self._child.terminate()
        self._child.communicate(timeout=PATIENCE_S)

    def asked(self, path: str = "/", data: bytes | None = None) -> tuple[int, bytes]:
        """Ask as a browser does."""
        asking = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=PATIENCE_S, context=TRUSTING
        )
        with contextlib.closing(asking):
            asking.request("POST" if data else "GET", path, data)
            answer = asking.getresponse()
            return answer.status, answer.read()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    Files(tmp_path).renew()
    with contextlib.ExitStack() as stack:

        def made(*words: str) -> Serving:
            found = Serving(tmp_path, *words)
            stack.callback(found.close)
            return found

        yield made


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE_S)


def half_opened(port: int) -> socket.socket:
    """Send the first bytes of TLS."""
    made = connected(port)
    made.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
    return made


def opened(port: int, data: bytes = b"") -> socket.socket:
    made = TRUSTING.wrap_socket(connected(port))
    made.sendall(data)
    return made


def heard(made: socket.socket, end: bytes) -> bool:
    """Say whether an answer ends so."""
    said = b""
    while not said.endswith(end) and (more := made.recv(4096)):
        said += more
    return said.endswith(end)


def half_head(port: int) -> socket.socket:
    return opened(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le")


def half_body(port: int) -> socket.socket:
    return opened(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nname=Ng")


def half_of_a_large_body(port: int) -> socket.socket:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"
    return opened(port, head + b"x" * 200_000)


def second_half_head(port: int) -> socket.socket:
    """Be answered once, and send half a head on the same connection."""
    made = opened(port, b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
    assert heard(made, b"/first 0")
    made.sendall(b"GET /second HTTP/1.1\r\nHo")
    return made


def unread(port: int, path: bytes = b"/large") -> socket.socket:
    """Ask for something large, and read nothing of it, over a line with small packets."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    made.settimeout(PATIENCE_S)
    made.connect(("127.0.0.1", port))
    sealed = TRUSTING.wrap_socket(made)
    sealed.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    return sealed


HALVES: tuple[Sent, ...] = (
    connected,
    half_opened,
    opened,
    half_head,
    half_body,
    half_of_a_large_body,
    second_half_head,
)


@pytest.mark.parametrize("sent", [*HALVES, unread])
def test_fifty_who_send_half_or_read_nothing_silence_nobody(
    serve: Callable[..., Serving], sent: Sent
) -> None:
    serving = serve()
    held = [sent(serving.port) for _ in range(50)]
    assert serving.asked("/", b"x" * 300_000) == (200, b"/ 300000")
    for each in held:
        each.close()


def test_fifty_who_do_not_hang_up_keep_nobody_waiting(serve: Callable[..., Serving]) -> None:
    serving = serve()
    held = [opened(serving.port) for _ in range(50)]
    for each in held:
        each.sendall(b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert serving.asked() == (200, b"/ 0")
    for each in held:
        each.close()


def test_whoever_sends_half_is_hung_up_on(serve: Callable[..., Serving]) -> None:
    serving = serve("hurried")
    held = [sent(serving.port) for sent in HALVES for _ in range(8)]
    for each in held:
        with contextlib.suppress(ConnectionResetError):
            assert each.recv(1) == b""
        each.close()
    assert serving.asked()[0] == 200


def test_in_a_crowd_who_waits_longest_makes_room(serve: Callable[..., Serving]) -> None:
    serving = serve("crowded")
    held = [sent(serving.port) for sent in (connected, half_head) for _ in range(2 * CROWDED)]
    assert serving.asked() == (200, b"/ 0")
    with contextlib.suppress(ConnectionResetError):
        assert held[0].recv(1) == b""
    for each in held:
        each.close()


def test_of_many_large_bodies_the_one_that_waits_longest_makes_room(
    serve: Callable[..., Serving],
) -> None:
    serving = serve("narrow")
    held = [half_of_a_large_body(serving.port) for _ in range(12)]
    assert serving.asked("/", b"x" * 300_000) == (200, b"/ 300000")
    with contextlib.suppress(ConnectionResetError):
        assert held[0].recv(1) == b""
    for each in held:
        each.close()


def test_a_request_in_small_pieces_is_one_request(serve: Callable[..., Serving]) -> None:
    serving = serve()
    made = opened(serving.port)
    for byte in b"POST /pieces HTTP/1.1\r\nHost: x\r\ncontent-length:  5 \r\n\r\nabcde":
        made.sendall(bytes([byte]))
    assert heard(made, b"/pieces 5")
    made.close()


def test_two_requests_sent_together_are_two(serve: Callable[..., Serving]) -> None:
    serving = serve()
    post = b"POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    made = opened(serving.port, post + b"GET /two HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    said = b"".join(iter(lambda: made.recv(4096), b""))
    assert re.findall(rb"/one 3|/two 0", said) == [b"/one 3", b"/two 0"]
    made.close()


def test_an_answer_that_is_large_comes_whole(serve: Callable[..., Serving]) -> None:
    assert serve().asked("/large") == (200, b"." * LARGE)


def test_who_asks_before_sending_a_body_is_told_to_go_on(serve: Callable[..., Serving]) -> None:
    serving = serve()
    head = b"POST /asked HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    made = opened(serving.port, head)
    assert made.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
    made.sendall(b"abc")
    assert heard(made, b"/asked 3")
    made.close()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\nCookie: " + b"x" * (2 * HEAD), 431),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
    ],
)
def test_what_is_not_waited_for_is_refused_at_once(
    serve: Callable[..., Serving], sent: bytes, status: int
) -> None:
    made = opened(serve().port, sent)
    assert made.recv(4096).startswith(b"HTTP/1.1 %d " % status)
    made.close()


def test_of_what_somebody_sends_nothing_is_in_the_log(serve: Callable[..., Serving]) -> None:
    serving = serve()
    for sent in (
        b"GET /?name=Nguyen HTTP/9.9\r\nHost: x\r\n\r\n",
        b"Nguyen\r\n\r\n",
        b"GET / HTTP/1.1\r\nNguyen Van: Mau\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: Nguyen\r\n\r\n",
        b"GET /fault?Nguyen HTTP/1.1\r\nHost: x\r\n\r\n",
    ):
        made = opened(serving.port, sent)
        assert re.match(rb"HTTP/1.1 [45]00 ", made.recv(4096))
        made.close()
    said = serving.log.read_text()
    assert "Nguyen" not in said
    assert '"kind": "ValueError"' in said


def test_what_is_ready_is_answered_at_once_on_a_connection_that_stays(
    serve: Callable[..., Serving],
) -> None:
    asking = http.client.HTTPSConnection(
        "127.0.0.1", serve().port, timeout=PATIENCE_S, context=TRUSTING
    )
    with contextlib.closing(asking):
        for path in ("/ready", "/ready", "/longer", "/other", "/ready", "/longer"):
            asking.request("GET", path)
            said = asking.getresponse().read()
            ready = READY.get(path.encode())
            assert said == (f"{path} 0".encode() if ready is None else b"." * ready)
            assert asking.sock is not None


def test_what_is_not_ready_or_too_much_a_thread_answers(serve: Callable[..., Serving]) -> None:
    serving = serve()
    assert serving.asked("/broken") == (200, b"/broken 0")
    assert serving.asked("/longest") == (200, b"/longest 0")
    assert serving.asked("/ready", b"abc") == (200, b"/ready 3")
    assert serving.asked("/ready") == (200, b".....")
    said = serving.log.read_text()
    assert '"kind": "RuntimeError"' in said
    assert "/broken" not in said


def test_what_is_ready_is_answered_in_the_order_of_the_questions(
    serve: Callable[..., Serving],
) -> None:
    one = b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"
    made = opened(serve().port, b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n" + one * 300)
    said = b""
    while said.count(b"HTTP/1.1 200 OK") < 301 or not said.endswith((b".....", b"/ready 0")):
        said += made.recv(4096)
    assert said.index(b"/first 0") < said.index(b"/ready 0")
    made.close()


def test_who_does_not_read_what_was_ready_silences_nobody(serve: Callable[..., Serving]) -> None:
    serving = serve()
    held = [unread(serving.port, b"/longer") for _ in range(50)]
    assert serving.asked() == (200, b"/ 0")
    assert heard(held[0], b"." * 100)
    for each in held:
        each.close()


def test_how_long_a_body_is_says_the_head() -> None:
    assert body(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 9) == 0
    assert body(b"POST / HTTP/1.1\r\nCONTENT-LENGTH : 9\r\n\r\n", 9) == 9
    assert body(b"POST / HTTP/1.1\r\nX-Content-Length: 99\r\n\r\n", 9) == 0
    for head in (b"Content-Length: 9\r\nContent-Length: 10", b"Transfer-Encoding: identity"):
        with pytest.raises(Refused):
            body(b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\n", 9)


def test_what_is_loaded_is_out_of_the_garbage_collectors_sight(
    serve: Callable[..., Serving],
) -> None:
    status, frozen = serve().asked("/frozen")
    assert status == 200
    assert int(frozen) > 10_000


def test_the_second_half_of_an_answer_waits_for_no_acknowledgement_of_the_first() -> None:
    with listen("127.0.0.1", 0) as listening, connected(listening.getsockname()[1]):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
