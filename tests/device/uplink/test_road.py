"""The road under attack and in trouble: on real Mosquitto where that can be."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.launch import free_port, launch
from device import clock
from device.journal import retired
from device.journal.reader import JournalReader
from device.journal.store import CardJournal
from device.uplink import link
from device.uplink.uplink import Uplink
from tests.device.site import GATE, Site
from tests.device.uplink.district import (
    Collector,
    confirmed,
    journal,
    moment,
    point,
    running,
    settings,
    store,
)
from tests.device.uplink.falsebroker import (
    CONNECT,
    PUBLISH,
    SUBSCRIBE,
    Answer,
    Packet,
    acknowledged,
    falsebroker,
    welcoming,
)
from tests.waiting import until
from wire import batch
from wire.canonical import Document
from wire.receipt import Refusal
from wire.record import What
from wire.state import unpack_health, unpack_state

LIST = "list-0123456789abcdef"


class Scene:
    """A gate's journal and uplink, a broker, a collector."""

    def __init__(self, site: Site, collector: Collector, kept: CardJournal, up: Uplink) -> None:
        self.site, self.collector, self.kept, self.uplink = site, collector, kept, up

    def inbox(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        if not self.site.inbox.exists():  # the uplink makes it
            return found
        for path in self.site.inbox.iterdir():
            with suppress(FileNotFoundError):
                found[path.name] = path.read_bytes()
        return found

    def lies(self, name: str, data: bytes) -> None:
        """Wait until a file lies in the inbox."""
        until(lambda: self.inbox().get(name) == data)


@pytest.fixture
def scene(site: Site) -> Iterator[Scene]:
    to = settings(site.home)
    point(site, to.port)
    with launch(to, site.folder / "broker"), ExitStack() as stack:
        collector = Collector(site.home, to)
        stack.callback(collector.speaker.close)
        kept = stack.enter_context(journal(site))
        store(kept, 5)
        up = stack.enter_context(running(site))
        yield Scene(site, collector, kept, up)


def test_documents_come_to_the_scanner_as_they_are(scene: Scene) -> None:
    said = {"policy": b"p1", "site": b"s1", "command": b"c1"}
    for leaf, data in said.items():
        scene.collector.say(leaf, data)
    scene.collector.say("signers", b"g1", gate="all")
    scene.collector.say(LIST, bytes(200_000), gate="all")
    scene.lies(LIST, bytes(200_000))
    for name in ("policy", "site", "command"):
        scene.lies(f"{name}.json", said[name])
    scene.lies("signers.json", b"g1")


def test_a_broker_that_swaps_topics_and_fills_the_inbox_gets_nowhere(scene: Scene) -> None:
    """Its own pages are laid; what has the wrong place, name or size is not."""
    say = scene.collector.say
    say("signers", b"not for one gate")
    say(LIST, b"not for one gate")
    say("policy", b"not for all", gate="all")
    say("ack", b"not for all", gate="all")
    say("list-..", b"no name", gate="all")
    say("receipt.json", b"no name of a document", gate="all")
    say("policy", bytes(100_000))
    for number in range(80):
        say(f"list-{number:016x}", b"junk", gate="all")
    say("policy", b"the last word")
    scene.lies("policy.json", b"the last word")
    found = scene.inbox()
    lists = [name for name in found if name.startswith("list-")]
    assert len(lists) <= 32
    assert set(found) - set(lists) == {"policy.json"}


def test_no_receipt_but_the_collectors_own_moves_anything(scene: Scene) -> None:
    collector, kept = scene.collector, scene.kept
    have = collector.take([], 5)
    honest = collector.confirm(have[:2])
    scene.lies("receipt.json", honest)
    collector.confirm(have, Ed25519PrivateKey.generate())  # forged
    collector.confirm(have, gate="cong-khac")  # signed, for another gate
    collector.confirm(have, journal="0" * 16)  # signed, for a journal never heard of
    collector.say("ack", honest.replace(b'"high":2', b'"high":5'))
    for junk in (b"", b"{}", b"\xff", b"[" * 5000, bytes(200_000)):
        collector.say("ack", junk)
    last = collector.confirm(have[:3])
    scene.lies("receipt.json", last)
    until(confirmed(kept, 3))
    assert kept.confirmed == 3
    assert scene.uplink._lane.outbox.confirmed == 3


def test_a_receipt_beyond_what_was_sent_is_an_alarm_and_moves_nothing(scene: Scene) -> None:
    assert not scene.collector.speaker.subscribe(f"gq/v1/{GATE}/health").is_failure
    have = scene.collector.take([], 5)
    scene.collector.confirm(have, high=900)
    until(lambda: "receipt-beyond" in scene.uplink._receipts.alarms)
    assert scene.uplink._lane.outbox.confirmed == 0
    scene.uplink._health_at = -(10**12)
    while True:
        topic, data = scene.collector.speaker.hear()
        if topic.endswith("health") and "receipt-beyond" in unpack_health(data).alarms:
            break


def test_a_restored_collector_is_sent_again_what_it_lost(scene: Scene) -> None:
    collector, kept = scene.collector, scene.kept
    store(kept, 15)
    have = collector.take([], 20)
    collector.confirm(have, time=1_000)
    until(confirmed(kept, 20))
    kept.note(What.ALIVE, moment())
    have = collector.take(have, 21)
    collector.confirm(have[:8], time=2_000, want=((9, 20),))
    assert collector.take(have[:8], 21) == have


def test_an_old_receipt_that_is_shown_again_sends_nothing_again(scene: Scene) -> None:
    collector, kept = scene.collector, scene.kept
    have = collector.take([], 5)
    old = collector.confirm(have[:2], time=1_000, want=((3, 5),))
    collector.confirm(have, time=2_000)
    until(confirmed(kept, 5))
    for _ in range(5):
        collector.say("ack", old)
    kept.note(What.ALIVE, moment())
    found = batch.unpack(collector.speaker.hear()[1])
    while found.first < 6:  # on its way before the receipt for all came
        found = batch.unpack(collector.speaker.hear()[1])
    assert scene.uplink._lane.outbox.confirmed == 5


def test_refused_records_are_told_once_and_do_not_hold_up_what_the_collector_takes(
    scene: Scene,
) -> None:
    collector, kept = scene.collector, scene.kept
    have = collector.take([], 5)
    odd = collector.confirm(have, refused=(Refusal(3, "odd-record"),))
    scene.lies("refused.json", odd)
    until(confirmed(kept, 5))
    assert scene.uplink._receipts.alarms == {"records-refused"}
    store(kept, 3)
    collector.take(have, 8)


def test_a_batch_that_cannot_be_read_is_sent_record_by_record(site: Site) -> None:
    to = settings(site.home)
    point(site, to.port)
    with launch(to, site.folder / "broker"), ExitStack() as stack:
        kept = stack.enter_context(journal(site))
        store(kept, 12)
        collector = Collector(site.home, to)
        stack.callback(collector.speaker.close)
        stack.enter_context(running(site))
        first = batch.unpack(collector.speaker.hear()[1])
        collector.journal = first.journal
        assert len(first.scans) > 1
        collector.confirm([], refused=(Refusal(1, "unreadable"),))
        singles: list[Document] = []
        while len(singles) < 8:
            found = batch.unpack(collector.speaker.hear()[1])
            if len(found.scans) == 1 and found.first == len(singles) + 1:
                singles += found.documents()
                collector.confirm(singles)
        until(confirmed(kept, 8))


def test_a_journal_that_was_given_up_is_sent_too_and_freed_by_its_own_receipt(site: Site) -> None:
    with journal(site) as before:
        store(before, 20)
        name = before.journal
    retired.retire(site.journal, retired.Retired(journal=name, last=20, high=4))
    to = settings(site.home)
    point(site, to.port)
    with launch(to, site.folder / "broker"), ExitStack() as stack:
        kept = stack.enter_context(journal(site))
        store(kept, 3)
        collector = Collector(site.home, to)
        stack.callback(collector.speaker.close)
        stack.enter_context(running(site))
        seen: dict[str, list[Document]] = {}
        order: list[str] = []
        while len(seen.get(name, ())) < 16 or kept.journal not in seen:
            found = batch.unpack(collector.speaker.hear()[1])
            order.append(found.journal)
            have = seen.setdefault(found.journal, [])
            if not have or found.first == have[-1]["seq"] + 1:
                have += found.documents()
        assert order[0] == kept.journal  # live first
        assert [each["seq"] for each in seen[name]] == list(range(5, 21))
        with JournalReader(site.journal / f"retired-{name}") as reader:
            reader.seek(1)
            whole: list[Document] = []
            while found_there := reader.take(20, 50).documents:
                whole += found_there
        collector.journal = name
        collector.confirm(whole)

        def freed() -> bool:
            kept.tend(moment())
            return retired.waiting(site.journal) == []

        until(freed)


# -- brokers in trouble ------------------------------------------------------------------------


@contextmanager
def blackhole() -> Iterator[int]:
    """Take connections and never say a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


def test_a_broker_that_is_gone_or_says_nothing_does_not_hold_up_the_others(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "CONNECT_S", 1.0)
    to = settings(site.home)
    with blackhole() as silent:
        dead = free_port()
        hosts = [f'{{ host = "localhost", port = {port} }}' for port in (dead, silent, to.port)]
        site.configure({'{ host = "localhost", port = 8883 }': ", ".join(hosts)})
        with launch(to, site.folder / "broker"), ExitStack() as stack:
            kept = stack.enter_context(journal(site))
            store(kept, 3)
            collector = Collector(site.home, to)
            stack.callback(collector.speaker.close)
            stack.enter_context(running(site))
            collector.take([], 3)


def test_whoever_comes_with_our_identity_is_left_alone_for_a_while(site: Site) -> None:
    """Mosquitto 2.0.11 hangs up without a word; newer ones and others give the reason."""
    taken = bytes.fromhex("e0028e00")
    answer = welcoming(lambda packet: taken if packet.kind == PUBLISH else b"")
    with running_to(site, answer) as up:
        until(lambda: "identity-shared" in up._alarms)
        until(lambda: up._route.due(clock.up_ns()) is None)  # said first, and heeded then
        assert up._route.due(clock.up_ns() + 50 * 10**9) is None


def test_a_broker_that_knows_only_mqtt_3_1_1_is_spoken_to_in_that(site: Site) -> None:
    levels: list[int] = []
    scans: list[bytes] = []

    def answer(packet: Packet) -> bytes:
        if packet.kind == CONNECT:
            levels.append(packet.body[6])
            return bytes.fromhex("20020001" if packet.body[6] == 5 else "20020000")
        if packet.kind == SUBSCRIBE:
            return bytes([0x90, 7]) + packet.mid + b"\1" * 5
        if packet.kind == PUBLISH:
            scans.append(packet.body)
            return bytes([0x40, 2]) + packet.mid
        return b""

    with running_to(site, answer) as up:
        until(lambda: any(b"/scan" in each for each in scans))
        assert levels == [5, 4]
        assert up._alarms == {"broker-old"}


def test_never_more_is_on_the_way_than_the_window(site: Site) -> None:
    """Against a broker that takes everything and acknowledges nothing."""
    seen: list[int] = []

    def answer(packet: Packet) -> bytes:
        if packet.kind == PUBLISH and b"/scan" in packet.body[:40]:
            body = packet.body[2 + int.from_bytes(packet.body[:2], "big") + 3 :]
            seen.extend(each["seq"] for each in batch.unpack(body).documents())
        return b""

    with running_to(site, welcoming(answer), records=150, window=60) as up:
        until(lambda: len(seen) >= 50)
        for _ in range(20):  # twenty times "no receipt came", each of which begins anew
            up._lane.outbox.rewind(clock.up_ns())
            clock.sleep(0.01)
        assert len(seen) <= 60
        found = up._link
        assert found is not None
        assert found.load <= 60
        assert len(found._client._out_messages) <= 60 // 8 + 3  # batches of a segment, and state
        assert up._lane._reader.held <= 8  # a segment of this site


def test_a_broker_that_has_no_room_is_not_flooded(site: Site) -> None:
    count = 0

    def answer(packet: Packet) -> bytes:
        nonlocal count
        if packet.kind == PUBLISH:
            count += b"/scan" in packet.body[:40]
            return acknowledged(packet, 0x97)
        return b""

    with running_to(site, welcoming(answer), records=80) as up:
        until(lambda: up._told == "not-taken")
        clock.sleep(0.5)
        assert count <= 10  # what was on its way at once, in batches of a segment, and no more
        assert up._lane.outbox.sent == 0  # everything again, later
        assert up._lane.outbox.room(80, clock.up_ns()) == 0


@contextmanager
def running_to(site: Site, answer: Answer, records: int = 3, window: int = 400) -> Iterator[Uplink]:
    """Run the uplink against a false broker."""
    with falsebroker(site.home.folder / "broker", answer) as port, ExitStack() as stack:
        site.configure({"port = 8883": f"port = {port}", "retry_s": f"window = {window}\nretry_s"})
        kept = stack.enter_context(journal(site))
        store(kept, records)
        yield stack.enter_context(running(site))


def test_the_state_says_what_is_the_oldest_record(scene: Scene) -> None:
    assert not scene.collector.speaker.subscribe(f"gq/v1/{GATE}/state").is_failure
    while True:
        topic, data = scene.collector.speaker.hear()
        if topic.endswith("state"):
            break
    found = unpack_state(data)
    assert (found.online, found.oldest) == (True, 1)
