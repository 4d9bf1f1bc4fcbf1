"""One connection to a broker: whose fault it is when it fails, and what comes over it."""

import json
import queue
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from broker.launch import free_port, launch
from device import clock
from device.errors import GateError, LinkDown
from device.uplink.link import Address, Came, Down, Link, Manner, NotTaken, Up
from tests.device.site import GATE, NOW, Site, create
from tests.device.uplink.district import OURS, WILL, Collector, settings
from tests.device.uplink.falsebroker import (
    CONNECT,
    PUBLISH,
    SUBSCRIBE,
    Answer,
    Packet,
    acknowledged,
    falsebroker,
    granted,
    welcoming,
)
from tests.waiting import until


def address(site: Site, port: int, host: str = "localhost") -> Address:
    return Address(host, port, GATE, site.keys / "uplink", 10)


def ended(site: Site, port: int, host: str = "localhost") -> GateError:
    """Connect and return the error with which that ends."""
    try:
        made = Link(address(site, port, host), WILL, OURS, NOW)
    except GateError as error:
        return error
    for _ in range(3000):
        made.turn(readable=True, writable=True)
        for event in made.events:
            if isinstance(event, Down):
                return event.error
            assert not isinstance(event, Up), "it was let in"
        clock.sleep(0.01)
    return pytest.fail("it did not end")


def drained(made: Link, kind: type[Up | NotTaken | Came]) -> Up | NotTaken | Came:
    for _ in range(3000):
        made.turn(readable=True, writable=bool(made.writable))
        while made.events:
            event = made.events.popleft()
            if isinstance(event, kind):
                return event
        clock.sleep(0.01)
    return pytest.fail(f"no {kind.__name__} came")


def confirmed(made: Link) -> None:
    """Go on until the broker has acknowledged all that carries records."""

    def turned() -> bool:
        made.turn(readable=True, writable=bool(made.writable))
        return made.load == 0

    until(turned, "not all was acknowledged")


def test_a_broker_that_is_not_there_is_down(site: Site) -> None:
    assert ended(site, free_port()).code == "link-down"
    assert ended(site, free_port(), host="a..b").code == "link-down"


def test_a_broker_of_another_authority_is_foreign(site: Site, tmp_path: Path) -> None:
    to = settings(create(tmp_path / "other"))
    with launch(to, site.folder / "broker"):
        assert ended(site, to.port).code == "broker-foreign"


def test_a_gate_of_another_authority_is_refused(site: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "elsewhere", create(tmp_path / "other"))
    other.enrol()
    (site.keys / "uplink/ca.pem").replace(other.keys / "uplink/ca.pem")
    to = settings(site.home)
    with launch(to, site.folder / "broker"):
        assert ended(other, to.port).code == "link-refused"


def test_a_certificate_that_ran_out_is_called_so(site: Site) -> None:
    old = Site(site.folder / "old", site.home)
    old.enrol("cong-cu", days=1, issued=NOW - timedelta(days=9))
    to = settings(site.home)
    with launch(to, site.folder / "broker"):
        assert ended(old, to.port).code == "certificate-expired"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_another_service_at_the_port_is_no_broker(site: Site, answer: bytes) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            with suppress(OSError):
                caller, _ = server.accept()
                caller.recv(10)
                caller.sendall(answer)
                caller.close()

        thread = threading.Thread(target=serve)
        thread.start()
        code = ended(site, server.getsockname()[1]).code
        thread.join()
    assert code == ("broker-foreign" if answer else "link-down")


@pytest.mark.parametrize("part", ["ca.pem", "certificate.pem", "tls.pem"])
def test_keys_that_are_missing_or_do_not_fit_are_called_so(site: Site, part: str) -> None:
    (site.keys / "uplink" / part).write_text("damaged")
    assert ended(site, free_port()).code == "not-enrolled"
    (site.keys / "uplink" / part).unlink()
    assert ended(site, free_port()).code == "not-enrolled"


def test_a_message_the_broker_does_not_take_is_told(site: Site) -> None:
    to = settings(site.home)
    with launch(to, site.folder / "broker"):
        made = Link(address(site, to.port), WILL, OURS, NOW)
        drained(made, Up)
        made.publish("gq/v1/neighbour/scan", b"{}")
        assert isinstance(found := drained(made, NotTaken), NotTaken)
        assert "authori" in found.why
        made.close()


