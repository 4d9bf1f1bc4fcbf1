"""Whose health certificates count: from files of certificates to the signed list for the gates."""

from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from provisioning import clock, files
from provisioning.authority import PUBLISHED, Authority
from provisioning.errors import FileUnusable, SignerInvalid, SignersTooMany
from wire import signers
from wire.errors import WireError
from wire.keys import Keyring, Use
from wire.signers import Signers

NAME = "signers.json"
SUFFIXES = frozenset({".cer", ".crt", ".der", ".pem"})
LIMIT = 1024 * 1024
PEM = b"-----BEGIN CERTIFICATE-----"


def publish(home: Authority, places: tuple[Path, ...], now: datetime) -> tuple[Path, Signers]:
    """Sign a list of all certificates in `places` and write it; return where, and the list.

    It takes the place of the list before it. Raises SignerInvalid naming the file in which a
    certificate is none that gates take, SignersTooMany, FileUnusable, KeyMissing.
    """
    key = home.signing_key(Use.POLICY)
    found = dict.fromkeys(der for path in _files(places) for der in certificates(path))
    path = home.published(NAME)
    made = signers.of(_version(home, path, now), clock.millis(now), tuple(sorted(found)))
    try:
        data = signers.pack(made, key)
    except WireError as error:
        raise SignersTooMany(count=len(found)) from error
    files.write(path, data)
    return path, made


def renew(home: Authority, turned: Authority, now: datetime) -> list[Path]:
    """Sign the list that `home` published and signed with the keys of `turned`; say where."""
    try:
        data = files.read(home.folder / PUBLISHED / NAME, signers.MAX_BYTES)
        last = signers.unpack(data, Keyring(home.public.keys))
    except (FileUnusable, WireError):
        return []
    version = max(last.version + 1, int(now.timestamp()))
    fresh = signers.of(version, clock.millis(now), last.certificates())
    path = turned.published(NAME)
    files.write(path, signers.pack(fresh, turned.signing_key(Use.POLICY)))
    return [path]


def certificates(path: Path) -> list[bytes]:
    """Return the certificates in a file, DER: one in DER, or one or more in PEM."""
    data = files.read(path, LIMIT)
    try:
        found = x509.load_pem_x509_certificates(data) if PEM in data else []
        if data.count(PEM) != len(found):  # the library passes over one that is cut short
            raise SignerInvalid(path=path)
        ders = [each.public_bytes(Encoding.DER) for each in found] or [data]
        for der in ders:
            signers.signer(der)
    except ValueError as error:  # WireError too
        raise SignerInvalid(path=path) from error
    return ders


def _files(places: tuple[Path, ...]) -> list[Path]:
    """Return the files named, and those in folders named, that look like certificates."""
    found = []
    for place in places:
        try:
            inside = sorted(place.iterdir()) if place.is_dir() else [place]
        except OSError as error:
            raise FileUnusable(path=place, detail=error.strerror) from error
        named = [each for each in inside if each == place or each.suffix.lower() in SUFFIXES]
        if not named:  # a wrong folder must not mean that nobody is believed any more
            raise SignerInvalid(path=place)
        found += named
    return found


def _version(home: Authority, path: Path, now: datetime) -> int:
    """Return a version above every one before, also if the last list was lost with its folder."""
    try:
        last = signers.unpack(files.read(path, signers.MAX_BYTES), Keyring(home.public.keys))
    except (FileUnusable, WireError):
        return int(now.timestamp())
    return max(last.version + 1, int(now.timestamp()))
