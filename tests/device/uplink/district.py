"""A district for the uplink: a real broker, a collector that answers, a gate's journal."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from broker.config import BrokerSettings
from broker.launch import free_port, from_folder
from device import clock, config
from device.flow import Instant
from device.inbox import Inbox
from device.journal.store import CardJournal, Limits
from device.uplink.link import Will
from device.uplink.uplink import Uplink
from device.wiring import road
from provisioning import keyfile
from provisioning.authority import Authority
from tests.broker.speaker import Identity, Speaker
from tests.device.site import GATE, Site
from wire import batch, receipt
from wire.canonical import Document
from wire.keys import Keyring
from wire.record import ClockState, What, genesis, link
from wire.topics import TO_GATE

PATIENCE_S = 30.0
WILL = Will(f"gq/v1/{GATE}/state", b"{}")
OURS = tuple(f"gq/v1/{GATE}/{leaf}" for leaf in TO_GATE)


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
        assert not thread.is_alive(), "the uplink does not end"


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

    def confirm(
        self, have: list[Document], key: Ed25519PrivateKey | None = None, **more: object
    ) -> bytes:
        """Send a receipt for all of them; `more` is what else it says. Return it."""
        chain = genesis(GATE, self.journal)
        for document in have:
            chain = link(chain, document)
        said = receipt.Receipt(GATE, self.journal, len(have), chain.hex(), 1)
        data = receipt.pack(structs.replace(said, **more), key or self._key)
        self.say("ack", data)
        return data

    def say(self, leaf: str, data: bytes, gate: str = GATE) -> None:
        """Send something to the gate; the broker keeps all but receipts, as it does for intake."""
        kept = leaf != "ack"
        self.speaker.client.publish(f"gq/v1/{gate}/{leaf}", data, qos=1, retain=kept)


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


def store(kept: CardJournal, count: int) -> None:
    """Store so many records, and do what may wait after each."""
    for _ in range(count):
        kept.note(What.ALIVE, moment())
        kept.tend(moment())


def moment() -> Instant:
    return Instant(clock.up_ns(), 1_790_000_000_000, ClockState.VOUCHED, "0a0b0c0d")


def confirmed(kept: CardJournal, high: int) -> Callable[[], bool]:
    def tended() -> bool:
        kept.tend(moment())
        return kept.confirmed >= high

    return tended
