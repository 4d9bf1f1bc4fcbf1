"""The real uplink against a real Mosquitto: nothing lost, nothing believed, everything told."""

import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.config import BrokerSettings
from broker.launch import free_port, from_folder, launch
from device import clock, config
from device.errors import GateError
from device.flow import Instant
from device.inbox import Inbox
from device.journal.store import CardJournal, Limits
from device.uplink.link import Address, Came, Down, Link, NotTaken, Up, Will
from device.uplink.uplink import Uplink
from device.wiring import road
from provisioning import keyfile
from provisioning.authority import Authority
from tests.broker.speaker import Identity, Speaker
from tests.device.site import GATE, NOW, Site, create
from wire import batch, receipt
from wire.canonical import Document
from wire.keys import Keyring
from wire.record import ClockState, What, genesis, link

PATIENCE_S = 15.0
SMALL = Limits(segment_records=8)
WILL = Will(f"gq/v1/{GATE}/state", b"{}")


def settings(home: Authority, port: int | None = None) -> BrokerSettings:
    return from_folder(home.folder / "broker", port=port or free_port())


def point(site: Site, port: int) -> None:
    site.configure({"port = 8883": f"port = {port}"})


@contextmanager
def running(site: Site) -> Iterator[Uplink]:
    """Run the gate's uplink in a thread."""
    uplink = road.uplink(config.load(site.config))
    thread = threading.Thread(target=uplink.run, name="uplink")
    thread.start()
    try:
        yield uplink
    finally:
        uplink.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


class Collector:
    """Takes batches as intake does, and answers with receipts that it signs."""

    def __init__(self, home: Authority, to: BrokerSettings) -> None:
        folder = home.folder / "collector"
        who = Identity(folder / "certificate.pem", folder / "tls.pem")
        self._key = keyfile.load_ed25519(folder / "receipt.pem")
        self.speaker = Speaker(to, who, "intake").connect()
        assert not self.speaker.subscribe("gq/v1/+/scan").is_failure
        self.chain = b""
        self.journal = ""

    def take(self, have: list[Document], wanted: int) -> list[Document]:
        """Return the records of the gate once there are `wanted`, in sequence and chained."""
        while len(have) < wanted:
            _, payload = self.speaker.hear()
            found = batch.unpack(payload)
            self.journal = found.journal
            for document in found.documents():
                if document["seq"] == len(have) + 1:
                    have.append(document)
        return have

    def confirm(self, have: list[Document], key: Ed25519PrivateKey | None = None) -> None:
        """Send a receipt for all of them."""
        chain = genesis(GATE, self.journal)
        for document in have:
            chain = link(chain, document)
        said = receipt.Receipt(GATE, self.journal, len(have), chain.hex(), 1)
        self.speaker.client.publish(
            f"gq/v1/{GATE}/ack", receipt.pack(said, key or self._key), qos=1
        )


@contextmanager
def journal(site: Site) -> Iterator[CardJournal]:
    found = config.load(site.config).folders
    ring = Keyring(site.home.public.keys)
    inbox = Inbox(found.inbox, ring)
    with CardJournal(
        found.journal,
        found.run,
        GATE,
        site.home.public.seal,
        inbox.receipt,
        Limits(segment_records=8),
    ) as opened:
        yield opened


def moment() -> Instant:
    return Instant(clock.up_ns(), 1_790_000_000_000, ClockState.VOUCHED, "0a0b0c0d")


def until(happened: Callable[[], bool]) -> None:
    """Wait for something the other thread does."""
    for _ in range(int(PATIENCE_S * 50)):
        if happened():
            return
        clock.sleep(0.02)
    pytest.fail("it did not happen in time")


def confirmed(kept: CardJournal, high: int) -> Callable[[], bool]:
    def tended() -> bool:
        kept.tend(moment())
        return kept.confirmed >= high

    return tended


def test_records_reach_the_collector_and_its_receipt_the_journal(site: Site) -> None:
    to = settings(site.home)
    point(site, to.port)
    with launch(to, site.folder / "broker"), ExitStack() as stack:
        collector = Collector(site.home, to)
        stack.callback(collector.speaker.close)
        kept = stack.enter_context(journal(site))
        stack.enter_context(running(site))
        have: list[Document] = []
        for _ in range(20):
            kept.note(What.ALIVE, moment())
            kept.tend(moment())
        collector.take(have, 20)
        collector.confirm(have, Ed25519PrivateKey.generate())  # a forger's receipt comes first
        collector.confirm(have)
        until(confirmed(kept, 20))
        assert kept.waiting == 0


def test_a_broker_that_is_killed_and_comes_back_costs_nothing(site: Site) -> None:
    to = settings(site.home)
    point(site, to.port)
    have: list[Document] = []
    with ExitStack() as stack:
        kept = stack.enter_context(journal(site))
        stack.enter_context(running(site))
        with launch(to, site.folder / "broker") as broker:
            collector = Collector(site.home, to)
            for _ in range(10):
                kept.note(What.ALIVE, moment())
            collector.take(have, 10)
            collector.confirm(have)
            until(confirmed(kept, 10))
            broker.kill()
            collector.speaker.close()
        for _ in range(120):  # over several segments, sealed while nobody reads
            kept.note(What.ALIVE, moment())
            kept.tend(moment())
        with launch(to, site.folder / "broker"):
            collector = Collector(site.home, to)
            stack.callback(collector.speaker.close)
            collector.take(have, 130)
            collector.confirm(have)
            until(confirmed(kept, 130))
    assert [each["seq"] for each in have] == list(range(1, 131))


def test_a_collector_that_is_silent_is_sent_everything_again(site: Site) -> None:
    to = settings(site.home)
    point(site, to.port)
    with launch(to, site.folder / "broker"), ExitStack() as stack:
        kept = stack.enter_context(journal(site))
        for _ in range(5):
            kept.note(What.ALIVE, moment())
        collector = Collector(site.home, to)
        stack.callback(collector.speaker.close)
        stack.enter_context(running(site))
        first = collector.take([], 5)
        assert collector.take([], 5) == first  # no receipt: it comes again by itself


# -- one connection: whose fault it is ---------------------------------------------------------


def address(site: Site, port: int, host: str = "localhost") -> Address:
    return Address(host, port, GATE, site.keys / "uplink", 10)


def ended(site: Site, port: int, host: str = "localhost") -> GateError:
    """Connect and return the error with which that ends."""
    try:
        made = Link(address(site, port, host), WILL, f"gq/v1/{GATE}/ack", 10, NOW)
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
        made = Link(address(site, to.port), WILL, f"gq/v1/{GATE}/ack", 10, NOW)
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
        made = Link(address(site, to.port), WILL, f"gq/v1/{GATE}/ack", 10, NOW)
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
