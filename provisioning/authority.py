"""The authority: a folder of keys, each in the part of it where it will be used.

    public.json  root.json       what everyone may know; root.json goes onto every SD card
    roster.json                  the gates; for the collector
    ca.pem                       the authority's certificate for TLS
    offline/   root.pem ca-key.pem              needed to admit gates; keep away from networks
               reserve-*.pem                    issuers' keys for the day when one must be replaced
    passes/    seen.pem declared.pem            issue passes; and the register of what was issued
    signing/   policy.pem card.pem command.pem status.pem   what gates are told to do and believe
    published/                                  what was signed for the gates; made when first used
    broker/    tls.pem certificate.pem ca.pem   for the broker's machine
    collector/ tls.pem certificate.pem ca.pem receipt.pem   for intake
    vault/     seal.pem                         opens what gates have sealed

So each part can be carried to its machine by itself, and what is missing here is only asked for
by the work that needs it.
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from provisioning import certificates, clock, files, keyfile, roster
from provisioning.certificates import Issuer
from provisioning.errors import (
    AuthorityExists,
    AuthorityMissing,
    FileUnusable,
    KeyMissing,
    ValueInvalid,
)
from wire.canonical import parse, read
from wire.errors import WireError
from wire.keys import KeyEntry, Use, entry
from wire.record import Millis
from wire.sealing import SealKey, seal_key

HOSTS = ("localhost", "127.0.0.1")
INTAKE = "intake"
SERVICE_DAYS = 825
LIMIT = 64 * 1024
MAX_TEXT = 200
PASSES = {Use.PASS_SEEN: "passes/seen.pem", Use.PASS_DECLARED: "passes/declared.pem"}
SIGNING = {
    Use.POLICY: "signing/policy.pem",
    Use.CARD: "signing/card.pem",
    Use.COMMAND: "signing/command.pem",
    Use.STATUS: "signing/status.pem",
}
PUBLISHED = "published"


class Public(msgspec.Struct, frozen=True):
    """What everyone may know of an authority."""

    authority: str
    help_line: str
    root: KeyEntry
    keys: tuple[KeyEntry, ...]
    """Every key that a gate is told to believe."""
    seal: SealKey
    created: Millis
    v: int = 1
    reserve: tuple[str, ...] = ()
    """Kids of the issuers' keys that gates believe already and that nobody uses yet."""


@dataclass(frozen=True)
class Authority:
    """An authority's folder, as much of it as is here. Each key raises KeyMissing if it is not."""

    folder: Path
    public: Public

    def root(self) -> Ed25519PrivateKey:
        """Return the key that signs enrolments."""
        return keyfile.load_ed25519(self.folder / "offline/root.pem")

    def issuer(self) -> Issuer:
        """Return the authority's certificate with the key that signs certificates."""
        path = self.folder / "ca.pem"
        try:
            ca = x509.load_pem_x509_certificate(files.read(path, LIMIT))
        except (FileUnusable, ValueError) as error:
            raise KeyMissing(path=path) from error
        return Issuer(ca, keyfile.load_ec(self.folder / "offline/ca-key.pem"))

    def pass_key(self, use: Use) -> Ed25519PrivateKey:
        """Return the key that issues passes of that use."""
        return keyfile.load_ed25519(self.folder / PASSES[use])

    def signing_key(self, use: Use) -> Ed25519PrivateKey:
        """Return the key that signs policies, cards, commands or status lists."""
        return keyfile.load_ed25519(self.folder / SIGNING[use])

    def issuers(self) -> tuple[KeyEntry, ...]:
        """Return every key whose passes gates believe: in use, in reserve, or turned already."""
        return tuple(key for key in self.public.keys if key.use in PASSES)

    def published(self, name: str) -> Path:
        """Return where a document signed for the gates is kept; the folder is made."""
        folder = self.folder / PUBLISHED
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise FileUnusable(path=folder, detail=error.strerror) from error
        return folder / name


