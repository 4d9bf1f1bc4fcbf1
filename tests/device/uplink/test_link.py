"""One connection to a broker: whose fault it is when it fails, and what comes over it."""

import json
import queue
import socket
import threading
from contextlib import ExitStack, closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from broker.launch import free_port, launch
from device import clock
from device.errors import GateError
from device.uplink.link import Address, Came, Down, Link, NotTaken, Up
from tests.device.site import GATE, NOW, Site, create
from tests.device.uplink.district import OURS, WILL, Collector, settings


def address(site: Site, port: int, host: str = "localhost") -> Address:
    return Address(host, port, GATE, site.keys / "uplink", 10)


def ended(site: Site, port: int, host: str = "localhost") -> GateError:
    """Connect and return the error with which that ends."""
    try:
        made = Link(address(site, port, host), WILL, OURS, NOW)
    except GateError as error:
        return error
    for _ in range(200):
        made.turn(readable=True, writable=True)
        for event in made.events:
            if isinstance(event, Down):
                return event.error
            assert not isinstance(event, Up), "it was let in"
        clock.sleep(0.02)
    return pytest.fail("it did not end")


def drained(made: Link, kind: type[Up | NotTaken | Came]) -> Up | NotTaken | Came:
    for _ in range(300):
        made.turn(readable=True, writable=bool(made.writable))
        while made.events:
            event = made.events.popleft()
            if isinstance(event, kind):
                return event
        clock.sleep(0.01)
    return pytest.fail(f"no {kind.__name__} came")


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
