"""A broker that answers what a test tells it to: what real ones say seldom, or never should."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PATIENCE_S = 30.0
CONNECT, PUBLISH, SUBSCRIBE = 1, 3, 8
WELCOME = bytes.fromhex("2003000000")
"""CONNACK of MQTT 5 without properties."""


class Packet:
    """One packet of a client."""

    def __init__(self, head: int, body: bytes) -> None:
        self.kind, self.qos, self.body = head >> 4, head >> 1 & 3, body

    @property
    def mid(self) -> bytes:
        """Return the packet's number, of a SUBSCRIBE or a PUBLISH with QoS 1."""
        if self.kind == SUBSCRIBE:
            return self.body[:2]
        length = int.from_bytes(self.body[:2], "big")
        return self.body[2 + length : 4 + length]


Answer = Callable[[Packet], bytes]
"""What to send for a packet; b"" for nothing."""


def granted(packet: Packet, count: int = 5) -> bytes:
    """Return the SUBACK that grants everything."""
    body = packet.mid + b"\0" + b"\1" * count
    return bytes([0x90, len(body)]) + body


def acknowledged(packet: Packet, code: int = 0) -> bytes:
    """Return the PUBACK."""
    return bytes([0x40, 4]) + packet.mid + bytes([code, 0])


def welcoming(answer: Answer) -> Answer:
    """Let the client in, and leave the rest to `answer`."""

    def answered(packet: Packet) -> bytes:
        if packet.kind == CONNECT:
            return WELCOME
        return granted(packet) if packet.kind == SUBSCRIBE else answer(packet)

    return answered


@contextmanager
def falsebroker(keys: Path, answer: Answer, port: int = 0) -> Iterator[int]:
    """Serve with a broker's own certificate; give the port. It serves one client at a time."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "certificate.pem", keys / "tls.pem")
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", port)))
        server.settimeout(0.1)
        stopping = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, context, answer, stopping))
        thread.start()
        stack.callback(thread.join, PATIENCE_S)
        stack.callback(stopping.set)
        yield server.getsockname()[1]


def _serve(
    server: socket.socket, context: ssl.SSLContext, answer: Answer, stopping: threading.Event
) -> None:
    while not stopping.is_set():
        with suppress(OSError):
            caller, _ = server.accept()
            caller.settimeout(PATIENCE_S)  # a handshake on a busy machine takes its time
            with caller, context.wrap_socket(caller, server_side=True) as channel:
                channel.settimeout(0.1)
                _talk(channel, answer, stopping)


def _talk(channel: ssl.SSLSocket, answer: Answer, stopping: threading.Event) -> None:
    data = b""
    while not stopping.is_set():
        try:
            got = channel.recv(65536)
        except TimeoutError:
            continue
        if not got:
            return
        data += got
        while (cut := _cut(data)) is not None:
            packet, data = cut
            said = answer(packet)
            channel.settimeout(PATIENCE_S)
            channel.sendall(said)
            channel.settimeout(0.1)


def _cut(data: bytes) -> tuple[Packet, bytes] | None:
    """Cut the first packet off, if it is whole."""
    length, at = 0, 1
    while at < len(data):
        length |= (data[at] & 127) << 7 * (at - 1)
        at += 1
        if not data[at - 1] & 128:
            break
    else:
        return None
    if len(data) < at + length:
        return None
    return Packet(data[0], data[at : at + length]), data[at + length :]
