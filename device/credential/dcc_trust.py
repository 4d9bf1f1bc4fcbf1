"""Whose signature on a health certificate counts, and for what.

Signers are known by certificates that the authority hands to its gates. A key is named by the first
eight bytes of the SHA-256 of its certificate, and two may have one name: all of them are tried.
ES256 with P-256 and PS256 with RSA are all that the rules allow.
"""

import enum
import hashlib
from collections.abc import Iterable

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from device.credential.dcc import Certificate, Message
from device.credential.dcc_form import Proof
from wire import signers
from wire.signers import Key

ES256, PS256 = -7, -37
KID_BYTES = 8
P256_SIGNATURE = 64
_USES = {
    f"1.3.6.1.4.1.{arc}1847.2021.1.{last}": proof
    for arc in ("", "0.")  # the second as first published, and still in certificates
    for last, proof in ((1, Proof.TEST), (2, Proof.VACCINATION), (3, Proof.RECOVERY))
}
EVERY = frozenset(Proof)


class Finding(enum.StrEnum):
    """What was found out about a certificate."""

    GOOD = "good"
    UNKNOWN_SIGNER = "unknown-signer"
    """Not checked: no key of that name is here. Its holder may be perfectly honest."""
    FORGED = "forged"
    NOT_FOR_THIS = "not-for-this"
    """The signer may not sign certificates of this kind."""
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"


class Signer(msgspec.Struct, frozen=True):
    """A key, and the kinds of certificate that it may sign."""

    key: Key
    proofs: frozenset[Proof]

    def signed(self, message: Message) -> bool:
        """Say whether this key made the signature. Key and algorithm must belong together."""
        try:
            return self._verify(message)
        except InvalidSignature:
            return False

    def _verify(self, message: Message) -> bool:
        match self.key, message.alg:
            case ec.EllipticCurvePublicKey() as key, alg if alg == ES256:
                if len(message.signature) != P256_SIGNATURE:
                    return False
                r, s = (
                    int.from_bytes(half, "big")
                    for half in (message.signature[:32], message.signature[32:])
                )
                key.verify(encode_dss_signature(r, s), message.signed, ec.ECDSA(hashes.SHA256()))
            case rsa.RSAPublicKey() as key, alg if alg == PS256:
                pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
                key.verify(message.signature, message.signed, pss, hashes.SHA256())
            case _:
                return False
        return True


def signer(der: bytes) -> Signer:
    """Read a signer's certificate; raise WireError if it is none or its key is not allowed.

    It may sign what its usages name, or everything if they name nothing of this kind.
    """
    found = signers.signer(der)
    named = {_USES[usage] for usage in found.usages if usage in _USES}
    return Signer(found.key, frozenset(named) or EVERY)


class TrustList:
    """The signers that count, found by the names of their keys."""

    def __init__(self, certificates: Iterable[bytes]) -> None:
        """Take certificates (DER); raise WireError for one that is none."""
        self._signers: dict[bytes, list[Signer]] = {}
        for der in certificates:
            kid = hashlib.sha256(der).digest()[:KID_BYTES]
            self._signers.setdefault(kid, []).append(signer(der))

    def signers(self, message: Message) -> list[Signer] | None:
        """Return those who made the signature, or None if no key of that name is known."""
        known = self._signers.get(message.kid)
        return None if known is None else [each for each in known if each.signed(message)]


def check(certificate: Certificate, trust: TrustList, now_s: float) -> Finding:
    """Say what a certificate is worth at `now_s`, seconds since 1970, UTC."""
    signers = trust.signers(certificate.message)
    if signers is None:
        return Finding.UNKNOWN_SIGNER
    if not signers:
        return Finding.FORGED
    if not any(certificate.proof in each.proofs for each in signers):
        return Finding.NOT_FOR_THIS
    return timely(certificate.issued, certificate.expires, now_s)


def timely(issued: float, expires: float, now_s: float) -> Finding:
    """Say whether `now_s` lies in the time for which a certificate is good, ends included."""
    if now_s < issued:
        return Finding.NOT_YET_VALID
    return Finding.GOOD if now_s <= expires else Finding.EXPIRED
