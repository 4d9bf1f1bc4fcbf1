"""The authority: a folder of keys, each in the part of it where it will be used.

    public.json  root.json       what everyone may know; root.json goes onto every SD card
    roster.json                  the gates; for the collector
    ca.pem                       the authority's certificate for TLS
    offline/   root.pem ca-key.pem              needed to admit gates; keep away from networks
               pages-ca-key.pem                 the pages' own CA, if there is one (pagecert.py)
               reserve-*.pem                    issuers' keys for the day when one must be replaced
               retired-*.pem                    CAs of before whose clients may still come
    passes/    seen.pem declared.pem            issue passes; and the register of what was issued
    issuing/   self-service.pem attendant.pem institution.pem status.pem
                                                for the district's desk: passes, and lists of them
    signing/   policy.pem card.pem command.pem status.pem   what gates are told to do and believe
    requests/                                   what gates asked with; for their next certificates
    certificates/  revoked.json                 what was made for clients, and what counts no more
    published/                                  what was signed for the gates; made when first used
    broker/    tls.pem certificate.pem ca.pem   for the broker's machine
               issuers.pem revoked.pem          the CAs of its clients, and a list of each
    collector/ tls.pem certificate.pem ca.pem receipt.pem   for intake
    enrolment/ enrol.pem voucher.bin            signs codes and answers; the root's word for it
               gate-ca-key.pem gate-ca.pem      issues certificates to gates that enrol by network
               tls.pem certificate.pem ca.pem keyring.json   for the service that answers them
    vault/     seal.pem                         opens what gates have sealed

So each part can be carried to its machine by itself, and what is missing here is only asked for
by the work that needs it. `offline/root.pem` is there only in a plain authority, for trying out:
else people hold shares of the root (shares.py), and what lies beside it is closed with what can
be derived from it.
"""

import glob
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from provisioning import certificates, clock, files, keyfile, making, passphrase, revoked, roster
from provisioning.certificates import Issuer
from provisioning.errors import (
    TEXT,
    AuthorityExists,
    AuthorityMissing,
    FileUnusable,
    KeyEndsFirst,
    KeyMissing,
    PassphraseWrong,
    RootAbsent,
    ValueInvalid,
)
from provisioning.making import ONLINE_DAYS, PASSES, SIGNING, Maker
from wire import keyring
from wire.canonical import parse, read
from wire.errors import WireError
from wire.keyring import KeyList
from wire.keys import KeyEntry, SealKey, Use, entry, kid_of, raw_public
from wire.record import Millis
from wire.sealing import seal_key

HOSTS = ("localhost", "127.0.0.1")
LIMIT = 64 * 1024
MAX_TEXT = 200
PUBLISHED = "published"
KEYRING = "keyring.json"
FOUNDING = ".{name}.founding."
"""Where an authority is made, beside its place."""
ROOT = "offline/root.pem"
CA_KEY = "offline/ca-key.pem"
PARTS = (
    "offline",
    "passes",
    making.DESK,
    "signing",
    "broker",
    "collector",
    making.ENROLMENT,
    "vault",
)


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
    joined: Ed25519PrivateKey | None = None
    """The root, while people have brought it together from their shares."""
    ask: Callable[[], bytes] = passphrase.given
    """Gives the passphrase of the keys that are closed with one."""

    def root(self) -> Ed25519PrivateKey:
        """Return the key that signs enrolments; raise RootAbsent where only people hold it."""
        if self.joined is not None:
            return self.joined
        if self.is_shared():
            raise RootAbsent
        return keyfile.load_ed25519(self.folder / ROOT)

    def is_shared(self) -> bool:
        """Say whether people hold the root, and not this folder."""
        return not (self.folder / ROOT).exists()

    def offline_secret(self) -> bytes | None:
        """Return what closes the files beside the root; None if the root lies there itself."""
        return keyfile.offline_secret(self.root()) if self.is_shared() else None

    def issuer(self) -> Issuer:
        """Return the authority's certificate with the key that signs certificates."""
        key = keyfile.load_ec(self.folder / CA_KEY, lambda: keyfile.offline_secret(self.root()))
        return Issuer(_certificate(self.folder / "ca.pem"), key)

    def gate_issuer(self) -> Issuer:
        """Return the CA that issues to gates, with its key; it is online."""
        key = keyfile.load_ec(self.folder / making.GATE_CA_KEY, self.ask)
        return Issuer(_certificate(self.folder / making.GATE_CA), key)

    def voucher(self) -> bytes:
        """Return the root's word for the key for enrolment."""
        return files.read(self.folder / making.VOUCHER, LIMIT)

    def keyring(self) -> bytes:
        """Return the ring of the keys that count, as the root has signed it."""
        return files.read(self.folder / making.ENROLMENT / KEYRING, keyring.LIMIT)

    def pass_key(self, use: Use) -> Ed25519PrivateKey:
        """Return the key that issues passes of that use."""
        return keyfile.load_ed25519(self.folder / PASSES[use], self.ask)

    def signing_key(self, use: Use) -> Ed25519PrivateKey:
        """Return the key that signs policies, cards, commands or status lists."""
        return keyfile.load_ed25519(self.folder / SIGNING[use], self.ask)

    def closed(self) -> list[Path]:
        """Return the keys here that are closed with the passphrase."""
        names = (*SIGNING.values(), *PASSES.values(), making.ENROL_KEY, making.GATE_CA_KEY)
        paths = [self.folder / name for name in names]
        return [path for path in paths if keyfile.is_closed(path)]

    def secret(self) -> bytes | None:
        """Return what is to close the next keys: the passphrase that opens those of now, if any.

        A slip of the finger would close them for ever. Raises PassphraseWrong.
        """
        closed = self.closed()
        if not closed:
            return None
        secret = self.ask()
        if not any(keyfile.opens(path, secret) for path in closed):
            raise PassphraseWrong(path=closed[0])
        return secret

    def outlasts(self, key: Ed25519PrivateKey, ends: datetime) -> None:
        """Raise KeyEndsFirst if gates refuse, before `ends`, what this key signs."""
        kid = kid_of(raw_public(key))
        for each in self.public.keys:
            if each.kid == kid and each.until is not None and each.until < clock.millis(ends):
                date = datetime.fromtimestamp(each.until / 1000, ends.tzinfo)
                raise KeyEndsFirst(date=f"{date:%Y-%m-%d}")

    def issuers(self) -> tuple[KeyEntry, ...]:
        """Return every key whose passes gates believe: in use, in reserve, or turned already."""
        return tuple(key for key in self.public.keys if key.use in PASSES)

    def published(self, name: str) -> Path:
        """Return where a document signed for the gates is kept; the folder is made."""
        folder = self.folder / PUBLISHED
        files.folder(folder)
        return folder / name


