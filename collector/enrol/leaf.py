"""A gate's certificate, from its request: for one use, TLS towards the broker, under one name."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wire.errors import WireError

SINCE = datetime(2021, 1, 1, tzinfo=UTC)
"""A gate has no clock of its own: its certificate counts from before any day it can wake up on."""
DAYS = 730


def asked_key(csr: str) -> EllipticCurvePublicKey:
    """Return the key that a request asks a certificate for; raise WireError unless it is held."""
    try:
        request = x509.load_pem_x509_csr(csr.encode())
        signed, public = request.is_signature_valid, request.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature) as error:
        msg = "a damaged certificate request"
        raise WireError(msg) from error
    is_ours = isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1)
    if not signed or not is_ours:
        msg = "a certificate request for a key that is not held, or not EC P-256"
        raise WireError(msg)
    assert isinstance(public, EllipticCurvePublicKey)  # noqa: S101  # for the type checker
    return public


def leaf(
    gate: str,
    public: EllipticCurvePublicKey,
    ca: x509.Certificate,
    key: EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """Return the certificate; it never outlives the CA."""
    usage = x509.KeyUsage(
        digital_signature=True,
        **dict.fromkeys(("key_cert_sign", "crl_sign", "content_commitment"), False),
        **dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement"), False),
        **dict.fromkeys(("encipher_only", "decipher_only"), False),
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, gate)]))
        .issuer_name(ca.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(min(now + timedelta(days=DAYS), ca.not_valid_after_utc))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(authority, critical=False)
        .sign(key, hashes.SHA256())
    )
