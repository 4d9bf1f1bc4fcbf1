"""The gate's own keys, and what the authority has said about it.

    keys/root.json        the authority's public root; comes with the SD card
    keys/request.json     public halves of the gate's keys, to be carried to the authority
    keys/enrolment.json   the authority's signed answer
    keys/scanner/         records.pem: signs the journal; for the scanner only
    keys/uplink/          tls.pem certificate.pem ca.pem: the road; for the uplink only

Both keys are made here and never leave. A key that is there is never overwritten. Whatever the
authority did not sign is not believed. Knows no clock: whether a certificate has run out is seen
when the link is made, since a gate without the right time must not refuse to start.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from device import plainfile
from device.errors import EnrolmentRefused, EnrolmentUnreadable, NotEnrolled, RootMissing
from device.i18n import N_
from wire.canonical import parse, read
from wire.enrolment import LIMIT, Enrolment, pack_request, unpack, unpack_request
from wire.errors import WireError
from wire.keys import KeyEntry, Keyring, Use, kid_of, raw_public
from wire.sealing import DataKey

ROOT = "root.json"
REQUEST = "request.json"
ENROLMENT = "enrolment.json"
RECORDS_KEY = "scanner/records.pem"
TLS_KEY = "uplink/tls.pem"
CERTIFICATE = "uplink/certificate.pem"
CA = "uplink/ca.pem"

PRIVATE, PUBLIC = 0o640, 0o644
"""A private key is for root and its folder's group. On a gate that is the group of the process that
uses it (systemd/tmpfiles.d); elsewhere the folder is made for its owner alone."""


class Enrolled(NamedTuple):
    """A gate that knows who it is."""

    enrolment: Enrolment
    records_key: Ed25519PrivateKey


def make_keys(folder: Path) -> bytes:
    """Make the gate's keys and its request, unless they are there; return the request.

    Asked again it returns the same request; after a power cut it makes what is missing. Raises
    NotEnrolled if a key is damaged, OSError if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("scanner", "uplink"):
        (folder / part).mkdir(mode=0o700, exist_ok=True)
    for name, make in ((RECORDS_KEY, Ed25519PrivateKey.generate), (TLS_KEY, _new_tls_key)):
        if not (folder / name).exists():
            plainfile.write(folder / name, _pem(make()), PRIVATE)
    records, tls = _records_key(folder), _tls_key(folder)
    known = _known_request(folder, records, tls)
    if known is not None:
        return known
    request = pack_request(_csr(tls), records)
    plainfile.write(folder / REQUEST, request, PUBLIC)
    return request


def root_key(path: Path) -> KeyEntry:
    """Read the authority's public root; raise RootMissing if it is none."""
    try:
        root = read(KeyEntry, parse(_read(path), LIMIT))
        Keyring([root])
    except FileNotFoundError as error:
        msg = N_("the authority's root key (root.json) is missing from the memory card")
        raise RootMissing(msg) from error
    except (OSError, WireError) as error:
        msg = N_("the authority's root key (root.json) cannot be read")
        raise RootMissing(msg) from error
    if root.use is not Use.ROOT:
        msg = N_("root.json holds a key that is not an authority's root")
        raise RootMissing(msg)
    return root


def accept(folder: Path, enrolment: bytes, root: KeyEntry) -> Enrolment:
    """Take the authority's answer and return what it says.

    Raises EnrolmentRefused, and leaves everything as it was, unless `root` signed it for this very
    gate and it is no older than the one that is held; NotEnrolled where there are no keys yet.
    """
    try:
        answer = _opened(enrolment, root)
    except NotEnrolled as error:
        raise EnrolmentRefused(str(error)) from error
    if answer.records and answer.records != kid_of(raw_public(_records_key(folder))):
        msg = N_("this enrolment was made for another gate's keys")
        raise EnrolmentRefused(msg)
    _check_certificate(answer, _tls_key(folder))
    held = _held_or_none(folder, root)
    if held is not None and held.issued > answer.issued:
        msg = N_("this enrolment is older than the one the gate has")
        raise EnrolmentRefused(msg)
    # The enrolment comes last: until it is there, a power cut leaves the gate what it was.
    plainfile.write(folder / CA, answer.ca.encode(), PUBLIC)
    plainfile.write(folder / CERTIFICATE, answer.certificate.encode(), PUBLIC)
    plainfile.write(folder / ENROLMENT, enrolment, PUBLIC)
    return answer


def load(folder: Path, root: KeyEntry) -> Enrolled:
    """Return who this gate is, for the scanner; raise NotEnrolled if it is nobody yet."""
    records = _records_key(folder)
    enrolment = held(folder, root)
    if enrolment.records and enrolment.records != kid_of(raw_public(records)):
        msg = N_("the gate's enrolment does not belong to its key")
        raise NotEnrolled(msg)
    return Enrolled(enrolment, records)


