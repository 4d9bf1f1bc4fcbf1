"""What is wrong with the certificate that pages are to show: over, soon so, or for other names.

Looks at the files alone.
"""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from collector.config import PublicConfig, WebConfig
from collector.errors import CertificateExpired, CollectorError
from collector.i18n import N_
from collector.passphrase import refused

SOON = timedelta(days=21)
"""Who renews by itself has done so long before."""


class CertificateSoon(CollectorError):
    """A certificate ends soon, and nobody has renewed it."""

    code = "certificate-soon"
    says = N_("A certificate ends soon")
    remedy = N_("renew it: the new files count at once, nothing has to be started again")


class CertificateOther(CollectorError):
    """Browsers come by a name that the certificate does not have, and warn."""

    code = "certificate-other"
    says = N_("The certificate is not for this name")
    remedy = N_("get one for every name that stands in `names`, or take the name out there")


def chain(path: Path | None) -> list[x509.Certificate]:
    """Return what is in a file, the pages' own certificate first; nothing if it cannot be read."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes()) if path is not None else []
    except (OSError, ValueError):
        return []


def unfit(certificate: Path, key: Path) -> str:
    """Say why no server could start with these files; nothing if one could."""
    for path in (certificate, key):
        try:
            path.open("rb").close()
        except OSError as error:
            return f"{path}: {error.strerror or error}"
    try:
        loaded(certificate, key)
    except (OSError, ValueError):
        return f"{certificate}: {N_('no certificate with its key')}"
    return ""


def loaded(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what a connection is opened with; raise OSError, ValueError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate, key, password=refused)
    return context


def faults(table: str, pages: WebConfig | PublicConfig, now_ms: int) -> Iterator[CollectorError]:
    """Yield what is wrong, the gravest first; `table` is the one of the configuration.

    A file that cannot be read is the pages' own error: they say so themselves.
    """
    found = chain(pages.certificate)
    if not found:
        return
    own, now = found[0], datetime.fromtimestamp(now_ms / 1000, UTC)
    begins, ends = own.not_valid_before_utc, own.not_valid_after_utc
    if not begins <= now <= ends:
        nearest = begins if now < begins else ends
        yield CertificateExpired(f"{table}.certificate: {nearest:%Y-%m-%d}")
    for name in pages.names:
        if not _is_for(own, name):
            yield CertificateOther(f"{table}.names: {name}")
    if now <= ends < now + SOON:
        yield CertificateSoon(f"{table}.certificate: {ends:%Y-%m-%d}")


def _is_for(certificate: x509.Certificate, name: str) -> bool:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):  # browsers heed no other place for names
        return False
    names = {each.lower() for each in found.get_values_for_type(x509.DNSName)}
    names |= {str(each) for each in found.get_values_for_type(x509.IPAddress)}
    wanted = name.lower()
    return wanted in names or f"*.{wanted.partition('.')[2]}" in names
