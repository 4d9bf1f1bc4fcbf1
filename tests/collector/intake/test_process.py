"""`collector intake` as it is run for real: its own process, Mosquitto on loopback, mutual TLS.

Claims: a gate's records are committed and receipted with a signature; the retained state reaches
the ledger; a broker that goes and comes back is found again; SIGTERM ends it with status 0.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from broker.launch import Broker, free_port, from_folder, launch
from collector.intake.link import RECEIVE_MAXIMUM
from collector.ledger.sqlite import SqliteLedger
from collector.ledger.sqliteview import SqliteView
from provisioning import authority, certificates, roster
from wire import receipt, topics
from wire.keys import Keyring, Use, entry
from wire.record import Direction
from wire.state import Health, State, pack

pytestmark = pytest.mark.journey

RECORDS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""Every gate's records key, as in the journals that these tests write."""
NOW = datetime.now(UTC)  # noqa: TID251  # certificates are checked by the real clock
CONFIG = """
[ledger]
path = "ledger.db"
[roster]
path = "authority/roster.json"
[broker]
host = "127.0.0.1"
port = {port}
ca = "authority/collector/ca.pem"
certificate = "authority/collector/certificate.pem"
key = "authority/collector/tls.pem"
[receipt]
key = "authority/collector/receipt.pem"
[web]
state = "web"
"""