def held(folder: Path, root: KeyEntry) -> Enrolment:
    """Return what the authority said of this gate, for who has no need of its records key.

    Raises NotEnrolled if it has said nothing that counts.
    """
    try:
        data = _read(folder / ENROLMENT)
    except FileNotFoundError as error:
        msg = N_("this gate has keys but is not enrolled yet")
        raise NotEnrolled(msg) from error
    except OSError as error:
        msg = N_("the gate's enrolment cannot be read")
        raise EnrolmentUnreadable(msg) from error
    return _opened(data, root)


def brought(path: Path) -> bytes:
    """Return an enrolment that a technician names; raise EnrolmentRefused if there is none."""
    try:
        return _read(path)
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise EnrolmentRefused(msg) from error


def _held_or_none(folder: Path, root: KeyEntry) -> Enrolment | None:
    """Return what is held, or None if there is nothing or nothing that counts any more."""
    try:
        return held(folder, root)
    except NotEnrolled:
        return None


def _opened(data: bytes, root: KeyEntry) -> Enrolment:
    """Read an enrolment and see that all in it can be used."""
    try:
        answer = unpack(data, root)
        Keyring(answer.keys)
        DataKey.fresh().sealed_to(answer.seal)
    except WireError as error:
        msg = N_("the enrolment is damaged or not signed by this gate's authority")
        raise NotEnrolled(msg) from error
    if not answer.directions or not any(key.use is Use.RECEIPT for key in answer.keys):
        msg = N_("the enrolment does not say all that a gate needs")
        raise NotEnrolled(msg)
    return answer


def _check_certificate(answer: Enrolment, tls: EllipticCurvePrivateKey) -> None:
    """Raise NotEnrolled unless the certificate is for our key, our name, and from that CA.

    Between the two may stand the CA that issues to gates; its certificate then follows ours.
    """
    try:
        leaf, *between = x509.load_pem_x509_certificates(answer.certificate.encode())
        last = leaf
        for each in between:
            last.verify_directly_issued_by(each)
            last = each
        _check_issued(last, x509.load_pem_x509_certificates(answer.ca.encode()))
        names = [each.value for each in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        ours = leaf.public_key() == tls.public_key()
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        msg = N_("the certificate in the enrolment cannot be used")
        raise NotEnrolled(msg) from error
    if not ours:
        msg = N_("this enrolment was made for another gate's keys")
        raise NotEnrolled(msg)
    if names != [answer.gate]:
        msg = N_("the certificate in the enrolment names another gate")
        raise NotEnrolled(msg)


def _check_issued(certificate: x509.Certificate, by: list[x509.Certificate]) -> None:
    """Raise InvalidSignature or ValueError unless one of those has issued the certificate."""
    known = [each for each in by if each.subject == certificate.issuer]
    for each in known[:-1]:
        with suppress(InvalidSignature):
            certificate.verify_directly_issued_by(each)
            return
    certificate.verify_directly_issued_by((known or by)[-1])


def _new_tls_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def _csr(tls: EllipticCurvePrivateKey) -> str:
    """Ask for a certificate. The name in it counts for nothing: the authority gives one."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(tls, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


def _known_request(
    folder: Path, records: Ed25519PrivateKey, tls: EllipticCurvePrivateKey
) -> bytes | None:
    """Return the request made earlier, if it is whole and about these very keys."""
    try:
        data = _read(folder / REQUEST)
        request = unpack_request(data)
        csr = x509.load_pem_x509_csr(request.csr.encode())
        same = csr.public_key() == tls.public_key()
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return data if same and request.records.kid == kid_of(raw_public(records)) else None


def _records_key(folder: Path) -> Ed25519PrivateKey:
    key = _key(folder / RECORDS_KEY)
    if not isinstance(key, Ed25519PrivateKey):
        raise _damaged()
    return key


def _tls_key(folder: Path) -> EllipticCurvePrivateKey:
    key = _key(folder / TLS_KEY)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise _damaged()
    return key


def _key(path: Path) -> object:
    try:
        return load_pem_private_key(_read(path), password=None)
    except FileNotFoundError as error:
        msg = N_("this gate has no keys yet")
        raise NotEnrolled(msg) from error
    except OSError as error:
        msg = N_("the gate's keys cannot be read by this user")
        raise EnrolmentUnreadable(msg) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _damaged() from error


def _damaged() -> NotEnrolled:
    return NotEnrolled(N_("the gate's keys are damaged; move them away before making new ones"))


def _pem(key: Ed25519PrivateKey | EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read(path: Path) -> bytes:
    """Return no more than a little over LIMIT bytes: what is too long is refused by its reader."""
    with path.open("rb") as file:
        return file.read(LIMIT + 1)
