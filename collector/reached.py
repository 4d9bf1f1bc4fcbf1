"""Whether the processes that others ask answer where they should. Connects, and asks nothing."""

import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from collector.config import Config, PublicConfig, WebConfig
from collector.errors import (
    CertificateExpired,
    CollectorError,
    DeskAway,
    DeskRefused,
    DispatchAway,
    DispatchRefused,
    EnrolmentAway,
    PagesAway,
)
from collector.i18n import _

PATIENCE_S = 3.0
ANYWHERE: Mapping[str, str] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # asked, not opened


def pages(table: str, offered: WebConfig | PublicConfig, now_ms: int) -> str:
    """Return where pages answer; raise PagesAway, or CertificateExpired if none takes them."""
    _lasting(table, offered.certificate, now_ms)
    host = ANYWHERE.get(offered.host, offered.host)
    told = f"{offered.host} {offered.port}"
    try:
        socket.create_connection((host, offered.port), PATIENCE_S).close()
    except OSError as error:
        msg = f"{table}: {told}"
        raise PagesAway(msg) from error
    return told


def _lasting(table: str, certificate: Path | None, now_ms: int) -> None:
    """Raise CertificateExpired if browsers are shown one that has ended."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes()) if certificate else None
    except (OSError, ValueError):  # the process itself says what is wrong with it
        return
    if found is not None and found.not_valid_after_utc < datetime.fromtimestamp(now_ms / 1000, UTC):
        msg = f"{table}.certificate: {found.not_valid_after_utc:%Y-%m-%d}"
        raise CertificateExpired(msg)


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
