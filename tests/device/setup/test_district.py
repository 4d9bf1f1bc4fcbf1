"""HTTPS to the one server that the code names, and to nobody else."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.setup import district as client
from device.setup.district import District as Client
from device.setup.trouble import JoinFailed
from tests.collector.enrol.district import District
from wire import joining
from wire.enrolment import pack_request
from wire.joining import Trouble

REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n"
PATIENCE_S = 30.0
GREETED_S = 2.0
"""Whoever speaks no TLS waits so long for a greeting in words that it knows."""
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> District:
    return District(tmp_path_factory.mktemp("district"))


@contextlib.contextmanager
def answering(
    answer: bytes, context: ssl.SSLContext | None = None
) -> Iterator[tuple[int, list[bytes]]]:
    """Answer every connection the same, at a free port; yield the port and all that was heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)

        def serve() -> None:
            while True:
                try:
                    line, _peer = listening.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), line:
                    line.settimeout(PATIENCE_S if context else GREETED_S)
                    with (
                        context.wrap_socket(line, server_side=True) if context else line as speaking
                    ):
                        heard.append(_question(speaking))
                        speaking.sendall(answer)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield listening.getsockname()[1], heard
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            serving.join()


def _question(line: socket.socket) -> bytes:
    """Read all of a question: what is left unread would reset the connection."""
    data = b""
    while not data.endswith((b"{}", b"Connection: close\r\n\r\n")):
        more = line.recv(65536)
        if not more:
            break
        data += more
    return data


def why(client: Client) -> Trouble:
    with pytest.raises(JoinFailed) as caught:
        client.post(joining.JOIN, b"{}")
    return caught.value.trouble


@pytest.fixture
def unused_port() -> Iterator[int]:
    """Hold a port at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_the_server_of_the_code_is_spoken_to(made: District) -> None:
    with made.open():
        answer = Client(made.address, made.holding.pin).post(
            joining.JOIN, joining.pack_ask("GE1:", _request())
        )
    assert joining.unpack_answer(answer) is Trouble.FOREIGN


def test_a_server_with_another_key_hears_nothing(
    made: District, tmp_path_factory: pytest.TempPathFactory, unused_port: int
) -> None:
    """Its certificate may be from the very same authority."""
    stranger = District(tmp_path_factory.mktemp("stranger"))
    with answering(PLAIN, stranger.holding.tls) as (port, heard):
        found = why(Client(f"127.0.0.1:{port}", made.holding.pin, unused_port))
    assert found is Trouble.SERVER_FOREIGN
    assert heard in ([], [b""])


def test_a_login_page_in_the_districts_place_is_told_from_another_server(
    made: District, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = District(tmp_path_factory.mktemp("stranger"))
    with answering(PLAIN, stranger.holding.tls) as (port, _), answering(REDIRECT) as (plain, heard):
        assert why(Client(f"127.0.0.1:{port}", made.holding.pin, plain)) is Trouble.PORTAL
    assert heard[0].startswith(b"GET / HTTP/1.1\r\n")


def test_a_login_page_that_speaks_no_tls_is_one_too(made: District, unused_port: int) -> None:
    with answering(REDIRECT) as (port, _), answering(REDIRECT) as (plain, _heard):
        assert why(Client(f"127.0.0.1:{port}", made.holding.pin, plain)) is Trouble.PORTAL
    with answering(PLAIN) as (port, _):
        found = why(Client(f"127.0.0.1:{port}", made.holding.pin, unused_port))
        assert found in (Trouble.SERVER_FOREIGN, Trouble.SILENT)  # as it hangs up


def test_a_login_page_that_lets_nothing_else_through_is_one(
    made: District, unused_port: int
) -> None:
    with answering(REDIRECT) as (plain, _):
        assert why(Client(f"127.0.0.1:{unused_port}", made.holding.pin, plain)) is Trouble.PORTAL
    with answering(b"HTTP/1.1 511 Login\r\nContent-Length: 0\r\n\r\n") as (plain, _):
        assert why(Client(f"127.0.0.1:{unused_port}", made.holding.pin, plain)) is Trouble.PORTAL


def test_a_server_that_sends_its_own_visitors_to_https_is_no_login_page(
    made: District, unused_port: int
) -> None:
    own = REDIRECT.replace(b"http://login.example/", b"https://127.0.0.1/")
    with answering(own) as (plain, _):
        assert why(Client(f"127.0.0.1:{unused_port}", made.holding.pin, plain)) is Trouble.SILENT


def test_no_redirection_is_followed_whoever_sends_it(made: District) -> None:
    with answering(REDIRECT, made.holding.tls) as (port, heard):
        assert why(Client(f"127.0.0.1:{port}", made.holding.pin)) is Trouble.PORTAL
    assert len(heard) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n", b"\0" * 100,
     b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
     b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 70_000],
    ids=["nothing", "away", "noise", "cut", "endless"],
)  # fmt: skip
def test_a_district_that_gives_no_answer_is_silent(made: District, answer: bytes) -> None:
    with answering(answer, made.holding.tls) as (port, _):
        assert why(Client(f"127.0.0.1:{port}", made.holding.pin)) is Trouble.SILENT


def test_nobody_at_the_address_is_silence(made: District, unused_port: int) -> None:
    client_there = Client(f"127.0.0.1:{unused_port}", made.holding.pin, unused_port)
    assert why(client_there) is Trouble.SILENT


def test_a_dead_link_ends_within_the_patience(
    made: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        port = deaf.getsockname()[1]
        assert why(Client(f"127.0.0.1:{port}", made.holding.pin)) is Trouble.SILENT


def test_no_way_out_is_no_network(made: District, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_words: object, **_more: object) -> socket.socket:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    assert why(Client("127.0.0.1:8443", made.holding.pin)) is Trouble.NO_NETWORK


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("a.example", "a.example", 443),
        ("a.example:8443", "a.example", 8443),
        ("[fd00::1]", "fd00::1", 443),
        ("[fd00::1]:8443", "fd00::1", 8443),
    ],
)
def test_an_address_is_taken_apart(address: str, host: str, port: int) -> None:
    assert client._split(address) == (host, port)


def _request() -> bytes:
    return pack_request("-----BEGIN-----", Ed25519PrivateKey.generate())


def test_a_certificate_that_is_none_has_no_pin(tmp_path: Path) -> None:
    assert client.pin_of(b"") == b""
    assert client.pin_of(tmp_path.name.encode()) == b""
