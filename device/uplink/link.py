"""One connection to the broker: MQTT 5 over mutual TLS. paho's one home in the gate.

A Link lives for one connection. paho keeps what it has not seen acknowledged and sends it again by
itself after a reconnect; here the journal decides what is sent again, so a new connection begins
with a client that remembers nothing. Callbacks only put values into a queue: paho calls them while
it holds its own locks.
"""

import collections
import socket
import ssl
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from device.errors import CertificateExpired, GateError, LinkRefused
from device.i18n import N_

CONNECT_S = 5.0


class LinkDown(GateError):
    """The broker cannot be reached, or the connection broke."""

    code = "link-down"
    says = N_("The district's broker cannot be reached")
    remedy = N_("nothing to do: the gate goes on by itself and sends when the network is back")


class Address(msgspec.Struct, frozen=True):
    """Where a broker is, and who we are to it."""

    host: str
    port: int
    gate: str
    """Client id; the broker takes the user name from the certificate."""
    credentials: Path
    """Folder with ca.pem, certificate.pem and tls.pem."""
    keepalive_s: int


class Will(msgspec.Struct, frozen=True):
    """What the broker says for us if the connection breaks."""

    topic: str
    payload: bytes


class Up(msgspec.Struct, frozen=True):
    """Connected and subscribed."""


class Down(msgspec.Struct, frozen=True):
    """The connection ended, or was refused."""

    error: GateError


class Came(msgspec.Struct, frozen=True):
    """A message arrived."""

    topic: str
    payload: bytes


class NotTaken(msgspec.Struct, frozen=True):
    """The broker acknowledged a message with a failure: it went nowhere."""

    why: str


Event = Up | Down | Came | NotTaken


class Link:
    """One connection, driven by `turn` from the uplink's own loop."""

    def __init__(self, address: Address, will: Will, subscribe: str, inflight: int) -> None:
        """Connect; raise LinkDown, LinkRefused or CertificateExpired if that fails at once."""
        self.events: collections.deque[Event] = collections.deque()
        self._subscribe = subscribe
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=address.gate, protocol=mqtt.MQTTv5
        )
        self._client.max_inflight_messages_set(inflight)
        self._client.max_queued_messages_set(0)
        self._client.connect_timeout = CONNECT_S
        self._client.will_set(will.topic, will.payload, qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._client.on_socket_open = _no_delay
        try:
            self._secure(address.credentials)
            self._client.connect(address.host, address.port, keepalive=address.keepalive_s)
        except OSError as error:
            raise _translated(error, address) from error

    def _secure(self, folder: Path) -> None:
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(folder / "certificate.pem", folder / "tls.pem")
        self._client.tls_set_context(context)

    @property
    def readable(self) -> list[int]:
        """Return what to wait on until it can be read; nothing when the socket is gone."""
        found = self._client.socket()
        return [found.fileno()] if found is not None else []

    @property
    def writable(self) -> list[int]:
        """Return what to wait on until it can be written, if anything waits to be."""
        return self.readable if self._client.want_write() else []

    def turn(self, *, readable: bool, writable: bool) -> None:
        """Do what the socket is ready for, and what time asks (keepalive)."""
        if readable:
            self._client.loop_read()
        if writable:
            self._client.loop_write()
        self._client.loop_misc()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message over, QoS 1. Handed over is not delivered, and delivered is not stored."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        try:
            self._client.disconnect()
            self._client.loop_write()
        except (OSError, ValueError):  # the socket is gone already
            pass

    def _on_connect(
        self, client: mqtt.Client, _d: object, _flags: object, code: ReasonCode, _p: object
    ) -> None:
        if code.is_failure:
            self.events.append(Down(LinkRefused(f"the broker refuses: {code}")))
            return
        client.subscribe(self._subscribe, qos=1)

    def _on_subscribe(
        self, _c: object, _d: object, _mid: int, codes: list[ReasonCode], _p: object
    ) -> None:
        if any(code.is_failure for code in codes):
            self.events.append(Down(LinkRefused(f"the broker refuses receipts: {codes[0]}")))
        else:
            self.events.append(Up())

    def _on_disconnect(
        self, _c: object, _d: object, _flags: object, code: ReasonCode, _p: object
    ) -> None:
        error = LinkRefused if "authori" in str(code).lower() else LinkDown
        self.events.append(Down(error(f"the connection ended: {code}")))

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.events.append(Came(message.topic, bytes(message.payload)))

    def _on_publish(self, _c: object, _d: object, _mid: int, code: ReasonCode, _p: object) -> None:
        if code.is_failure:
            self.events.append(NotTaken(str(code)))


def _no_delay(_client: mqtt.Client, _data: object, sock: "mqtt.SocketLike") -> None:
    """Send each small packet at once: without this a receipt takes 28 times as long."""
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _translated(error: OSError, address: Address) -> GateError:
    where = f"{address.host}:{address.port}"
    text = str(getattr(error, "verify_message", "") or error.strerror or error)
    if isinstance(error, ssl.SSLError):
        if "expired" in text.lower() or "not yet valid" in text.lower():
            return CertificateExpired(f"{where}: {text}")
        return LinkRefused(f"{where}: {text}")
    return LinkDown(f"{where}: {text}")