def test_many_messages_at_once_arrive_in_their_order(site: Site) -> None:
    to = settings(site.home)
    heard: queue.Queue[bytes] = queue.Queue()
    with launch(to, site.folder / "broker"), ExitStack() as stack:
        collector = Collector(site.home, to)
        stack.callback(collector.speaker.close)
        made = Link(address(site, to.port), WILL, OURS, NOW)
        stack.callback(made.close)
        drained(made, Up)
        for number in range(20):
            collector.speaker.client.publish(
                f"gq/v1/{GATE}/ack", json.dumps(number).encode(), qos=1
            )
        for _ in range(20):
            event = drained(made, Came)
            assert isinstance(event, Came)
            heard.put(event.payload)
    assert [heard.get() for _ in range(20)] == [json.dumps(n).encode() for n in range(20)]


# -- what a broker may say, and what it should not ------------------------------------------------


def fell(site: Site, answer: Answer, do: Callable[[Link], object] | None = None) -> Down:
    """Connect to a broker that answers so, do something, and return how the connection ended."""
    with falsebroker(site.home.folder / "broker", answer) as port:
        made = Link(address(site, port), WILL, OURS, NOW)
        for _ in range(3000):
            made.turn(readable=True, writable=bool(made.writable))
            while made.events:
                event = made.events.popleft()
                if isinstance(event, Down):
                    made.close()
                    return event
                if isinstance(event, Up) and do is not None:
                    do(made)
            clock.sleep(0.01)
    return pytest.fail("it did not end")


def connack(code: int, properties: bytes = b"") -> bytes:
    body = bytes([0, code, len(properties)]) + properties
    return bytes([0x20, len(body)]) + body


def disconnect(code: int, properties: bytes = b"") -> bytes:
    body = bytes([code, len(properties)]) + properties
    return bytes([0xE0, len(body)]) + body


def named(server: bytes) -> bytes:
    return b"\x1c" + len(server).to_bytes(2, "big") + server


@pytest.mark.parametrize(
    ("answer", "code", "error"),
    [
        (connack(0x84), 0x84, "link-refused"),
        (bytes.fromhex("20020001"), 0x84, "link-refused"),  # a broker of MQTT 3.1.1 says so
        (connack(0x87), 0x87, "link-refused"),
        (connack(0x89), 0x89, "broker-busy"),
        (connack(0x97), 0x97, "broker-busy"),
        (connack(0x9D, named(b"other:8883")), 0x9D, "link-refused"),
    ],
    ids=["unsupported", "unsupported-3.1.1", "refused", "busy", "quota", "moved"],
)
def test_why_a_broker_does_not_let_us_in_is_heard(
    site: Site, answer: bytes, code: int, error: str
) -> None:
    found = fell(site, lambda packet: answer if packet.kind == CONNECT else b"")
    assert (found.code, found.error.code) == (code, error)
    assert found.reference == ("other:8883" if code == 0x9D else "")


@pytest.mark.parametrize(
    ("said", "code", "error"),
    [
        (disconnect(0x8E), 0x8E, "identity-shared"),
        (disconnect(0x89), 0x89, "broker-busy"),
        (disconnect(0x97), 0x97, "broker-busy"),
        (disconnect(0x95), 0x95, "link-down"),
        (disconnect(0x9C, named(b"other:8883")), 0x9C, "link-down"),
        (b"\xe0\x00", 0, "link-down"),
    ],
)
def test_why_a_broker_ends_the_connection_is_heard(
    site: Site, said: bytes, code: int, error: str
) -> None:
    answer = welcoming(lambda packet: said if packet.kind == PUBLISH else b"")
    found = fell(site, answer, lambda made: made.publish("gq/v1/x/scan", b"x", weight=1))
    assert (found.code, found.error.code) == (code, error)
    assert found.reference == ("other:8883" if code == 0x9C else "")


