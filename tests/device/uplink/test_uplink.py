"""The real uplink against a real Mosquitto: nothing lost, nothing believed, everything told."""

from contextlib import ExitStack

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.launch import launch
from tests.device.site import Site
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
from tests.waiting import until
from wire.canonical import Document
from wire.record import What


def test_records_reach_the_collector_and_its_receipt_the_journal(site: Site) -> None:
    to = settings(site.home)
    point(site, to.port)
    with launch(to, site.folder / "broker"), ExitStack() as stack:
        collector = Collector(site.home, to)
        stack.callback(collector.speaker.close)
        kept = stack.enter_context(journal(site))
        stack.enter_context(running(site))
        have: list[Document] = []
        store(kept, 20)
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
        store(kept, 120)  # over several segments, sealed while nobody reads
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
