"""Turning the keys over: in good time, with old and new believed; or all at once, after a theft.

Both need the root, and so two people. `renew` leaves the old keys in the ring until they end, so
that nobody at a door or in a car without a network notices. `recover` leaves out whatever was there
before: from the moment a gate has the new ring, a thief signs nothing with the old keys that it
takes, and what he signed before is dropped. Both are made whole beside the folder's parts, also
what is signed again for the gates, before any of it counts (halfway.py).
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from provisioning import (
    authority,
    certificates,
    clock,
    files,
    gates,
    halfway,
    issuers,
    keyfile,
    making,
    policies,
    revocation,
    signers,
    withdrawal,
)
from provisioning.authority import CA_KEY, KEYRING, Authority, Public
from provisioning.certificates import Issuer
from provisioning.errors import FileUnusable, KeyMissing, PassphraseWrong
from provisioning.halfway import Left
from provisioning.making import Maker
from wire import keyring
from wire.errors import WireError
from wire.keyring import KeyList
from wire.keys import KeyEntry, Keyring, Use
from wire.sealing import seal_key

KEPT = timedelta(days=3 * 366)
"""How long a key that has ended stays in the ring: a gate may hold what it signed for so long."""
OLD_SEAL = "vault/seal-{kid}.pem"


def renew(home: Authority, now: datetime, days: int = making.ONLINE_DAYS) -> list[Path]:
    """Make the next keys and certificates of all that is online; return what is to be published.

    The keys for passes give way to those in reserve, which every gate knows already. Raises
    RootAbsent, PassphraseWrong, KeyMissing, FileUnusable.
    """
    root = home.root()
    with halfway.making_in(home.folder) as folder:
        home = again(home)
        maker = Maker(folder, now, days, home.secret())
        used, reserve = zip(*(_next(home, maker, *each) for each in making.TURNS), strict=True)
        dated = {key.kid: key for key in used}
        old = [key for key in home.public.keys if not _is_past(key, now)]
        stay = [dated.pop(key.kid, key) for key in old]
        keys = (*stay, *dated.values(), *reserve, *maker.signers(root))
        issuer = home.issuer()
        gates_ca = maker.gate_ca(issuer, home.public.authority)
        maker.services(issuer, _hosts(home))
        revocation.turn(home, folder, (issuer, gates_ca), now)
        public = replaced(home.public, keys, tuple(key.kid for key in reserve))
        return _turn(home, maker, public, issuer, Left.RENEWAL)


def recover(
    home: Authority,
    now: datetime,
    *,
    days: int = making.ONLINE_DAYS,
    passes_stay: bool = False,
    seal: bool = False,
) -> list[Path]:
    """Replace every key that is online, and the CA; return what is to be published.

    With `passes_stay` passes that were issued stay good, also those a thief has made. With `seal`
    personal fields are sealed to a new key; the old one stays, for what was sealed to it. What
    `home` gives as the passphrase closes the new keys, whatever closed the old ones: nobody may
    know that any more. Raises RootAbsent, KeyMissing, FileUnusable.
    """
    root, offline = home.root(), home.offline_secret()
    with halfway.making_in(home.folder) as folder:
        home = again(home)
        maker = Maker(folder, now, days, home.ask() if home.closed() else None)
        used = maker.issuers()
        reserve = maker.reserves(offline)
        stay = tuple(key for key in home.issuers() if not _is_past(key, now)) if passes_stay else ()
        keys = (*stay, *used, *reserve, *maker.signers(root))
        public = replaced(home.public, keys, tuple(key.kid for key in reserve))
        if seal:
            public = _resealed(home, maker, public)
        return _turn(home, maker, public, _next_ca(home, maker, offline), Left.RECOVERY)


def tell(home: Authority, now: datetime) -> Path:
    """Sign the ring as everyone may know it now; return where, to be published."""
    home = again(home)
    try:
        ca = x509.load_pem_x509_certificate(files.read(home.folder / "ca.pem", 64 * 1024))
    except ValueError as error:
        raise KeyMissing(path=home.folder / "ca.pem") from error
    data = keyring.pack(_ring(home, now, home.public, ca), home.root())
    path = home.published(KEYRING)
    files.write(path, data)
    files.write(home.folder / making.ENROLMENT / KEYRING, data)  # last: `is_told` goes by it
    return path


def is_told(home: Authority) -> bool:
    """Say whether the ring that was signed last names every key that counts, if it is here."""
    try:
        last = keyring.unpack(home.keyring(), Keyring([home.public.root]))
    except (WireError, FileUnusable):
        return True
    return {key.kid for key in home.public.keys} <= {key.kid for key in last.keys}


def again(home: Authority) -> Authority:
    """Return the authority as its folder says now, with whatever people have given."""
    return replace(home, public=authority.load(home.folder).public)


def replaced(
    public: Public, keys: tuple[KeyEntry, ...], reserve: tuple[str, ...] | None = None
) -> Public:
    """Return what everyone may know, with other keys."""
    kept = public.reserve if reserve is None else reserve
    return msgspec.structs.replace(public, keys=keys, reserve=kept)


def _next(home: Authority, maker: Maker, use: Use, way: str) -> tuple[KeyEntry, KeyEntry]:
    """Make what issues next, with its end, and the key in reserve after it.

    That is the key in reserve; an authority of before has none for the desk, and gets one.
    """
    offline = home.offline_secret()
    kinds = {(key.use, key.way) for key in home.issuers()}
    if (use, way) in kinds:
        used = issuers.lifted(home, maker, use, way)
        used = msgspec.structs.replace(used, until=maker.until(use))
    else:
        used = maker.signing(use, making.issuing(use, way), way)
    return used, maker.reserve(use, offline, way)


def _is_past(key: KeyEntry, now: datetime) -> bool:
    return key.until is not None and key.until < clock.millis(now - KEPT)


def _hosts(home: Authority) -> tuple[str, ...]:
    path = home.folder / "broker/certificate.pem"
    try:
        return certificates.hosts(x509.load_pem_x509_certificate(files.read(path, 64 * 1024)))
    except ValueError as error:
        raise KeyMissing(path=path) from error


def _resealed(home: Authority, maker: Maker, public: Public) -> Public:
    """Make a new key to seal to; the old one is kept beside it."""
    seal = X25519PrivateKey.generate()
    keyfile.save(maker.folder / "vault/seal.pem", seal, maker.secret)
    old = home.folder / "vault/seal.pem"
    if old.exists():
        kept = maker.folder / OLD_SEAL.format(kid=public.seal.kid)
        files.write(kept, files.read(old, keyfile.LIMIT), files.PRIVATE)
    return msgspec.structs.replace(public, seal=seal_key(seal.public_key()))


def _next_ca(home: Authority, maker: Maker, offline: bytes | None) -> Issuer:
    """Make the next CA, and what stands beneath it.

    The broker shows the new CA as issued by the old one too: gates that have not heard of it find
    their way to the ring that tells them. Their own certificates are believed until they have new.
    """
    key = certificates.new_key()
    name = home.public.authority
    issuer = Issuer(certificates.make_ca(f"{maker.now:%Y-%m-%d} {name}", key, maker.now), key)
    keyfile.save(maker.folder / CA_KEY, key, offline)
    behind = b""
    with suppress(KeyMissing, PassphraseWrong):  # without the old CA's key gates must be told
        behind = certificates.crossed(issuer.ca, home.issuer()).public_bytes(Encoding.PEM)
    gates_ca = maker.gate_ca(issuer, name)
    maker.services(issuer, _hosts(home), files.read(home.folder / "ca.pem", 64 * 1024), behind)
    files.write(maker.folder / "ca.pem", issuer.ca.public_bytes(Encoding.PEM))
    revocation.turn(home, maker.folder, (issuer, gates_ca), maker.now)
    return issuer


def _turn(home: Authority, maker: Maker, public: Public, issuer: Issuer, work: Left) -> list[Path]:
    """Sign the ring, sign again what gates hold, and let all that was made count."""
    made = replace(home, folder=maker.folder, public=public, ask=lambda: maker.secret or b"")
    data = keyring.pack(_ring(home, maker.now, public, issuer.ca), home.root())
    authority.write(made.folder, public)
    files.write(made.folder / making.ENROLMENT / KEYRING, data)
    path = made.published(KEYRING)
    files.write(path, data)
    told = [
        path,
        *policies.renew(home, made, maker.now),
        *signers.renew(home, made, maker.now),
        *withdrawal.renew(home, maker.now, made),
        *gates.certify_all(home, maker.now, by=(made, issuer)),
    ]
    halfway.turn(home.folder, made.folder, work)
    return [home.folder / each.relative_to(made.folder) for each in told]


def _ring(home: Authority, now: datetime, public: Public, ca: x509.Certificate) -> KeyList:
    version = clock.millis(now)
    with suppress(WireError, FileUnusable):
        last = keyring.unpack(home.keyring(), Keyring([home.public.root]))
        version = max(version, last.version + 1)
    pem = ca.public_bytes(Encoding.PEM).decode()
    return KeyList(version, clock.millis(now), public.keys, public.seal, pem)
