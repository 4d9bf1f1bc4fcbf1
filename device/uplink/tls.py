"""Who we are to a broker, whom we believe, and whose fault it is when that fails.

Knows TLS and its errors, and nothing of MQTT. Whether a certificate has run out is judged by the
gate's own time and not by the system's: a machine that believes itself in 1970 or 2099 would never
hear the receipts that put it right. A gate that is not sure of its time judges no date.
"""

import ssl
from datetime import datetime
from pathlib import Path

from cryptography import x509

from device.errors import (
    BrokerForeign,
    CertificateExpired,
    GateError,
    LinkDown,
    LinkRefused,
    NotEnrolled,
)
from device.i18n import N_

MOST_AT_ONCE = 64 * 1024
_NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME."""


class TellingSocket(ssl.SSLSocket):
    """A TLS socket that remembers why the other end closed it.

    In TLS 1.3 a client's certificate is refused after its handshake is over, at the first read,
    where the MQTT library makes one "lost connection" of every error.
    """

    refusal: ssl.SSLError | None = None
    now: datetime | None = None
    """The time by which the other end's certificate must be valid; None: no date is judged."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  (as in ssl)
        """Shake hands; after a failure close, which the library leaves to chance."""
        try:
            super().do_handshake(block)
            self._judge_dates()
        except (OSError, ValueError):
            self.close()
            raise

    def _judge_dates(self) -> None:
        shown = self.getpeercert()
        if self.now is None or not shown:
            return
        now_s = self.now.timestamp()
        if now_s > ssl.cert_time_to_seconds(str(shown["notAfter"])):
            msg = "certificate has expired"
            raise ssl.SSLError(msg)
        if now_s < ssl.cert_time_to_seconds(str(shown["notBefore"])):
            msg = "certificate is not yet valid"
            raise ssl.SSLError(msg)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Read as usual, but take no memory for what was only announced."""
        try:
            return super().recv(min(buflen, MOST_AT_ONCE), flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            self.refusal = error
            raise


def context(folder: Path, now: datetime | None, ca: str = "") -> ssl.SSLContext:
    """Return who we are and whom we believe at `now`; None: whatever the time is.

    Believed is `ca`, PEM, or what lies in the folder if it is empty. Raises NotEnrolled if the
    files do not say so.
    """
    try:
        cafile = None if ca else folder / "ca.pem"
        made = ssl.create_default_context(cafile=cafile, cadata=ca or None)
        made.load_cert_chain(folder / "certificate.pem", folder / "tls.pem", _no_passphrase)
    except (OSError, ValueError) as error:
        msg = N_("the keys and certificates of the link are missing or do not fit together")
        raise NotEnrolled(msg) from error
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.verify_flags |= _NO_CHECK_TIME
    made.sslsocket_class = _at(now)
    return made


def _at(now: datetime | None) -> type[TellingSocket]:
    """Return the socket that judges dates by that time."""
    return type(TellingSocket.__name__, (TellingSocket,), {"now": now})


def is_expired(folder: Path, now: datetime) -> bool:
    """Say whether our own certificate is not valid at `now`; False if it cannot be read."""
    try:
        leaf = x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes())
    except (OSError, ValueError):
        return False
    return not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc


def translated(error: OSError | UnicodeError, where: str) -> GateError:
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


def _no_passphrase() -> str:
    """Refuse a key that asks for a passphrase; OpenSSL would stop and ask the terminal."""
    msg = "the key has a passphrase"
    raise ValueError(msg)


def _short(text: str) -> str:
    """Leave out the place in Python's own source that OpenSSL's messages end with."""
    return text.partition(" (_ssl.c")[0]