def create(
    folder: Path,
    name: str,
    *,
    help_line: str = "",
    hosts: tuple[str, ...] = HOSTS,
    now: datetime,
) -> Authority:
    """Make an authority; `hosts` are the names and addresses under which gates find the broker.

    The folder appears whole or not at all. Raises AuthorityExists, ValueInvalid, FileUnusable.
    """
    _check_text("name", name, least=1)
    _check_text("help line", help_line, least=0)
    if folder.is_dir() and any(folder.iterdir()):
        raise AuthorityExists(folder=folder)
    partial = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        _fill(partial, name, help_line, hosts, now)
        partial.rename(folder)
        files.flush_folder(folder.parent)
    except OSError as error:
        raise FileUnusable(path=folder, detail=error.strerror) from error
    finally:
        if partial is not None and partial.exists():
            shutil.rmtree(partial)
    return load(folder)


def load(folder: Path) -> Authority:
    """Read an authority's folder; raise AuthorityMissing if it is none."""
    try:
        return Authority(folder, read(Public, parse(files.read(folder / "public.json", LIMIT))))
    except (FileUnusable, WireError) as error:
        raise AuthorityMissing(folder=folder) from error


def _check_text(what: str, text: str, *, least: int) -> None:
    if not least <= len(text.strip()) <= len(text) <= MAX_TEXT or not text.isprintable():
        raise ValueInvalid(name=what, value=text)


def _fill(folder: Path, name: str, help_line: str, hosts: tuple[str, ...], now: datetime) -> None:
    """Make all keys and certificates in an empty folder."""
    for part in ("offline", "passes", "signing", "broker", "collector", "vault"):
        (folder / part).mkdir(mode=0o700)
    seal = X25519PrivateKey.generate()
    keyfile.save(folder / "vault/seal.pem", seal)
    reserve = tuple(make_reserve(folder, use) for use in PASSES)
    public = Public(
        authority=name,
        help_line=help_line,
        root=_sign_key(folder / "offline/root.pem", Use.ROOT),
        keys=(
            *(_sign_key(folder / path, use) for use, path in PASSES.items()),
            *reserve,
            *(_sign_key(folder / path, use) for use, path in SIGNING.items()),
            _sign_key(folder / "collector/receipt.pem", Use.RECEIPT),
        ),
        seal=seal_key(seal.public_key()),
        created=clock.millis(now),
        reserve=tuple(key.kid for key in reserve),
    )
    _make_certificates(folder, name, hosts, now)
    files.write(folder / "root.json", pretty(public.root))
    files.write(folder / "public.json", pretty(public))
    roster.start(folder, name, help_line)


def make_reserve(folder: Path, use: Use) -> KeyEntry:
    """Make an issuer's key for later, kept offline, and return its public half."""
    key = Ed25519PrivateKey.generate()
    public = entry(key.public_key(), use)
    keyfile.save(reserved(folder, public.kid), key)
    return public


def reserved(folder: Path, kid: str) -> Path:
    """Return where the private half of a key in reserve is kept."""
    return folder / f"offline/reserve-{kid}.pem"


def _sign_key(path: Path, use: Use) -> KeyEntry:
    """Make a signing key and return its public half."""
    key = Ed25519PrivateKey.generate()
    keyfile.save(path, key)
    return entry(key.public_key(), use)


def _make_certificates(folder: Path, name: str, hosts: tuple[str, ...], now: datetime) -> None:
    """Make the CA, and a key and certificate for the broker and for intake."""
    ca_key = certificates.new_key()
    ca = certificates.make_ca(name, ca_key, now)
    issuer = Issuer(ca, ca_key)
    keyfile.save(folder / "offline/ca-key.pem", ca_key)
    files.write(folder / "ca.pem", ca.public_bytes(Encoding.PEM))
    services = (
        ("broker", "broker", certificates.SERVER, hosts),
        ("collector", INTAKE, certificates.CLIENT, ()),
    )
    for part, common, use, names in services:
        key = certificates.new_key()
        leaf = issuer.issue(common, key.public_key(), use, hosts=names, now=now, days=SERVICE_DAYS)
        keyfile.save(folder / part / "tls.pem", key)
        files.write(folder / part / "certificate.pem", leaf.public_bytes(Encoding.PEM))
        files.write(folder / part / "ca.pem", ca.public_bytes(Encoding.PEM))


def pretty(content: msgspec.Struct) -> bytes:
    """Spell a public file so that people can read it too."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
