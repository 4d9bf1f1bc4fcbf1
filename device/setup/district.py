"""Speaks to the district's enrolment over HTTPS: to that one server, and nobody else.

Who it is says the key of its certificate, whose digest is in the code; no certificate store and no
name is asked. Nothing is sent before the key was seen. A redirection is never followed: who answers
with one is a login page between the gate and the world, or nobody we know.
"""

import contextlib
import hashlib
import hmac
import http.client
import ssl
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from device.setup.trouble import JoinFailed
from wire.enrolcode import PIN_BYTES
from wire.joining import ANSWER_LIMIT, Trouble

PORT, PLAIN_PORT = 443, 80
PATIENCE_S = 10.0
JSON = {"Content-Type": "application/json"}


class District:
    """The server at one address, known by its key."""

    def __init__(self, address: str, pin: bytes, plain_port: int = PLAIN_PORT) -> None:
        """Take where it is and how it is known; nothing is opened yet.

        `plain_port` is where a login page would answer in its place.
        """
        self._host, self._port = _split(address)
        self._pin, self._plain_port = pin, plain_port

    def post(self, path: str, body: bytes) -> bytes:
        """Send a document and return the answer's; raise JoinFailed."""
        connection = self._connect()
        try:
            connection.request("POST", path, body, JSON)
            with connection.getresponse() as answer:
                data = answer.read(ANSWER_LIMIT + 1)
                is_whole = answer.length == 0  # its length was announced, and nothing is missing
        except (OSError, http.client.HTTPException) as error:
            raise JoinFailed(Trouble.SILENT, type(error).__name__) from error
        finally:
            connection.close()
        if answer.status // 100 == 3:
            raise JoinFailed(Trouble.PORTAL, str(answer.status))
        if answer.status != http.HTTPStatus.OK or not is_whole or len(data) > ANSWER_LIMIT:
            raise JoinFailed(Trouble.SILENT, str(answer.status))
        return data

    def _connect(self) -> http.client.HTTPSConnection:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # The handshake proves that the server holds the key of its certificate, and the pin which
        # key that is. Names and dates would say less, and need a right clock.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=PATIENCE_S, context=context
        )
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise JoinFailed(self._instead(_unreached(error)), type(error).__name__) from error
        sock = connection.sock
        shown = sock.getpeercert(binary_form=True) if isinstance(sock, ssl.SSLSocket) else None
        if shown is None or not hmac.compare_digest(pin_of(shown), self._pin):
            connection.close()
            raise JoinFailed(self._instead(Trouble.SERVER_FOREIGN), "another key")
        return connection

    def _instead(self, otherwise: Trouble) -> Trouble:
        """Say whether a login page keeps the gate from the district, or it is what it seems.

        Such a page shows itself to whoever asks without encryption: it sends everybody elsewhere.
        """
        if otherwise is Trouble.NO_NETWORK:
            return otherwise
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            plain = http.client.HTTPConnection(self._host, self._plain_port, timeout=PATIENCE_S)
            with contextlib.closing(plain):
                plain.request("GET", "/", headers={"Connection": "close"})
                with plain.getresponse() as answer:
                    if answer.status == http.HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
                        return Trouble.PORTAL
                    where = urllib.parse.urlsplit(answer.headers.get("Location", "")).hostname
                    is_sent_away = answer.status // 100 == 3 and where not in (None, self._host)
                    return Trouble.PORTAL if is_sent_away else otherwise
        return otherwise


def pin_of(certificate: bytes) -> bytes:
    """Return the digest of a certificate's public key; of none that can be read, one of nothing."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
        spelled = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError):
        return b""
    return hashlib.sha256(spelled).digest()[:PIN_BYTES]


def _unreached(error: OSError) -> Trouble:
    """Say whether there is no way out of here, nobody at its end, or somebody who speaks no TLS."""
    match error:
        case ssl.SSLEOFError() | ConnectionError() | TimeoutError():
            return Trouble.SILENT
        case ssl.SSLError():
            return Trouble.SERVER_FOREIGN
        case _:
            return Trouble.NO_NETWORK


def _split(address: str) -> tuple[str, int]:
    """Take `host`, `host:port`, `[v6]` or `[v6]:port` apart."""
    host, colon, port = address.rpartition(":")
    if not colon or address.endswith("]"):
        return address.strip("[]"), PORT
    return host.strip("[]"), int(port)
