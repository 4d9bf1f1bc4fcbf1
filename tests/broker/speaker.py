"""Real clients of a real broker, and the certificates by which it knows them."""

import queue
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from broker.config import BrokerSettings
from provisioning import authority, certificates

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PATIENCE_S = 30.0


class Identity(NamedTuple):
    """A certificate and its key, in files."""

    certificate: Path
    key: Path


def identity(
    folder: Path, home: authority.Authority, name: str, *, since: int = 0, days: int = 3650
) -> Identity:
    """Let `home` issue a client certificate for `name`, valid from `since` days after NOW."""
    key = certificates.new_key()
    leaf = home.issuer().issue(
        name, key.public_key(), certificates.CLIENT, hosts=(), now=NOW + timedelta(since), days=days
    )
    made = Identity(folder / f"{name}.crt", folder / f"{name}.key")
    made.certificate.write_bytes(leaf.public_bytes(Encoding.PEM))
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


class District(NamedTuple):
    """An authority, its broker's settings, and who may connect."""

    home: authority.Authority
    settings: BrokerSettings
    gate1: Identity
    gate2: Identity
    intake: Identity
    stranger: Identity


class Speaker:
    """A client of the broker that says what it hears."""

    def __init__(self, settings: BrokerSettings, who: Identity, client_id: str) -> None:
        """Take who it is; `connect` does the work."""
        self._settings = settings
        self._heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._answers: queue.Queue[ReasonCode] = queue.Queue()
        self._connected: queue.Queue[ReasonCode] = queue.Queue()
        self.lost: queue.Queue[ReasonCode] = queue.Queue()
        client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5)
        client.tls_set(
            str(settings.ca),
            str(who.certificate),
            str(who.key),
            cert_reqs=ssl.CERT_REQUIRED,
        )
        client.on_connect = lambda *args: self._connected.put(args[3])
        client.on_message = lambda *args: self._heard.put((args[2].topic, args[2].payload))
        client.on_publish = lambda *args: self._answers.put(args[3])
        client.on_subscribe = lambda *args: self._answers.put(args[3][0])
        client.on_disconnect = lambda *args: self.lost.put(args[3])
        self.client = client

    def connect(self) -> Self:
        """Connect and wait for the broker's welcome; an OSError is the broker's refusal."""
        self.client.connect(self._settings.address, self._settings.port, keepalive=30)
        self.client.loop_start()
        welcome = self._connected.get(timeout=PATIENCE_S)
        assert not welcome.is_failure
        return self

    def publish(self, topic: str, payload: bytes) -> ReasonCode:
        """Publish at QoS 1 and return the broker's answer."""
        self.client.publish(topic, payload, qos=1)
        return self._answers.get(timeout=PATIENCE_S)

    def keep(self, topic: str, payload: bytes) -> ReasonCode:
        """Publish what the broker is to keep, and return its answer."""
        self.client.publish(topic, payload, qos=1, retain=True)
        return self._answers.get(timeout=PATIENCE_S)

    def break_off(self) -> None:
        """End the connection without taking leave, as a power cut does."""
        channel = self.client.socket()
        if isinstance(channel, socket.socket):
            # Its end wakes the library's thread, which would look at us within a second only.
            self.client._thread_terminate = True
            with suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)
        self.client.loop_stop()
        if channel is not None:
            channel.close()
        self.client._reset_sockets()

    def subscribe(self, topic: str) -> ReasonCode:
        """Subscribe at QoS 1 and return the broker's answer."""
        self.client.subscribe(topic, qos=1)
        return self._answers.get(timeout=PATIENCE_S)

    def hear(self) -> tuple[str, bytes]:
        """Return the next message."""
        return self._heard.get(timeout=PATIENCE_S)

    def heard_nothing(self) -> bool:
        """Say whether no message waits to be heard."""
        return self._heard.empty()

    def close(self) -> None:
        """Leave, and close the pair of sockets that the library leaves to the garbage collector."""
        self.client.disconnect()
        self.client.loop_stop()
        self.client._reset_sockets()


class Join(Protocol):
    """Connects a client to the broker that all tests share."""

    def __call__(self, who: Identity, client_id: str = "any") -> Speaker: ...
