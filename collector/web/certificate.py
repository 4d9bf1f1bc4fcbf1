"""The certificate of a page: read again when it was renewed, so that nothing has to be restarted.

While a renewal is half written, or if what was written does not fit, the last good one stays.
"""

import ssl
from pathlib import Path

import structlog

from collector import certified
from collector.errors import KeyUnreadable

Stamp = tuple[tuple[int, int, int], ...]
log = structlog.get_logger()


def served(what: str, certificate: Path | None, key: Path | None) -> dict[str, object]:
    """Return gunicorn's settings for TLS, none without a certificate; raise KeyUnreadable.

    `what` is the table of the configuration.
    """
    if certificate is None or key is None:
        return {}
    renewed = Renewed(certificate, key)
    try:
        renewed.current()
    except (OSError, ValueError) as error:
        msg = f"{what}.certificate: {certified.unfit(certificate, key)}"
        raise KeyUnreadable(msg) from error
    return {
        "certfile": str(certificate),
        "keyfile": str(key),
        "ssl_context": lambda _settings, _make: renewed.current(),
        "forwarded_allow_ips": "",  # no proxy stands before pages that speak TLS themselves
    }


class Renewed:
    """What the two files say now."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Take the files, PEM; nothing is read yet."""
        self._files = (certificate, key)
        self._stamp: Stamp = ()
        self._context: ssl.SSLContext | None = None

    def current(self) -> ssl.SSLContext:
        """Return what a connection is to be opened with; raise OSError, ValueError at the first."""
        stamp = tuple(_stamp(path) for path in self._files)
        if self._context is None or stamp != self._stamp:
            try:
                fresh = certified.loaded(*self._files)
            except (OSError, ValueError) as error:
                if self._context is None:
                    raise
                log.warning("certificate.kept", why=type(error).__name__)
            else:
                if self._context is not None:
                    log.info("certificate.renewed")
                self._context = fresh
            self._stamp = stamp
        return self._context


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
