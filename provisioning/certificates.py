"""X.509 for the road between gates, broker and collector: one CA, one for gates, and leaves.

The authority's own CA is offline. Beneath it stands one that is online and issues certificates to
gates that enrol over the network: it can make clients only, so who steals it is still no broker.

Knows no file and no clock. All keys are EC P-256, which every TLS library of a Raspberry Pi has.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioning.errors import ClockWrong, ValueInvalid
from provisioning.i18n import marked

SINCE = datetime(2021, 1, 1, tzinfo=UTC)
"""Every certificate is valid from here on. A gate has no clock of its own: it wakes no earlier
than the day its release was built, and must be able to connect in order to learn the time."""
CA_DAYS = 3653
GATE_CA_DAYS = 400
"""Its certificates end with it: a gate that slept through half a year still finds its way back."""
CN_BYTES = 64
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
HOST = marked("give a name in small letters or an address, such as broker.example or 192.0.2.7")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def new_key() -> EllipticCurvePrivateKey:
    """Make a key for TLS."""
    return generate_private_key(SECP256R1())


def make_ca(name: str, key: EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """Return the authority's own certificate, valid for ten years."""
    subject = _named(_cut(name))
    return (
        _start(subject, subject, key.public_key(), now, now + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(usage(ca=True), critical=True)
        .sign(key, hashes.SHA256())
    )


@dataclass(frozen=True)
class Issuer:
    """The authority's certificate, or that of its CA for gates, with its key."""

    ca: x509.Certificate
    key: EllipticCurvePrivateKey

    def gate_ca(self, name: str, public: EllipticCurvePublicKey, now: datetime) -> x509.Certificate:
        """Return a CA beneath this one that issues to clients and to nobody else."""
        until = min(now + timedelta(days=GATE_CA_DAYS), self.ca.not_valid_after_utc)
        return (
            _start(_named(_cut(f"gates: {name}")), self.ca.subject, public, now, until)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage(ca=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([CLIENT]), critical=False)
            .add_extension(self._identifier(), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def issue(
        self,
        name: str,
        public: EllipticCurvePublicKey,
        use: x509.ObjectIdentifier,
        *,
        hosts: tuple[str, ...],
        now: datetime,
        days: int,
    ) -> x509.Certificate:
        """Return a leaf for one use, CLIENT or SERVER; it never outlives the CA."""
        until = min(now + timedelta(days=days), self.ca.not_valid_after_utc)
        builder = (
            _start(_named(name), self.ca.subject, public, now, until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage(ca=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(self._identifier(), critical=False)
        )
        if hosts:
            names = x509.SubjectAlternativeName([host(each) for each in hosts])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def revocations(
        self, since: Iterable[tuple[int, datetime]], number: int
    ) -> x509.CertificateRevocationList:
        """Return this CA's revocation list; of two the one with the higher `number` counts.

        It is good until the CA itself ends: a list that nobody renewed in time would keep every
        gate away, and whoever could hold back the next one has the broker's disk anyway.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.ca.subject)
            .last_update(SINCE)
            .next_update(self.ca.not_valid_after_utc)
            .add_extension(self._identifier(), critical=False)
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        for serial, at in sorted(since):
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            builder = builder.add_revoked_certificate(one.build())
        return builder.sign(self.key, hashes.SHA256())

    def _identifier(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())


def crossed(ca: x509.Certificate, by: Issuer) -> x509.Certificate:
    """Return the same CA as issued by an older one: who believes only that believes it too."""
    public = ca.public_key()
    if not isinstance(public, EllipticCurvePublicKey):
        raise ValueInvalid(name="ca", value=ca.subject.rfc4514_string())
    until = min(ca.not_valid_after_utc, by.ca.not_valid_after_utc)
    return (
        x509.CertificateBuilder()
        .subject_name(ca.subject)
        .issuer_name(by.ca.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(ca=True), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
        )
        .sign(by.key, hashes.SHA256())
    )


def hosts(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the names and addresses to which a server's certificate answers."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(each.value) for each in found)


def _start(
    subject: x509.Name,
    issuer: x509.Name,
    public: EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    if now < SINCE:
        raise ClockWrong(when=f"{now:%Y-%m-%d}")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def usage(*, ca: bool) -> x509.KeyUsage:
    """Return what the key of a CA, or of a leaf, may be used for."""
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def named(name: str) -> x509.Name:
    """Return a name of one part, cut to what a common name may hold."""
    return _named(_cut(name))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _cut(name: str) -> str:
    """Return as much of `name` as a common name may hold; the whole is in public.json."""
    return name.encode()[:CN_BYTES].decode(errors="ignore")


def host(text: str) -> x509.GeneralName:
    """Read a host name or an address; raise ValueInvalid if it is neither."""
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError as error:
        fits = len(text) <= 253 and all(LABEL.fullmatch(part) for part in text.split("."))
        if not fits:
            raise ValueInvalid(name="host", value=text, takes=HOST) from error
        return x509.DNSName(text)
