"""What the enrolment process holds: the authority's folder `enrolment/`, carried to its machine.

    enrol.pem voucher.bin              signs codes and answers; the root's word for that key
    gate-ca-key.pem gate-ca.pem        issues the gates' certificates
    tls.pem certificate.pem ca.pem     its own name towards the gates
    keyring.json                       whom gates believe, signed by the root

All of it ends within weeks or months, and is brought anew by the authority's people.
"""

import hashlib
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from collector import privatekey
from collector.errors import KeyUnreadable
from collector.i18n import N_
from collector.passphrase import handed
from wire import voucher
from wire.canonical import parse, read
from wire.enrolcode import PIN_BYTES
from wire.errors import WireError
from wire.keys import KeyEntry, kid_of, raw_public

NAME = "enrol.keys"
LIMIT = 256 * 1024


class Holding(NamedTuple):
    """All of it, read and fitting together."""

    root: KeyEntry
    enrol: Ed25519PrivateKey
    vouched: bytes
    ends_ms: int
    """When the key for enrolment ends."""
    gate_ca: x509.Certificate
    gate_ca_key: EllipticCurvePrivateKey
    keyring: bytes
    pin: bytes
    """By which gates know this server."""
    tls: ssl.SSLContext


class Public(NamedTuple):
    """The part of the authority's public file that is needed here."""

    root: KeyEntry
    authority: str


def public(path: Path) -> Public:
    """Read the authority's public file; raise KeyUnreadable."""
    try:
        document = parse(_bytes(path))
        return Public(read(KeyEntry, document["root"]), str(document["authority"]))
    except (WireError, KeyError) as error:
        msg = f"road.authority: {path}: {N_('no file of public keys')}"
        raise KeyUnreadable(msg) from error


def held(folder: Path, root: KeyEntry) -> Holding:
    """Read the folder; raise KeyUnreadable naming what is wrong."""
    enrol = privatekey.signing(folder / "enrol.pem", NAME, handed)
    gate_ca_key = privatekey.of_certificates(folder / "gate-ca-key.pem", NAME, handed)
    gate_ca = _certificate(folder / "gate-ca.pem")
    if gate_ca.public_key() != gate_ca_key.public_key():
        raise _unreadable(folder / "gate-ca-key.pem", N_("does not belong to the certificate"))
    vouched = _bytes(folder / "voucher.bin")
    try:
        key = voucher.vouched(vouched, root)
    except WireError as error:
        raise _unreadable(folder / "voucher.bin", N_("not signed by this authority")) from error
    if key.kid != kid_of(raw_public(enrol)):
        raise _unreadable(folder / "voucher.bin", N_("does not belong to the certificate"))
    keyring, pin = _bytes(folder / "keyring.json"), pin_of(_certificate(folder / "certificate.pem"))
    tls = _tls(folder)
    return Holding(root, enrol, vouched, key.until or 0, gate_ca, gate_ca_key, keyring, pin, tls)


def pin_of(certificate: x509.Certificate) -> bytes:
    """Return by which digest of its key a gate knows this server."""
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(key).digest()[:PIN_BYTES]


def until(holding: Holding) -> datetime:
    """Return when the first of it ends."""
    ends = datetime.fromtimestamp(holding.ends_ms / 1000, UTC)
    return min(ends, holding.gate_ca.not_valid_after_utc)


def _tls(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(folder / "certificate.pem", folder / "tls.pem", handed)
    except (ssl.SSLError, OSError, ValueError) as error:
        why = N_("does not belong to the certificate")
        raise _unreadable(folder / "tls.pem", why) from error
    return context


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_bytes(path))
    except ValueError as error:
        raise _unreadable(path, N_("no certificate in PEM")) from error


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LIMIT)
    except OSError as error:
        raise _unreadable(path, error.strerror or N_("cannot be read")) from error


def _unreadable(path: Path, why: str) -> KeyUnreadable:
    return KeyUnreadable(f"{NAME}: {path}: {why}")
