"""Revoking a client's certificate, and keeping a list of every CA whose clients come.

The lists are carried to the broker with its folder. A CA that has been followed by another is kept
as long as its clients may come: what it has issued can still be revoked. Its key lies in
`offline/`, closed as what lies there is.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography import x509

from provisioning import clock, files, keyfile, making, revoked, roster
from provisioning.authority import Authority
from provisioning.certificates import Issuer
from provisioning.errors import (
    CertificateUnknown,
    FileUnusable,
    KeyMissing,
    PassphraseWrong,
    RootAbsent,
)
from provisioning.revoked import List, Revoked

RETIRED = "offline/retired-{id}.pem"


def revoke(home: Authority, what: str, now: datetime) -> tuple[Revoked, ...]:
    """Revoke certificates, sign the lists anew, and return what was revoked now.

    `what` is a gate's or a service's name: all its certificates that have not ended; the number of
    one, in hex; or a file with one. Needs the key of each CA that has made them: the root, for what
    was not made over the network. Raises CertificateUnknown, KeyMissing, RootAbsent, FileUnusable.
    """
    with files.alone(home.folder / ".revoked.lock"):
        before = revoked.load(home.folder)
        known = {(each.issuer, each.serial) for each in before}
        found = meant(home, what, now)
        fresh = tuple(each for each in found if (each.issuer, each.serial) not in known)
        book = (*before, *fresh)
        _lists(home, home.folder, _cas(home), book, now)
        revoked.save(home.folder, book)
    return fresh


def meant(home: Authority, what: str, now: datetime) -> list[Revoked]:
    """Return the certificates that a name, a number or a file means; raise CertificateUnknown."""
    leaves = list[x509.Certificate]()
    for folder in (home.folder, _theirs(home)):
        for path in sorted((folder / revoked.CERTIFICATES).glob("*.*")):
            name, _, number = path.name.rpartition(".")
            if what in (name, number):
                leaves += _pems(path)[:1]
    if not leaves and Path(what).is_file():
        leaves = _pems(Path(what))[:1]
    found = {revoked.entry(each, now) for each in leaves if each.not_valid_after_utc > now}
    ids = {revoked.key_id(each) for each in _cas(home)}
    ours = [each for each in found if each.issuer in ids]
    if not ours:
        raise CertificateUnknown(what=what)
    return sorted(ours, key=lambda each: each.serial)


def is_unseen(home: Authority, name: str) -> bool:
    """Say whether a gate enrolled over the network and what was made for it there is not here."""
    theirs = _theirs(home) / revoked.CERTIFICATES
    enrolled = {each.gate for each in roster.enrolled(home.folder)}
    return name in enrolled and not any(theirs.glob(f"{name}.*"))


def turn(home: Authority, folder: Path, fresh: Sequence[Issuer], now: datetime) -> None:
    """Write into `folder`, which holds the next keys, the lists that go with them.

    The CAs of before stay on as long as the broker's next folder lets in who was issued by them.
    """
    anchors = {revoked.key_id(each) for each in _pems(folder / "broker/ca.pem")}
    new = {revoked.key_id(each.ca) for each in fresh}
    kept = [
        each
        for each in _cas(home)
        if revoked.key_id(each) not in new
        and each.not_valid_after_utc > now
        and anchors & {revoked.key_id(each), revoked.issuer_id(each)}
    ]
    for each in kept:
        with suppress(KeyMissing, PassphraseWrong):  # its last list goes on as it is
            keyfile.save(retired(folder, each), _issuer(home, each).key, home.offline_secret())
    _lists(
        home, folder, [*(each.ca for each in fresh), *kept], revoked.load(home.folder), now, fresh
    )


def retired(folder: Path, ca: x509.Certificate) -> Path:
    """Return where the key of a CA that has been followed by another is kept."""
    return folder / RETIRED.format(id=revoked.key_id(ca))


def _lists(
    home: Authority,
    folder: Path,
    cas: Sequence[x509.Certificate],
    book: Sequence[Revoked],
    now: datetime,
    fresh: Sequence[Issuer] | None = None,
) -> None:
    """Write the lists of all CAs; those that say already what they are to say stay as they are.

    With `fresh`, at a turn, each is signed anew whose key is here; the last of the others stays.
    """
    last, made = revoked.lists(home.folder), list[List]()
    own = {revoked.key_id(each.ca): each for each in fresh or ()}
    for ca in cas:
        name, serials = revoked.key_id(ca), revoked.on(ca, book, now)
        old = last.get(name)
        if fresh is None and old is not None and serials.keys() <= {e.serial_number for e in old}:
            made.append(old)
            continue
        try:
            issuer = own.get(name) or _issuer(home, ca)
        except (KeyMissing, PassphraseWrong):
            if fresh is None:
                raise
            made += [old] if old is not None else []
            continue
        made.append(issuer.revocations(serials.items(), clock.millis(now)))
    listed = {revoked.issuer_id(each) for each in made}
    good = [each for each in book if each.issuer in listed and each.until > clock.millis(now)]
    revoked.write(folder, cas, made, good)


def _cas(home: Authority) -> list[x509.Certificate]:
    """Return every CA whose clients come; for a folder of before there were lists, those of now."""
    found = revoked.cas(home.folder)
    if not found:
        for path in ("broker/ca.pem", making.GATE_CA):
            found += _pems(home.folder / path)
    return found


def _issuer(home: Authority, ca: x509.Certificate) -> Issuer:
    """Return a CA with its key. Raises KeyMissing, PassphraseWrong, RootAbsent."""
    name = revoked.key_id(ca)
    for used, issuer in (("ca.pem", home.issuer), (making.GATE_CA, home.gate_issuer)):
        if name in {revoked.key_id(each) for each in _pems(home.folder / used)}:
            return issuer()
    path = retired(home.folder, ca)
    if not path.exists() and home.is_shared() and home.joined is None:
        raise RootAbsent
    return Issuer(ca, keyfile.load_ec(path, lambda: keyfile.offline_secret(home.root())))


def _theirs(home: Authority) -> Path:
    """Return where the enrolment process has put what it made."""
    return (home.folder / roster.ENROLLED).resolve().parent


def _pems(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(files.read(path, revoked.LEAF_LIMIT))
    except (FileUnusable, ValueError):
        return []
