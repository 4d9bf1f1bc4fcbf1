"""The one home of the MQTT library in the collector.

MQTT 5 over mutual TLS, one thread: whoever holds the link calls `turn` over and over, and the
library's callbacks only append to a list. Messages are acknowledged to the broker by `settle`,
after the commit. Knows topics' names, and nothing of what the messages hold.
"""

import socket
import ssl
from collections.abc import Callable
from typing import Any

import msgspec
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from collector.errors import (
    BrokerUnreachable,
    BrokerUntrusted,
    CertificateExpired,
    CollectorError,
    LinkRefused,
)
from collector.intake.desk import Answer, Message
from wire import topics

CONNECT_S = 5.0
KEEPALIVE_S = 30
SESSION_S = 24 * 3600
"""The broker keeps our place so long; gates send again in any case."""
RECEIVE_MAXIMUM = 2000
"""Messages under way before we must acknowledge: two commits' worth."""
AT_ONCE = 100
"""Messages read in one turn, so that receipts are not kept waiting."""
EXPIRED = (9, 10)
"""OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


class Post(msgspec.Struct, frozen=True):
    """A message with what it takes to acknowledge it."""

    message: Message
    mid: int
    qos: int
    session: int


class Link:
    """The connection to the broker; it may be lost and made again any number of times."""

    def __init__(
        self, host: str, port: int, name: str, context: ssl.SSLContext, share: str | None = None
    ) -> None:
        """Take where the broker is and who we are; nothing is opened yet."""
        self._host, self._port, self._share = host, port, share
        self._inbox: list[Post] = []
        self._session = 0
        self._ready = False
        self._answered = False
        self._failure: CollectorError | None = None
        self._client = _client(name, context)
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._received
        self._client.on_socket_open = _without_delay

    @property
    def ready(self) -> bool:
        """Say whether we are connected and subscribed."""
        return self._ready

    def open(self) -> None:
        """Connect; `ready` comes true in later turns. Raises what kept us from it."""
        self._failure = None
        self._answered = self._ready = False
        self._inbox = []
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        try:
            self._client.connect(
                self._host, self._port, KEEPALIVE_S, clean_start=False, properties=properties
            )
        except (OSError, ValueError) as error:
            raise _reason(error, f"{self._host}:{self._port}") from error

    def turn(self, timeout_s: float) -> list[Post]:
        """Do one round of the network and return what came; raise if the connection is gone."""
        code = self._read(self._client.loop(timeout_s))
        if self._failure is not None:
            raise self._failure
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            msg = f"the connection to {self._host}:{self._port} ended"
            raise BrokerUnreachable(msg)
        came, self._inbox = self._inbox, []
        return came

    def _read(self, code: MQTTErrorCode) -> MQTTErrorCode:
        """Read on while messages come: the library asks the system before each single one."""
        before, count = 0, len(self._inbox)
        while before < count < AT_ONCE and code == MQTTErrorCode.MQTT_ERR_SUCCESS:
            code = self._client.loop_read()
            before, count = count, len(self._inbox)
        return code

    def send(self, answers: tuple[Answer, ...]) -> None:
        """Send receipts. One that is lost is made again when the gate sends again."""
        for answer in answers:
            self._client.publish(answer.topic, answer.payload, qos=1)

    def keep(self, documents: tuple[Answer, ...]) -> None:
        """Have the broker keep these, each as the last word on its topic."""
        for each in documents:
            self._client.publish(each.topic, each.payload, qos=1, retain=True)

    def settle(self, posts: list[Post]) -> None:
        """Tell the broker that these messages are done with.

        Those of an earlier connection are left: their numbers may mean other messages now.
        """
        for post in posts:
            if post.qos and post.session == self._session:
                self._client.ack(post.mid, post.qos)

    def close(self) -> None:
        """Take leave of the broker, which keeps our session; harmless when not connected."""
        self._ready = False
        self._client.disconnect()

    # The library's callbacks. It holds locks of its own while it calls them.

    def _connected(
        self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _more: object
    ) -> None:
        self._session += 1
        self._answered = True
        if code.is_failure:
            self._failure = LinkRefused(f"the broker at {self._host} refuses us: {code}")
            return
        options = SubscribeOptions(qos=1)
        heard = [topics.of_every_gate(leaf) for leaf in topics.FROM_GATE]
        if self._share:  # the order of a gate's messages is lost; the mark puts them right
            heard[0] = f"$share/{self._share}/{heard[0]}"
        kept = [topics.of_every_gate(leaf) for leaf in topics.KEPT]
        kept.append(topics.topic(topics.ALL, "+"))
        client.subscribe([(topic, options) for topic in (*heard, *kept)])

    def _subscribed(
        self, _client: object, _data: object, _mid: int, codes: list[ReasonCode], _more: object
    ) -> None:
        refused = [code for code in codes if code.is_failure]
        if refused:
            self._failure = LinkRefused(f"the broker at {self._host} refuses: {refused[0]}")
            return
        self._ready = True

    def _disconnected(
        self, _client: object, _data: object, _flags: object, code: ReasonCode, _more: object
    ) -> None:
        self._ready = False
        if self._failure is not None:
            return
        if self._answered:
            self._failure = BrokerUnreachable(f"the connection to {self._host} ended: {code}")
        else:  # in TLS 1.3 a certificate is refused only after our side of the greeting
            self._failure = LinkRefused(f"the broker at {self._host} hung up without an answer")

    def _received(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:  # a topic that is no text: read as no topic of ours
            topic = ""
        said = Message(topic, bytes(message.payload), message.retain)
        self._inbox.append(Post(said, message.mid, message.qos, self._session))


def _client(name: str, context: ssl.SSLContext) -> mqtt.Client:
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=name,
        protocol=mqtt.MQTTv5,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.connect_timeout = CONNECT_S
    client.tls_set_context(context)
    return client


def _without_delay(_client: object, _data: object, opened: Any) -> None:  # noqa: ANN401  # paho's
    """Send small packets at once: a receipt waits 40 ms a hop otherwise."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _reason(error: OSError | ValueError, where: str) -> CollectorError:
    """Say what a failed connection means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        kind: Callable[[str], CollectorError] = (
            CertificateExpired if error.verify_code in EXPIRED else BrokerUntrusted
        )
        return kind(f"the certificate of the broker at {where}: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return BrokerUntrusted(f"no TLS with the broker at {where}: {error.reason or error}")
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return BrokerUnreachable(f"no broker at {where}: {said}")
