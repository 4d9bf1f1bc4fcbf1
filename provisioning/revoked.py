"""Which certificates were revoked, and the lists that say so to the broker.

    revoked.json                 what was revoked, for people and for the next lists
    certificates/NAME.NUMBER     every client's certificate that was made here, so that it can be
    broker/issuers.pem           every CA whose clients come to the broker
    broker/revoked.pem           a list of each of these, good until that CA ends

Knows no key of an authority's but those it is handed.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from provisioning import clock, files
from provisioning.certificates import Issuer
from provisioning.errors import FileUnusable
from wire.record import Millis

BOOK = "revoked.json"
CERTIFICATES = "certificates"
ISSUERS, LISTS = "broker/issuers.pem", "broker/revoked.pem"
LIMIT = 64 * 1024 * 1024
LEAF_LIMIT = 64 * 1024
BLOCK = re.compile(rb"-----BEGIN X509 CRL-----.{1,67108864}?-----END X509 CRL-----", re.DOTALL)
List = x509.CertificateRevocationList


class Revoked(msgspec.Struct, frozen=True):
    """One certificate that counts no more."""

    name: str
    """Whose it is: a gate's, or a service's."""
    serial: str
    """Its number, in hex."""
    issuer: str
    """Which CA's key has signed it: the id of that key, in hex."""
    key: str
    """The id of its own key. No other certificate is made for that one."""
    at: Millis
    until: Millis
    """Its own end: it is on no list after that."""


class Book(msgspec.Struct, frozen=True):
    """All of them, in the order in which they were revoked."""

    revoked: tuple[Revoked, ...] = ()


def load(folder: Path) -> tuple[Revoked, ...]:
    """Read what was revoked; nothing if there is no such file. Raises FileUnusable."""
    path = folder / BOOK
    if not path.exists():
        return ()
    try:
        return msgspec.json.decode(files.read(path, LIMIT), type=Book).revoked
    except (msgspec.DecodeError, RecursionError) as error:
        raise FileUnusable(path=path, detail=str(error)) from error


def save(folder: Path, revoked: tuple[Revoked, ...]) -> None:
    """Write what was revoked."""
    data = msgspec.json.format(msgspec.json.encode(Book(revoked)), indent=2)
    files.write(folder / BOOK, data + b"\n")


def note(folder: Path, leaf: x509.Certificate) -> None:
    """Keep a client's certificate, which is no secret, for the day when it is revoked."""
    kept = folder / CERTIFICATES
    files.folder(kept)
    path = kept / f"{owner(leaf)}.{leaf.serial_number:x}"
    files.write(path, leaf.public_bytes(Encoding.PEM))


def entry(leaf: x509.Certificate, now: datetime) -> Revoked:
    """Return what is said of a certificate that is revoked now."""
    return Revoked(
        name=owner(leaf),
        serial=f"{leaf.serial_number:x}",
        issuer=issuer_id(leaf),
        key=key_id(leaf),
        at=clock.millis(now),
        until=clock.millis(leaf.not_valid_after_utc),
    )


def start(folder: Path, issuers: Sequence[Issuer], now: datetime) -> None:
    """Write empty lists of a new authority's CAs."""
    lists = [each.revocations((), clock.millis(now)) for each in issuers]
    write(folder, [each.ca for each in issuers], lists, ())


def write(
    folder: Path,
    cas: Sequence[x509.Certificate],
    lists: Sequence[List],
    revoked: Iterable[Revoked],
) -> None:
    """Write the CAs, and their lists with a remark about each certificate that is on one.

    The remarks tell the broker's program whose connections to end.
    """
    remarks = "".join(f"# {each.name} {each.serial}\n" for each in revoked)
    files.write(folder / ISSUERS, b"".join(each.public_bytes(Encoding.PEM) for each in cas))
    pems = (each.public_bytes(Encoding.PEM) for each in lists)
    files.write(folder / LISTS, remarks.encode() + b"".join(pems))


def cas(folder: Path) -> list[x509.Certificate]:
    """Return every CA whose clients come; none if that was never written."""
    try:
        return x509.load_pem_x509_certificates(files.read(folder / ISSUERS, LIMIT))
    except (FileUnusable, ValueError):
        return []


def lists(folder: Path) -> dict[str, List]:
    """Return the lists that there are, by the id of their CA's key."""
    try:
        found = BLOCK.findall(files.read(folder / LISTS, LIMIT))
        made = [x509.load_pem_x509_crl(each) for each in found]
        return {issuer_id(each): each for each in made}
    except (FileUnusable, ValueError):
        return {}


def uncovered(folder: Path) -> list[str]:
    """Return the names of the CAs without a list: the broker goes without any because of them."""
    have, now = lists(folder), clock.now()
    return [
        each.subject.rfc4514_string()
        for each in cas(folder)
        if key_id(each) not in have and each.not_valid_after_utc > now
    ]


def on(ca: x509.Certificate, revoked: Iterable[Revoked], now: datetime) -> dict[int, datetime]:
    """Return the numbers that belong on a CA's list, and since when."""
    return {
        int(each.serial, 16): datetime.fromtimestamp(each.at / 1000, UTC)
        for each in revoked
        if each.issuer == key_id(ca) and each.until > clock.millis(now)
    }


def owner(leaf: x509.Certificate) -> str:
    """Return whose certificate it is."""
    found = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def key_id(certificate: x509.Certificate) -> str:
    """Return the id of a certificate's own key."""
    return ski(certificate.public_key())


def ski(public: CertificatePublicKeyTypes) -> str:
    """Return the id of a key."""
    return x509.SubjectKeyIdentifier.from_public_key(public).digest.hex()


def issuer_id(signed: x509.Certificate | List) -> str:
    """Return the id of the key that has signed it; "" if that is not said."""
    try:
        found = signed.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    return (found.key_identifier or b"").hex()
