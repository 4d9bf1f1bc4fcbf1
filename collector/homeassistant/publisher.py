"""Keeps the broker told: paho's home on this road. One thread; the library's callbacks only note.

Everything is written anew on each connection, since a broker may have forgotten it; after that only
what differs. A message counts as kept when the broker has acknowledged it.
"""

import ssl
from collections.abc import Mapping

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.errors import BrokerUnreachable, BrokerUntrusted, CollectorError, LinkRefused
from collector.homeassistant.discovery import AVAILABILITY, OFFLINE, ONLINE
from collector.homeassistant.told import Told

CONNECT_S = 5.0
KEEPALIVE_S = 30
UNDER_WAY = 20
"""Messages that may wait for the broker's word before the next are written."""


class Publisher:
    """One account's connection; it may be lost and made again any number of times."""

    def __init__(
        self,
        where: tuple[str, int],
        name: str,
        context: ssl.SSLContext,
        told: Told,
        login: tuple[str, str] | None = None,
    ) -> None:
        """Take where the broker is, who we are, what it was told, and user and password if any."""
        self._where, self._told = where, told
        self._sent: dict[str, bytes] = {}
        self._waiting: dict[int, tuple[str, bytes]] = {}
        self._failure: CollectorError | None = None
        self._ready = False
        self._client = _client(name, context, login)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_publish = self._published

    @property
    def ready(self) -> bool:
        """Say whether the broker has let us in."""
        return self._ready

    def open(self) -> None:
        """Connect; `ready` comes true in later turns. Raises what kept us from it."""
        self._failure, self._ready = None, False
        self._sent, self._waiting = {}, {}
        host, port = self._where
        try:
            self._client.connect(host, port, KEEPALIVE_S, clean_start=True)
        except ssl.SSLError as error:
            msg = f"home_assistant: {host}:{port}: {error.reason or error}"
            raise BrokerUntrusted(msg) from error
        except (OSError, ValueError) as error:
            msg = f"home_assistant: {host}:{port}: {getattr(error, 'strerror', None) or error}"
            raise BrokerUnreachable(msg) from error

    def turn(self, timeout_s: float) -> None:
        """Do one round of the network; raise if the connection is gone."""
        code = self._client.loop(timeout_s)
        if self._failure is not None:
            raise self._failure
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            msg = f"home_assistant: {self._where[0]}:{self._where[1]}"
            raise BrokerUnreachable(msg)

    def tell(self, wanted: Mapping[str, bytes]) -> bool:
        """Have the broker keep these and nothing else of ours; say whether all is kept.

        Call it again until it is: only so much is under way at a time. Raises StateUnwritable.
        """
        under_way = {topic for topic, _ in self._waiting.values()}
        due = {topic: data for topic, data in wanted.items() if self._sent.get(topic) != data}
        due |= dict.fromkeys(self._told.topics - wanted.keys(), b"")
        next_ones = [topic for topic in due if topic not in under_way]
        self._told.note(added=[topic for topic in next_ones if due[topic]])
        for topic in next_ones[: max(0, UNDER_WAY - len(under_way))]:
            self._write(topic, due[topic])
        return not due and not under_way

    def close(self) -> None:
        """Say that nobody tells any more, and take leave."""
        if self._ready:
            self._client.publish(AVAILABILITY, OFFLINE, qos=1, retain=True)
            for _ in range(20):
                self._client.loop(0.05)
        self._ready = False
        self._client.disconnect()

    def _write(self, topic: str, data: bytes) -> None:
        info = self._client.publish(topic, data, qos=1, retain=True)
        self._waiting[info.mid] = (topic, data)

    # The library's callbacks.

    def _connected(
        self, client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _more: object
    ) -> None:
        if code.is_failure:
            self._failure = LinkRefused(f"home_assistant: {self._where[0]}: {code}")
            return
        client.publish(AVAILABILITY, ONLINE, qos=1, retain=True)
        self._ready = True

    def _disconnected(
        self, _client: object, _data: object, _flags: object, code: ReasonCode, _more: object
    ) -> None:
        self._ready = False
        if self._failure is None:
            self._failure = BrokerUnreachable(f"home_assistant: {self._where[0]}: {code}")

    def _published(
        self, _client: object, _data: object, mid: int, code: ReasonCode, _more: Properties
    ) -> None:
        if code.is_failure:
            self._failure = LinkRefused(f"home_assistant: {self._where[0]}: {code}")
            return
        topic, data = self._waiting.pop(mid, ("", b""))
        if data:
            self._sent[topic] = data
        elif topic:
            self._sent.pop(topic, None)
            self._told.note(struck=[topic])


def _client(name: str, context: ssl.SSLContext, login: tuple[str, str] | None) -> mqtt.Client:
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=name,
        protocol=mqtt.MQTTv5,
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_S
    client.tls_set_context(context)
    if login is not None:
        client.username_pw_set(*login)
    client.will_set(AVAILABILITY, OFFLINE, qos=1, retain=True)
    return client
