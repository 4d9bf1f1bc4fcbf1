"""What of an authority ends when: keys, certificates, and when to see to the next.

Written down for the collector too, whose page warns months ahead. Dates only; nothing here is
secret, and nothing is decided by it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec
from cryptography import x509

from provisioning import clock, files, making, revoked
from provisioning.authority import Authority, pretty
from provisioning.errors import FileUnusable
from provisioning.making import PASSES
from wire import voucher
from wire.errors import WireError
from wire.keys import KeyEntry, Use
from wire.record import Millis

NAME = "expiry.json"
SOON, URGENT = timedelta(days=75), timedelta(days=30)
CERTIFICATES = {
    "ca": "ca.pem",
    "gate-ca": making.GATE_CA,
    "broker": "broker/certificate.pem",
    "intake": "collector/certificate.pem",
    "enrolment": "enrolment/certificate.pem",
}
REVOCATIONS = "revocation-lists"
LIMIT = 64 * 1024


class Level(StrEnum):
    """How near an end is."""

    GOOD = "good"
    SOON = "soon"
    URGENT = "urgent"
    ENDED = "ended"


class End(msgspec.Struct, frozen=True):
    """One key or certificate and its end."""

    what: str
    """A use of keys, or a name in CERTIFICATES with `-certificate` behind it."""
    until: Millis


class Ends(msgspec.Struct, frozen=True):
    """All of them, the next first."""

    authority: str
    ends: tuple[End, ...]


def ends(home: Authority) -> Ends:
    """Return what ends when, as far as its part of the folder is here.

    Of several keys of one use the last to end counts. A key for passes ends, for who is to see to
    the next, when it can issue none any more that lasts a year.
    """
    found = [*_keys(home), *_certificates(home), *_lists(home)]
    return Ends(home.public.authority, tuple(sorted(found, key=lambda each: each.until)))


def level(end: End, now: datetime) -> Level:
    """Say how near an end is."""
    left = timedelta(milliseconds=end.until - clock.millis(now))
    if left <= timedelta(0):
        return Level.ENDED
    if left <= URGENT:
        return Level.URGENT
    return Level.SOON if left <= SOON else Level.GOOD


def write(home: Authority) -> Path:
    """Write the dates beside the roster, for the collector; return where."""
    path = home.folder / NAME
    files.write(path, pretty(ends(home)))
    return path


def _keys(home: Authority) -> list[End]:
    last: dict[str, int] = {}
    for key in home.public.keys:
        if key.until is not None and key.kid not in home.public.reserve:
            name = f"{making.DESK}-{key.way}" if key.way else key.use.value
            last[name] = max(last.get(name, 0), _seen_to(key))
    enrol = _vouched(home)
    if enrol is not None and enrol.until is not None:
        last[Use.ENROL.value] = enrol.until
    return [End(name, until) for name, until in last.items()]


def _seen_to(key: KeyEntry) -> int:
    spare = timedelta(days=making.PASS_DAYS) if key.use in PASSES else timedelta(0)
    return max(0, (key.until or 0) - int(spare.total_seconds() * 1000))


def _vouched(home: Authority) -> KeyEntry | None:
    try:
        return voucher.vouched(home.voucher(), home.public.root)
    except (FileUnusable, WireError):
        return None


def _lists(home: Authority) -> list[End]:
    """Return the end of the first revocation list to end, of a CA that goes on itself.

    A list of a CA of before ends with it, and then nobody of that CA comes any more.
    """
    own = {
        revoked.key_id(each)
        for path in ("ca.pem", making.GATE_CA)
        for each in _pems(home.folder / path)
    }
    kept = [each for name, each in revoked.lists(home.folder).items() if name in own]
    ended = [clock.millis(until) for each in kept if (until := each.next_update_utc)]
    return [End(REVOCATIONS, min(ended))] if ended else []


def _pems(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(files.read(path, LIMIT))
    except (FileUnusable, ValueError):
        return []


def _certificates(home: Authority) -> list[End]:
    found = []
    for name, path in CERTIFICATES.items():
        try:
            data = files.read(home.folder / path, LIMIT)
            leaf = x509.load_pem_x509_certificate(data)
        except (FileUnusable, ValueError):
            continue
        found.append(End(f"{name}-certificate", clock.millis(leaf.not_valid_after_utc)))
    return found