def create(  # noqa: PLR0913 - all that is said about an authority, by name
    folder: Path,
    name: str,
    *,
    help_line: str = "",
    hosts: tuple[str, ...] = HOSTS,
    now: datetime,
    days: int = ONLINE_DAYS,
    secret: bytes | None = None,
    root: Ed25519PrivateKey | None = None,
) -> Authority:
    """Make an authority; `hosts` are the names and addresses under which gates find the broker.

    Its online keys end after `days`, and are closed with `secret` if there is one. Without `root`
    one is made and lies in the folder, plainly: for trying out, and for tests. With it the folder
    never holds it, and whoever gives it sees to its shares. The folder appears whole or not at
    all; keys that a power cut has left beside it are deleted the next time. Raises
    AuthorityExists, ValueInvalid, FileUnusable.
    """
    _check_text("name", name, least=1)
    _check_text("help line", help_line, least=0)
    if folder.is_dir() and any(folder.iterdir()):
        raise AuthorityExists(folder=folder)
    partial = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        prefix = FOUNDING.format(name=folder.name)
        for left in folder.parent.glob(f"{glob.escape(prefix)}*"):
            shutil.rmtree(left)
        partial = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
        _fill(Maker(partial, now, days, secret), name, help_line, hosts, root)
        partial.rename(folder)
        files.flush_folder(folder.parent)
    except OSError as error:
        raise FileUnusable(path=folder, detail=error.strerror) from error
    finally:
        if partial is not None and partial.exists():
            shutil.rmtree(partial)
    made = load(folder)
    return made if root is None else replace(made, joined=root)


def load(folder: Path) -> Authority:
    """Read an authority's folder; raise AuthorityMissing if it is none."""
    try:
        return Authority(folder, read(Public, parse(files.read(folder / "public.json", LIMIT))))
    except (FileUnusable, WireError) as error:
        raise AuthorityMissing(folder=folder) from error


def _check_text(what: str, text: str, *, least: int) -> None:
    if not least <= len(text.strip()) <= len(text) <= MAX_TEXT or not text.isprintable():
        raise ValueInvalid(name=what, value=text, takes=TEXT, least=least, most=MAX_TEXT)


def _fill(
    maker: Maker,
    name: str,
    help_line: str,
    hosts: tuple[str, ...],
    given: Ed25519PrivateKey | None,
) -> None:
    """Make all keys and certificates in an empty folder."""
    folder = maker.folder
    for part in PARTS:
        (folder / part).mkdir(mode=0o700)
    root = given or Ed25519PrivateKey.generate()
    offline = keyfile.offline_secret(root) if given else None
    if given is None:
        keyfile.save(folder / ROOT, root)
    seal = X25519PrivateKey.generate()
    keyfile.save(folder / "vault/seal.pem", seal, maker.secret)
    reserve = maker.reserves(offline)
    issuers = maker.issuers()
    public = Public(
        authority=name,
        help_line=help_line,
        root=entry(root.public_key(), Use.ROOT),
        keys=(*issuers, *reserve, *maker.signers(root)),
        seal=seal_key(seal.public_key()),
        created=clock.millis(maker.now),
        reserve=tuple(key.kid for key in reserve),
    )
    ca = _make_certificates(maker, name, hosts, offline)
    files.write(folder / "root.json", pretty(public.root))
    write(folder, public)
    # Its version is the time, so that it grows wherever a ring is made.
    ring = KeyList(public.created, public.created, public.keys, public.seal, ca)
    files.write(folder / making.ENROLMENT / KEYRING, keyring.pack(ring, root))
    roster.start(folder, name, help_line)


def write(folder: Path, public: Public) -> None:
    """Write what everyone may know."""
    files.write(folder / "public.json", pretty(public))


def _make_certificates(
    maker: Maker, name: str, hosts: tuple[str, ...], offline: bytes | None
) -> str:
    """Make the CA, the one for gates, and the services' certificates; return the CA's PEM."""
    ca_key = certificates.new_key()
    issuer = Issuer(certificates.make_ca(name, ca_key, maker.now), ca_key)
    pem = issuer.ca.public_bytes(Encoding.PEM)
    keyfile.save(maker.folder / CA_KEY, ca_key, offline)
    files.write(maker.folder / "ca.pem", pem)
    gates = maker.gate_ca(issuer, name)
    maker.services(issuer, hosts)
    revoked.start(maker.folder, (issuer, gates), maker.now)
    return pem.decode()


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(files.read(path, LIMIT))
    except (FileUnusable, ValueError) as error:
        raise KeyMissing(path=path) from error


def pretty(content: msgspec.Struct) -> bytes:
    """Spell a public file so that people can read it too."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
