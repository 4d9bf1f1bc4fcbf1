"""Whose signature on a health certificate counts: a versioned list that the authority signs.

Each signer is known by a certificate (X.509, DER); what may be in one is here, so that nobody can
sign a list that a gate then refuses. For which kinds of certificate a signer counts is for the
gate. It is signed with the key for policies: who decides what a site takes decides this too.
"""

import base64
from typing import Annotated, Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wire.canonical import canonical, parse, read
from wire.errors import WireError
from wire.keys import Keyring, Signed, Use, opened, sign, unbase64
from wire.record import MAX_SEQ, Millis

CONTEXT = "signers"
MAX_BYTES = 256 * 1024
"""Some two hundred signers; all of Europe had about as many."""
MAX_SIGNERS = 512
RSA_BITS = range(2048, 4097)
NO_USAGES = bytes.fromhex("0603551d2504023000")
"""An extended key usage (2.5.29.37) that is an empty sequence, in DER."""

Key = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Signers(msgspec.Struct, frozen=True):
    """The list as it travels."""

    version: Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]
    """Grows with every list."""
    issued: Millis
    signers: tuple[str, ...]
    """Base64 of each certificate's DER."""
    v: Literal[1] = 1

    def certificates(self) -> tuple[bytes, ...]:
        """Return the certificates, DER; raise WireError for what is not base64."""
        return tuple(unbase64(each) for each in self.signers)


class Signer(msgspec.Struct, frozen=True):
    """What a signer's certificate says."""

    key: Key
    usages: frozenset[str]
    """Extended key usages, dotted; empty if it names none."""


def of(version: int, issued: int, certificates: tuple[bytes, ...]) -> Signers:
    """Make a list; raise WireError for a certificate that gates would refuse."""
    for der in certificates:
        signer(der)
    spelled = tuple(base64.b64encode(der).decode() for der in certificates)
    return Signers(version, issued, spelled)


def pack(signers: Signers, key: Ed25519PrivateKey) -> bytes:
    """Spell and sign a list; raise WireError if it is too long to travel."""
    data = canonical(sign(msgspec.to_builtins(signers), CONTEXT, key))
    if len(data) > MAX_BYTES or len(signers.signers) > MAX_SIGNERS:
        msg = f"longer than {MAX_BYTES} bytes, or more than {MAX_SIGNERS} signers"
        raise WireError(msg)
    return data


def unpack(data: bytes, ring: Keyring) -> Signers:
    """Read a list; raise WireError unless a key for policies signed it and all in it is right."""
    signed = read(Signed, parse(data, MAX_BYTES))
    found = read(Signers, opened(signed, CONTEXT, Use.POLICY, ring))
    if len(found.signers) > MAX_SIGNERS:
        msg = f"more than {MAX_SIGNERS} signers"
        raise WireError(msg)
    for der in found.certificates():
        signer(der)
    return found


def signer(der: bytes) -> Signer:
    """Read a signer's certificate; raise WireError if it is none or its key is not allowed.

    Allowed are the keys for ES256 (EC P-256) and PS256 (RSA of 2048 to 4096 bits).
    """
    try:
        found = x509.load_der_x509_certificate(der)
        key, usages = found.public_key(), _usages(found)
    except (
        ValueError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ) as error:
        msg = "not a signer's certificate"
        raise WireError(msg) from error
    match key:
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return Signer(key, usages)
        case rsa.RSAPublicKey() if key.key_size in RSA_BITS:
            return Signer(key, usages)
    msg = "a signer's key that the rules do not allow"
    raise WireError(msg)


def _usages(certificate: x509.Certificate) -> frozenset[str]:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return frozenset()
    except ValueError:  # the library does not read a list of usages that names nothing
        if NO_USAGES in certificate.tbs_certificate_bytes:
            return frozenset()
        raise
    return frozenset(each.dotted_string for each in usages)
