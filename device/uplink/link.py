"""One connection to the broker: MQTT over mutual TLS. paho's one home in the gate.

A Link lives for one connection. paho keeps what it has not seen acknowledged and sends it again by
itself after a reconnect; here the journal decides what is sent again, so a new connection begins
with a client that remembers nothing. Callbacks only put values into a queue: paho calls them while
it holds its own locks. Whatever the broker sends, a Link ends with a Down and raises nothing.
"""

import collections
import socket
from datetime import datetime
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from device.errors import (
    BrokerBusy,
    CertificateExpired,
    GateError,
    IdentityShared,
    LinkDown,
    LinkRefused,
)
from device.i18n import N_
from device.uplink import tls

CONNECT_S = 5.0
INFLIGHT = 400
"""Messages under way that the broker has not acknowledged, at most."""
LARGEST_IN = 512 * 1024
"""No message for a gate is longer; who sends a longer one is cut off before it fills the memory."""
LARGEST_OUT = 256 * 1024
HEADER = 64
"""Bytes of a packet beside topic and payload, at most."""
NOT_AUTHORISED = 0x87
TAKEN_OVER = 0x8E
BUSY = (0x88, 0x89, 0x97, 0x9F)
"""Server unavailable, server busy, quota exceeded, connection rate exceeded."""
NO_SUBSCRIBERS = 0x10


class Address(msgspec.Struct, frozen=True):
    """Where a broker is, and who we are to it."""

    host: str
    port: int
    gate: str
    """Client id; the broker takes the user name from the certificate."""
    credentials: Path
    """Folder with ca.pem, certificate.pem and tls.pem."""
    keepalive_s: int
    ca: str = ""
    """PEM of whose servers are believed; empty: those of ca.pem."""

    @property
    def where(self) -> str:
        """Return host and port, as a broker names another one."""
        return f"{self.host}:{self.port}"


class Will(msgspec.Struct, frozen=True):
    """What the broker says for us if the connection breaks."""

    topic: str
    payload: bytes


class Manner(msgspec.Struct, frozen=True):
    """How to speak to a broker."""

    old: bool = False
    """MQTT 3.1.1 instead of 5: no reasons are given then."""
    aliases: bool = True
    """Name a topic by a number where the broker allows it."""


class Up(msgspec.Struct, frozen=True):
    """Connected and subscribed."""

    refused: tuple[str, ...] = ()
    """Subscriptions that were not granted, but for the first, without which there is no Up."""


class Down(msgspec.Struct, frozen=True):
    """The connection ended, or was refused."""

    error: GateError
    code: int = 0
    """The broker's reason code (MQTT 5); 0 if it gave none."""
    reference: str = ""
    """The server that the broker names instead of itself."""


class Came(msgspec.Struct, frozen=True):
    """A message arrived."""

    topic: str
    payload: bytes


class NotTaken(msgspec.Struct, frozen=True):
    """The broker acknowledged a message and it went nowhere."""

    why: str
    code: int
    weight: int
    """How many records it carried."""


Event = Up | Down | Came | NotTaken


