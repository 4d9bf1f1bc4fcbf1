"""One connection to the broker: MQTT 5 over mutual TLS. paho's one home in the gate.

A Link lives for one connection. paho keeps what it has not seen acknowledged and sends it again by
itself after a reconnect; here the journal decides what is sent again, so a new connection begins
with a client that remembers nothing. Callbacks only put values into a queue: paho calls them while
it holds its own locks.
"""

import collections
import socket
import ssl
from datetime import datetime
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
from cryptography import x509
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from device.errors import (
    BrokerForeign,
    CertificateExpired,
    GateError,
    LinkDown,
    LinkRefused,
    NotEnrolled,
)
from device.i18n import N_

CONNECT_S = 5.0
NOT_AUTHORISED = 0x87
"""Reason code of MQTT 5."""


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


class _TellingSocket(ssl.SSLSocket):
    """A TLS socket that remembers why the other end closed it.

    In TLS 1.3 a client's certificate is refused after its handshake is over, at the first read,
    where paho makes one "lost connection" of every error.
    """

    refusal: ssl.SSLError | None = None

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  (as in ssl)
        """Shake hands; after a failure close, which paho leaves to chance."""
        try:
            super().do_handshake(block)
        except (OSError, ValueError):
            self.close()
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Read as usual."""
        try:
            return super().recv(buflen, flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            self.refusal = error
            raise


class Link:
    """One connection, driven by `turn` from the uplink's own loop."""

    def __init__(
        self, address: Address, will: Will, subscribe: str, inflight: int, now: datetime
    ) -> None:
        """Connect; raise a GateError if that fails at once. `now` is this gate's wall clock.

        LinkDown, BrokerForeign, CertificateExpired or NotEnrolled (the keys do not fit).
        """
        self.events: collections.deque[Event] = collections.deque()
        self._subscribe = subscribe
        self._where = f"{address.host}:{address.port}"
        self._socket: _TellingSocket | None = None
        self._welcome = False
        self._expired = _is_expired(address.credentials, now)
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
        self._client.on_socket_open = self._on_socket
        self._client.tls_set_context(_context(address.credentials))
        try:
            self._client.connect(address.host, address.port, keepalive=address.keepalive_s)
        except (OSError, UnicodeError) as error:  # a host that is no name is a UnicodeError
            raise _translated(error, self._where) from error

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
        # What TLS has already unpacked makes no socket readable again.
        while self._socket is not None and self._client.socket() and self._socket.pending():
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

    def _on_socket(self, _client: object, _data: object, sock: "mqtt.SocketLike") -> None:
        """Send each small packet at once: without this a receipt takes 28 times as long."""
        if isinstance(sock, _TellingSocket):
            self._socket = sock
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _on_connect(
        self, client: mqtt.Client, _d: object, _flags: object, code: ReasonCode, _p: object
    ) -> None:
        if code.is_failure:
            self.events.append(Down(LinkRefused(f"{self._where}: {code}")))
            return
        self._welcome = True
        client.subscribe(self._subscribe, qos=1)

    def _on_subscribe(
        self, _c: object, _d: object, _mid: int, codes: list[ReasonCode], _p: object
    ) -> None:
        if any(code.is_failure for code in codes):
            self.events.append(Down(LinkRefused(f"{self._where}: {codes[0]}")))
        else:
            self.events.append(Up())

    def _on_disconnect(
        self, _c: object, _d: object, _flags: object, code: ReasonCode, _p: object
    ) -> None:
        self.events.append(Down(self._why(code)))

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
            return _translated(refusal, self._where)
        if not self._welcome or code.value == NOT_AUTHORISED:
            return LinkRefused(f"{self._where}: {code}")
        return LinkDown(f"{self._where}: {code}")

    def _on_message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        self.events.append(Came(message.topic, bytes(message.payload)))

    def _on_publish(self, _c: object, _d: object, _mid: int, code: ReasonCode, _p: object) -> None:
        if code.is_failure:
            self.events.append(NotTaken(str(code)))


def _context(folder: Path) -> ssl.SSLContext:
    """Return who we are and whom we believe; raise NotEnrolled if the files do not say so."""
    try:
        context = ssl.create_default_context(cafile=folder / "ca.pem")
        context.load_cert_chain(folder / "certificate.pem", folder / "tls.pem", _no_passphrase)
    except (OSError, ValueError) as error:
        msg = N_("the keys and certificates of the link are missing or do not fit together")
        raise NotEnrolled(msg) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _TellingSocket
    return context


def _is_expired(folder: Path, now: datetime) -> bool:
    """Say whether our own certificate is not valid at `now`; False if it cannot be read."""
    try:
        leaf = x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes())
    except (OSError, ValueError):
        return False
    return not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc


def _no_passphrase() -> str:
    """Refuse a key that asks for a passphrase; OpenSSL would stop and ask the terminal."""
    msg = "the key has a passphrase"
    raise ValueError(msg)


def _translated(error: OSError | UnicodeError, where: str) -> GateError:
    """Say whose fault a failed connection is: time, them, us, or the line between."""
    text = str(getattr(error, "verify_message", "") or getattr(error, "strerror", "") or error)
    reason = str(getattr(error, "reason", ""))
    if "expired" in text.lower() or "not yet valid" in text or "EXPIRED" in reason:
        return CertificateExpired(f"{where}: {_short(text)}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return BrokerForeign(f"{where}: {_short(text)}")
    if "ALERT" in reason:
        return LinkRefused(f"{where}: {_short(text)}")
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return BrokerForeign(f"{where}: {_short(text)}")
    return LinkDown(f"{where}: {_short(text)}")


def _short(text: str) -> str:
    """Leave out the place in Python's own source that OpenSSL's messages end with."""
    return text.partition(" (_ssl.c")[0]
