"""Whether the processes that others ask answer where they should. Reads no more than a head."""

import ipaddress
import os
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from collector import certified
from collector.alone import LOCK, is_held
from collector.config import Config, PublicConfig, WebConfig
from collector.errors import (
    CertificateKept,
    CollectorError,
    DeskAway,
    DeskRefused,
    DispatchAway,
    DispatchRefused,
    EnrolmentAway,
    IntakeAway,
    KeyUnreadable,
    PagesAway,
    PagesOther,
    PlainHttp,
)
from collector.i18n import _

PATIENCE_S = 3.0
ANYWHERE: Mapping[str, str] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # asked, not opened
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
OURS = b"content-security-policy: default-src 'none';"
"""What all our pages say of themselves (collector/web/middleware.py)."""
LONGEST = 16 * 1024


def local(host: str) -> bool:
    """Say whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def pages(table: str, offered: WebConfig | PublicConfig, now_ms: int) -> str:
    """Return where pages answer, safely; raise what is wrong with them, the gravest first."""
    if not offered.secure and not local(offered.host):
        msg = f"{table}.host: {offered.host}"
        raise PlainHttp(msg)
    told = f"{offered.host} {offered.port}"
    wrong = [*certified.faults(table, offered, now_ms)]
    if wrong and not isinstance(wrong[0], certified.CertificateSoon):
        raise wrong[0]
    msg = f"{table}: {told}"
    try:
        head, shown = _head(offered)
    except (ssl.SSLError, ConnectionResetError, BrokenPipeError) as error:
        raise PagesOther(msg) from error
    except OSError as error:
        raise _unstarted(table, offered) or PagesAway(msg) from error
    if OURS not in head.lower():
        raise PagesOther(msg)
    files = certified.chain(offered.certificate)
    if files and shown != files[0].public_bytes(Encoding.DER):
        msg = f"{table}.certificate: {offered.certificate}"
        raise CertificateKept(msg)
    if wrong:
        raise wrong[0]
    return told


def _unstarted(table: str, offered: WebConfig | PublicConfig) -> KeyUnreadable | None:
    """Return why pages cannot have started, as far as whoever asks may look at their key."""
    if offered.certificate is None or offered.key is None:
        return None
    why = certified.unfit(offered.certificate, offered.key)
    is_ours = os.access(offered.key, os.R_OK) or not offered.key.exists()
    return KeyUnreadable(f"{table}.certificate: {why}") if why and is_ours else None


def _head(offered: WebConfig | PublicConfig) -> tuple[bytes, bytes | None]:
    """Return how an answer begins, and the certificate that is shown with it. Raises OSError."""
    where = (ANYWHERE.get(offered.host, offered.host), offered.port)
    with ExitStack() as stack:
        line, shown = stack.enter_context(socket.create_connection(where, PATIENCE_S)), None
        if offered.certificate is not None:
            line = stack.enter_context(_trusting().wrap_socket(line))
            shown = line.getpeercert(binary_form=True)
        line.sendall(ASKED)
        head = b""
        while b"\r\n\r\n" not in head and len(head) < LONGEST:
            piece = line.recv(LONGEST)
            if not piece:
                break
            head += piece
    return head, shown


def _trusting() -> ssl.SSLContext:
    """Return what takes any certificate: it is looked at itself, and nothing secret is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def intake(config: Config, _now_ms: int) -> str:
    """Look for the process that takes records in: it listens nowhere, but holds a lock."""
    if config.web.practice:
        return _("none is configured")
    if not is_held(config.outgoing / LOCK):
        raise IntakeAway
    return ""


def public(config: Config, now_ms: int) -> str:
    """Look for the page on which people declare."""
    if config.issuing is None:
        return _("none is configured")
    return pages("public", config.public, now_ms)


def _asked(
    where: Callable[[Config], Path | None],
    away: type[CollectorError],
    refused: type[CollectorError],
) -> Callable[[Config, int], str]:
    """Return a look at a socket of this machine."""

    def look(config: Config, _now_ms: int) -> str:
        path = where(config)
        if path is None:
            return _("none is configured")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(PATIENCE_S)
                line.connect(str(path))
        except PermissionError as error:
            raise refused(str(path)) from error
        except OSError as error:
            raise away(str(path)) from error
        return ""

    return look


desk = _asked(lambda config: config.officers_desk, DeskAway, DeskRefused)
enrolment = _asked(lambda config: config.counter, EnrolmentAway, EnrolmentAway)
dispatch = _asked(lambda config: config.dispatching, DispatchAway, DispatchRefused)