@pytest.mark.parametrize(
    "said",
    [
        b"\x30\xff\xff\xff\x7f" + bytes(1024 * 1024),  # 256 MB announced
        b"\x30\xff\xff\xff\xff\x01",
        b"\x32\x05\x00\xff\x61\x00\x01",
        b"\x32\x07\x00\x01\x61\x00\x01\xff\xff",
        b"\x00\x00",
        b"\xf0\x00",
        b"\x40\x01\x00",
        b"\x90\x00",
        b"\x20\x02\x00\x00",
        disconnect(0x8E, b"\x1c\xff\xff"),
    ],
    ids=lambda said: said[:8].hex(),
)
def test_a_broker_that_speaks_nonsense_is_left_and_nothing_else_happens(
    site: Site, said: bytes
) -> None:
    tracemalloc.start()
    try:
        answer = welcoming(lambda packet: said if packet.kind == PUBLISH else b"")

        def ask(made: Link) -> None:
            made.publish("gq/v1/x/scan", b"x", weight=1)
            for _ in range(50):
                if any(isinstance(each, Down) for each in made.events):
                    return
                made.turn(readable=True, writable=bool(made.writable))
                clock.sleep(0.01)
            made.events.append(Down(LinkDown("nothing came of it")))  # harmless, and so is it

        fell(site, answer, ask)
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_broker_that_takes_only_a_little_is_given_only_a_little(site: Site) -> None:
    limits = b"\x21\x00\x03" + b"\x27\x00\x00\x10\x00"  # three messages, of 4,096 bytes
    sent: list[int] = []

    def answer(packet: Packet) -> bytes:
        if packet.kind == CONNECT:
            return connack(0, limits)
        if packet.kind == SUBSCRIBE:
            return granted(packet)
        if packet.kind == PUBLISH:
            sent.append(len(packet.body))
        return b""

    with falsebroker(site.home.folder / "broker", answer) as port, closing_link(site, port) as made:
        drained(made, Up)
        assert 3000 < made.largest <= 4096 - 20
        while made.takes_more:
            made.publish(f"gq/v1/{GATE}/scan", bytes(made.largest), weight=5)
            assert made.load <= 15
        assert made.load == 15
        until(lambda: len(sent) >= 3, "not all that was published came")
    assert len(sent) == 3
    assert max(sent) + 5 <= 4096


def test_a_topic_is_said_once_where_the_broker_remembers_it(site: Site) -> None:
    topics: list[bytes] = []

    def answer(packet: Packet) -> bytes:
        if packet.kind == CONNECT:
            return connack(0, b"\x22\x00\x0a")  # ten aliases
        if packet.kind == SUBSCRIBE:
            return granted(packet)
        if packet.kind == PUBLISH:
            topics.append(packet.body[2 : 2 + int.from_bytes(packet.body[:2], "big")])
            return acknowledged(packet)
        return b""

    scan, state = f"gq/v1/{GATE}/scan", f"gq/v1/{GATE}/state"
    with falsebroker(site.home.folder / "broker", answer) as port, closing_link(site, port) as made:
        drained(made, Up)
        for topic, weight in ((scan, 1), (state, 0), (scan, 1), (scan, 2)):
            made.publish(topic, b"x", weight=weight)
        confirmed(made)
    assert topics == [scan.encode(), state.encode(), b"", b""]


@pytest.mark.parametrize("code", [0x10, 0x87, 0x97, 0x99])
def test_a_message_that_went_nowhere_is_told_with_its_code(site: Site, code: int) -> None:
    answer = welcoming(lambda packet: acknowledged(packet, code) if packet.kind == PUBLISH else b"")
    with falsebroker(site.home.folder / "broker", answer) as port, closing_link(site, port) as made:
        drained(made, Up)
        made.publish("gq/v1/x/scan", b"x", weight=3)
        found = drained(made, NotTaken)
        assert isinstance(found, NotTaken)
        assert (found.code, made.load) == (code, 0)


def test_the_old_protocol_works_on_the_real_broker(site: Site) -> None:
    to = settings(site.home)
    with launch(to, site.folder / "broker"), ExitStack() as stack:
        collector = Collector(site.home, to)
        stack.callback(collector.speaker.close)
        made = Link(address(site, to.port), WILL, OURS, NOW, Manner(old=True))
        stack.callback(made.close)
        assert drained(made, Up) == Up()
        assert made.publish(f"gq/v1/{GATE}/scan", b"hello", weight=1)
        confirmed(made)
        assert collector.speaker.hear() == (f"gq/v1/{GATE}/scan", b"hello")
        collector.say("ack", b"x")
        assert drained(made, Came) == Came(f"gq/v1/{GATE}/ack", b"x")


@contextmanager
def closing_link(site: Site, port: int) -> Iterator[Link]:
    made = Link(address(site, port), WILL, OURS, NOW)
    try:
        yield made
    finally:
        made.close()