class District:
    """An authority with one gate, and where its broker listens."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.authority = authority.create(folder / "authority", "Huyện Mẫu", now=NOW)
        self.admit("g1", RECORDS)
        self.config = folder / "collector.toml"
        self.config.write_text(CONFIG.format(port=self.port), encoding="utf-8")

    def certify(self, name: str) -> None:
        """Issue a client certificate for `name`."""
        key = certificates.new_key()
        leaf = self.authority.issuer().issue(
            name, key.public_key(), certificates.CLIENT, hosts=(), now=NOW, days=1
        )
        (self.folder / f"{name}.key").write_bytes(_pem(key))
        (self.folder / f"{name}.pem").write_bytes(leaf.public_bytes(Encoding.PEM))

    def admit(self, name: str, records: Ed25519PrivateKey) -> None:
        """Make a gate."""
        self.certify(name)
        public = entry(records.public_key(), Use.RECORDS)
        gate = roster.Gate(name, "Bến xe Mẫu", "Mẫu", "transport", (Direction.IN,), public)
        roster.enter(self.folder / "authority", gate)

    def broker(self) -> Any:  # noqa: ANN401  # a context manager of the launcher's own kind
        settings = from_folder(self.folder / "authority" / "broker", port=self.port)
        return launch(settings, self.folder / "mosquitto")

    def view(self) -> SqliteView:
        return SqliteView(self.folder / "ledger.db")


class Gate:
    """A gate's network side, as plain as can be: it sends and waits for receipts."""

    def __init__(self, district: District, name: str = "g1") -> None:
        self.name = name
        self.documents: dict[str, bytes] = {}
        self._ring = Keyring(list(district.authority.public.keys))
        self._receipts: list[receipt.Receipt] = []
        self._came = threading.Condition()
        self._subscribed = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv5)
        self._client.tls_set(
            str(district.folder / "authority/ca.pem"),
            str(district.folder / f"{name}.pem"),
            str(district.folder / f"{name}.key"),
        )
        heard = [(topics.topic(name, leaf), 1) for leaf in topics.TO_GATE]
        heard.append((topics.topic(topics.ALL, "+"), 1))
        self._client.on_connect = lambda client, *_: client.subscribe(heard)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._message
        self._client.connect("127.0.0.1", district.port)
        self._client.loop_start()
        assert self._subscribed.wait(20)

    def _message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if not message.topic.endswith("/ack"):
            self.documents[message.topic.rpartition("/")[2]] = bytes(message.payload)
            return
        with self._came:
            self._receipts.append(receipt.unpack(bytes(message.payload), self._ring))
            self._came.notify_all()

    def send(self, leaf: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topics.topic(self.name, leaf), payload, qos=1, retain=retain)

    @property
    def ring(self) -> Keyring:
        """Return the authority's keys."""
        return self._ring

    @property
    def high(self) -> int:
        """Return how far the receipts reach."""
        return max((each.high for each in self._receipts), default=0)

    def await_refusal(self, why: str, wait_s: float = 30.0) -> receipt.Receipt | None:
        """Wait for a receipt that refuses something for that reason; None if none came."""

        def refused() -> receipt.Receipt | None:
            found = (each for each in self._receipts if why in {r.why for r in each.refused})
            return next(found, None)

        with self._came:
            return self._came.wait_for(refused, timeout=wait_s)

    def await_receipt(self, high: int, wait_s: float = 30.0) -> receipt.Receipt | None:
        """Wait for a receipt that reaches `high`; None if none came."""

        def reached() -> receipt.Receipt | None:
            return next((each for each in self._receipts if each.high >= high), None)

        with self._came:
            return self._came.wait_for(reached, timeout=wait_s)

    def insist(self, payload: bytes, high: int) -> receipt.Receipt:
        """Send again until it is receipted: before intake subscribes, the broker keeps nothing."""
        for _ in range(100):
            self.send("scan", payload)
            if found := self.await_receipt(high, wait_s=0.3):
                return found
        msg = f"no receipt reached {high}"
        raise AssertionError(msg)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client._reset_sockets()


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def start(config: Path, *words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", "import sys; from collector.cli import main; sys.exit(main())"]
    return subprocess.Popen(
        [*command, *words, "--config", str(config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.fixture
def district(tmp_path: Path) -> District:
    return District(tmp_path)


@pytest.fixture
def intake(district: District) -> Iterator["subprocess.Popen[bytes]"]:
    child = start(district.config, "intake")
    yield child
    child.kill()
    child.communicate()


def test_a_gate_is_answered_and_a_lost_broker_is_found_again(
    district: District, intake: "subprocess.Popen[bytes]", journal: Callable[..., Any]
) -> None:
    pen = journal("g1", "j1").scan(60)
    with district.broker() as broker:
        assert isinstance(broker, Broker)
        gate = Gate(district)
        state = pack(State(online=True, scanning=True, incarnation=1, wall=1, journal="j1"))
        gate.send("state", state, retain=True)
        assert gate.insist(pen.payload(1, 1), 1).hash == pen.chain[1].hex()
        # More than may be under way: without acknowledgements the broker would stop here.
        for number in range(RECEIVE_MAXIMUM + 100):
            gate.send("health", pack(Health(waiting=number)))
        gate.send("scan", pen.payload(2, 2))
        gate.send("scan", pen.payload(3, 50, historical=True))
        fifty = gate.await_receipt(50)
        assert fifty is not None
        assert fifty.hash == pen.chain[50].hex()
        gate.close()
    with district.broker():
        gate = Gate(district)
        assert gate.insist(pen.payload(51, 60), 60).hash == pen.chain[60].hex()
        gate.close()
        intake.send_signal(signal.SIGTERM)
        _, errors = intake.communicate(timeout=60)
    assert intake.returncode == 0, errors
    events = [line.split(b'"event": "')[1].split(b'"')[0] for line in errors.splitlines()]
    assert events.count(b"intake.connected") == 2
    assert events[-1] == b"intake.stopped"
    with district.view() as view:
        (tally,) = view.tallies()
        assert (tally.rows, tally.doubles, tally.missing, tally.forks) == (60, 0, 0, 0)
        assert view.broken() == ()
        assert view.standings()["g1"].state == state


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("collector.toml", "[ledger]\npath = 1\n", b"config-invalid: "),
        ("authority/roster.json", "{}", b"roster-invalid: "),
        ("authority/collector/receipt.pem", "none", b"key-unreadable: "),
        ("authority/collector/certificate.pem", "none", b"key-unreadable: "),
        ("ledger.db", "no database" * 100, b"ledger-broken: "),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    district: District, file: str, content: str, code: bytes
) -> None:
    (district.folder / file).chmod(0o600) if (district.folder / file).exists() else None
    (district.folder / file).write_text(content, encoding="utf-8")
    child = start(district.config, "intake")
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 2
    assert errors.splitlines()[0].startswith(code)
    assert errors.splitlines()[1].startswith(b"  -> ")
    assert b"Traceback" not in errors


def test_what_is_confirmed_after_a_nights_deletion_is_there_after_a_power_cut(
    district: District, journal: Callable[..., Any]
) -> None:
    """Whoever deletes closes the ledger's file while intake goes on writing to it."""
    pen = journal("g1", "j1").scan(40)
    with SqliteLedger(district.folder / "ledger.db"):
        pass  # a start that is not the first
    with district.broker():
        child = start(district.config, "intake")
        gate = Gate(district)
        gate.insist(pen.payload(1, 20), 20)
        deleting = start(district.config, "retention", "--clock-is-right")
        _, errors = deleting.communicate(timeout=60)
        assert deleting.returncode == 0, errors
        assert gate.insist(pen.payload(21, 40), 40).hash == pen.chain[40].hex()
        gate.close()
        child.kill()
        child.communicate()
    with district.view() as view:
        (tally,) = view.tallies()
        assert (tally.high, tally.missing) == (40, 0)
