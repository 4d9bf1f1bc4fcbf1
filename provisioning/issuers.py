"""The keys that issue passes, in turn: one in use, the next in reserve, older ones still believed.

Every gate knows the key in reserve from its enrolment on, so that turning to it stops nobody at a
door. The old key's passes go on being good until it is retired, or withdrawn as a whole because it
was stolen (provisioning/withdrawal.py).
"""

from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning import authority, files, keyfile, making
from provisioning.authority import Authority, Public
from provisioning.errors import IssuerInUse, IssuerUnknown, KeyMissing
from provisioning.making import Maker
from provisioning.register import Register
from wire.keys import KeyEntry, Use, kid_of, raw_public

LOCK = ".public.lock"


class Stage(StrEnum):
    """Where a key stands in its turn."""

    USED = "used"
    RESERVE = "reserve"
    OLD = "old"


def stage(home: Authority, key: KeyEntry) -> Stage:
    """Say where an issuer's key stands; raise KeyMissing where the passes folder is not kept."""
    if key.kid == current(home, key.use, key.way):
        return Stage.USED
    return Stage.RESERVE if key.kid in home.public.reserve else Stage.OLD


def current(home: Authority, use: Use, way: str = "") -> str:
    """Return the kid of the key that issues passes of that use, or way of the desk's, now.

    The desk's private keys are at the desk: of these the last that is not in reserve is in use.
    """
    if way:
        said = [key.kid for key in home.issuers() if key.way == way]
        return next((kid for kid in reversed(said) if kid not in home.public.reserve), "")
    return kid_of(raw_public(home.pass_key(use)))


def known(home: Authority, kid: str) -> KeyEntry:
    """Return an issuer's key by its kid; raise IssuerUnknown if there is none."""
    for key in home.issuers():
        if key.kid == kid:
            return key
    raise IssuerUnknown(kid=kid)


def turn(home: Authority, use: Use, now: datetime, way: str = "") -> KeyEntry:
    """Put the key in reserve to use and make another for the reserve; return the one in use now.

    Raises KeyMissing where the offline folder is not kept. After a power cut, turn again: the old
    key stays believed throughout, no key is used before gates can know it, and none is left over.
    """
    with files.alone(home.folder / LOCK):
        public = authority.load(home.folder).public
        next_up = _reserve(public, use, way)
        kept = making.reserved(home.folder, next_up.kid)
        path = home.folder / making.issuing(use, way)
        offline = home.offline_secret()
        key = _kept(home, kept)
        secret = None if way else home.secret()
        fresh = Maker(home.folder, now).reserve(use, offline, way)
        keyfile.save(path, key, secret)
        turned = _turned(public, next_up, fresh)
        _write(home, turned)
        _clear(home, turned)
    return next_up


def clear(home: Authority) -> None:
    """Delete what a turn that was cut off has left beside the keys in reserve."""
    with files.alone(home.folder / LOCK):
        _clear(home, authority.load(home.folder).public)


def lifted(home: Authority, maker: Maker, use: Use, way: str) -> KeyEntry:
    """Copy the key in reserve to where `maker` makes the keys that issue; return it."""
    next_up = _reserve(home.public, use, way)
    key = _kept(home, making.reserved(home.folder, next_up.kid))
    keyfile.save(maker.folder / making.issuing(use, way), key, None if way else maker.secret)
    return next_up


def last(home: Authority, book: Register, kid: str, now_s: int) -> int | None:
    """Return when the last pass of a key ends, s; None if it has none that counts.

    The desk's register is at the desk: its passes may last as long as their key, unless all of
    them are withdrawn.
    """
    key = known(home, kid)
    if key.way:
        return None if book.marked(kid)[1] or key.until is None else key.until // 1000
    return book.tally(kid, now_s).last


def retire(home: Authority, kid: str, last: int | None, now_s: int) -> None:
    """Leave a key out of every ring and enrolment from now on.

    `last` is when the last of its passes ends, or None if it has none. Raises IssuerUnknown, and
    IssuerInUse for a key that is used, in reserve, or has passes that are good.
    """
    with files.alone(home.folder / LOCK):
        fresh = authority.load(home.folder)
        key = known(fresh, kid)
        if stage(fresh, key) is not Stage.OLD or (last is not None and last > now_s):
            raise IssuerInUse(kid=kid)
        kept = tuple(each for each in fresh.public.keys if each.kid != kid)
        _write(fresh, msgspec.structs.replace(fresh.public, keys=kept))


def _kept(home: Authority, path: Path) -> Ed25519PrivateKey:
    """Return a key that lies beside the root, closed or not: closing all of them can be cut off."""
    return keyfile.load_ed25519(path, lambda: keyfile.offline_secret(home.root()))


def _clear(home: Authority, public: Public) -> None:
    """Delete what is not in reserve: a second copy of the key now in use, or a key of no use."""
    reserve = {making.reserved(home.folder, kid) for kid in public.reserve}
    with suppress(OSError):
        for each in {*(home.folder / "offline").glob("reserve-*.pem")} - reserve:
            each.unlink()


def _reserve(public: Public, use: Use, way: str) -> KeyEntry:
    for key in public.keys:
        if (key.use, key.way) == (use, way) and key.kid in public.reserve:
            return key
    raise KeyMissing(path=f"reserve ({way or use})")


def _turned(public: Public, used: KeyEntry, fresh: KeyEntry) -> Public:
    reserve = tuple(fresh.kid if kid == used.kid else kid for kid in public.reserve)
    return msgspec.structs.replace(public, keys=(*public.keys, fresh), reserve=reserve)


def _write(home: Authority, public: Public) -> None:
    authority.write(home.folder, public)
