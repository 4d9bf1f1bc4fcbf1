"""Intake's own keys: the one that signs receipts, and the TLS identity towards the broker.

Reads PEM files and says clearly which one is wrong. Holds no key that opens a sealed field.
"""

import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import privatekey
from collector.errors import CertificateExpired, KeyUnreadable
from collector.i18n import N_
from collector.passphrase import refused

MAX_BYTES = 1024 * 1024


def receipt_key(path: Path) -> Ed25519PrivateKey:
    """Read the key that signs receipts; raise KeyUnreadable."""
    return privatekey.signing(path, "receipt.key")


def tls(ca: Path, certificate: Path, key: Path, now_ms: int) -> ssl.SSLContext:
    """Return the TLS settings towards the broker; raise KeyUnreadable or CertificateExpired."""
    for path, name in ((ca, "broker.ca"), (certificate, "broker.certificate")):
        _check_date(_read(path, name), path, name, now_ms)
    _read(key, "broker.key")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(ca)
        context.load_cert_chain(certificate, key, password=refused)
    except (ssl.SSLError, OSError, ValueError) as error:
        msg = f"broker.key: {key}: {N_('does not belong to the certificate')}"
        raise KeyUnreadable(msg) from error
    return context


def _check_date(data: bytes, path: Path, name: str, now_ms: int) -> None:
    try:
        certificate = x509.load_pem_x509_certificate(data)
    except ValueError as error:
        msg = f"{name}: {path}: {N_('no certificate in PEM')}"
        raise KeyUnreadable(msg) from error
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        msg = f"{name}: {path}: {first:%Y-%m-%d} - {last:%Y-%m-%d}"
        raise CertificateExpired(msg)


def _read(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        msg = f"{name}: {path}: {error.strerror or N_('cannot be read')}"
        raise KeyUnreadable(msg) from error