class Link:
    """One connection, driven by `turn` from the uplink's own loop."""

    def __init__(
        self,
        address: Address,
        will: Will,
        subscribe: tuple[str, ...],
        now: datetime | None,
        manner: Manner = Manner(),  # noqa: B008  (frozen)
    ) -> None:
        """Connect; raise a GateError if that fails at once. `now`: this gate's time, if sure.

        LinkDown, BrokerForeign, CertificateExpired or NotEnrolled (the keys do not fit).
        """
        self.events: collections.deque[Event] = collections.deque()
        self.load = 0
        """Records handed over that the broker has not acknowledged."""
        self.largest = LARGEST_OUT
        """Bytes of payload that the broker takes in one message."""
        self._subscribe = subscribe
        self._where = address.where
        self._manner = manner
        self._socket: tls.TellingSocket | None = None
        self._welcome = False
        self._now = now
        self._expired = now is not None and tls.is_expired(address.credentials, now)
        self._weights: dict[int, int] = {}
        self._most = INFLIGHT
        self._aliases = 0
        self._aliased = ""
        self._client = self._made(address, will)
        properties = None if manner.old else _limits()
        try:
            self._client.connect(
                address.host, address.port, address.keepalive_s, properties=properties
            )
        except (OSError, UnicodeError) as error:  # a host that is no name is a UnicodeError
            raise tls.translated(error, self._where) from error

    def _made(self, address: Address, will: Will) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.gate,
            protocol=mqtt.MQTTv311 if self._manner.old else mqtt.MQTTv5,
            reconnect_on_failure=False,  # else it would go on to MQTT 3.1 by itself
        )
        client.max_inflight_messages_set(0)  # ours counts: a queue of paho's own has no bound
        client.max_queued_messages_set(0)
        client.connect_timeout = CONNECT_S
        client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_socket_open = self._on_socket
        client.tls_set_context(tls.context(address.credentials, self._now, address.ca))
        return client

    @property
    def readable(self) -> list[int]:
        """Return what to wait on until it can be read; nothing when the socket is gone."""
        found = self._client.socket()
        return [found.fileno()] if found is not None else []

    @property
    def writable(self) -> list[int]:
        """Return what to wait on until it can be written, if anything waits to be."""
        return self.readable if self._client.want_write() else []

    @property
    def takes_more(self) -> bool:
        """Say whether a message more may be handed over: sent ones are acknowledged and gone."""
        return len(self._weights) < self._most and not self._client.want_write()

    def turn(self, *, readable: bool, writable: bool) -> None:
        """Do what the socket is ready for, and what time asks (keepalive)."""
        try:
            if readable:
                self._read()
            # What TLS has already unpacked makes no socket readable again.
            while self._socket is not None and self._client.socket() and self._socket.pending():
                self._read()
            if writable:
                self._client.loop_write()
            self._client.loop_misc()
        except Exception as error:  # noqa: BLE001  # a false broker finds more kinds than paho's own
            self._end(f"{type(error).__name__}")

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, weight: int = 0) -> bool:
        """Hand a message over, QoS 1; say whether it is on its way.

        Handed over is not delivered, and delivered is not stored. `weight` is how many records it
        carries, for `load`.
        """
        properties = None
        if weight and self._aliases and self._manner.aliases:
            topic, properties = self._shortened(topic)
        sent = self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if sent.rc not in (mqtt.MQTT_ERR_SUCCESS, mqtt.MQTT_ERR_AGAIN):
            return False
        self._weights[sent.mid] = weight
        self.load += weight
        return True

    def close(self) -> None:
        """Say goodbye, if anybody still listens."""
        try:
            self._client.disconnect()
            self._client.loop_write()
        except (OSError, ValueError):  # the socket is gone already
            pass
        if (found := self._client.socket()) is not None:
            found.close()

    def _read(self) -> None:
        self._client.loop_read()
        # The announced limit binds honest brokers; this one the others.
        if self._client._in_packet["remaining_length"] > LARGEST_IN:  # noqa: SLF001  (says it nowhere else)
            self._end(N_("it sends a message that is far too long"))

    def _end(self, why: str) -> None:
        self.events.append(Down(LinkDown(f"{self._where}: {why}")))

    def _shortened(self, topic: str) -> tuple[str, Properties | None]:
        """Return the topic and its number; after the first time the number alone says it."""
        known, self._aliased = self._aliased, self._aliased or topic
        if topic != self._aliased:
            return topic, None
        return ("" if known else topic), _ONE

    def _on_socket(self, _client: object, _data: object, sock: "mqtt.SocketLike") -> None:
        """Send each small packet at once: without this a receipt takes 28 times as long."""
        if isinstance(sock, tls.TellingSocket):
            self._socket = sock
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _on_connect(
        self,
        client: mqtt.Client,
        _d: object,
        _flags: object,
        code: ReasonCode,
        more: Properties | None,
    ) -> None:
        if code.is_failure:
            kind = BrokerBusy if code.value in BUSY else LinkRefused
            error = kind(f"{self._where}: {code}")
            self.events.append(Down(error, code.value, _text(more, "ServerReference")))
            return
        self._welcome = True
        self._most = min(INFLIGHT, getattr(more, "ReceiveMaximum", INFLIGHT))
        largest = getattr(more, "MaximumPacketSize", LARGEST_OUT)
        self.largest = max(0, min(LARGEST_OUT, largest) - HEADER - len(self._subscribe[0]))
        self._aliases = getattr(more, "TopicAliasMaximum", 0)
        if self._manner.old:
            client.subscribe([(each, 1) for each in self._subscribe])
        else:
            client.subscribe([(each, SubscribeOptions(qos=1)) for each in self._subscribe])

    def _on_subscribe(
        self, _c: object, _d: object, _mid: int, codes: list[ReasonCode], _p: object
    ) -> None:
        if not codes or codes[0].is_failure:
            said = codes[0] if codes else ""
            self.events.append(Down(LinkRefused(f"{self._where}: {said}"), NOT_AUTHORISED))
        else:
            pairs = zip(self._subscribe, codes, strict=False)
            self.events.append(Up(tuple(topic for topic, code in pairs if code.is_failure)))

    def _on_disconnect(
        self, _c: object, _d: object, _flags: object, code: ReasonCode, more: Properties | None
    ) -> None:
        said = code.value if self._welcome and code.is_failure else 0
        self.events.append(Down(self._why(code), said, _text(more, "ServerReference")))

    def _why(self, code: ReasonCode) -> GateError:
        """Say why the connection ended.

        The alert that says so may be lost, because the broker closes while we still write. But who
        shakes hands and then closes without a welcome does not want us.
        """
        refusal = self._socket.refusal if self._socket is not None else None
        if not self._welcome and self._expired:
            whose = N_("this gate's certificate")
            return CertificateExpired(f"{self._where}: {whose}")
        if refusal is not None:
            return tls.translated(refusal, self._where)
        if not self._welcome or code.value == NOT_AUTHORISED:
            return LinkRefused(f"{self._where}: {code}")
        if code.value == TAKEN_OVER:
            return IdentityShared(self._where)
        if code.value in BUSY:
            return BrokerBusy(f"{self._where}: {code}")
        return LinkDown(f"{self._where}: {code}")

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:  # no topic of ours
            return
        self.events.append(Came(topic, bytes(message.payload)))

    def _on_publish(self, _c: object, _d: object, mid: int, code: ReasonCode, _p: object) -> None:
        weight = self._weights.pop(mid, 0)
        self.load -= weight
        if code.is_failure or code.value == NO_SUBSCRIBERS:
            self.events.append(NotTaken(str(code), code.value, weight))


def _alias(number: int) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's
    properties.TopicAlias = number
    return properties


_ONE = _alias(1)


def _limits() -> Properties:
    """Return what we ask of the broker: no long messages, and no session after the connection."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's
    properties.SessionExpiryInterval = 0
    properties.MaximumPacketSize = LARGEST_IN
    return properties


def _text(properties: Properties | None, name: str) -> str:
    found = getattr(properties, name, "")
    return found if isinstance(found, str) else ""
