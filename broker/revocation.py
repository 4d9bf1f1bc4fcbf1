"""The authority's revocation lists: which Mosquitto is given, and when it is given others.

Mosquitto is unforgiving here. A list past its end, or none for one of the CAs, turns every client
of that CA away; of two lists of one CA the older may count; and a file that is no list, read while
it runs, lets everybody in again. So it gets a copy, made of lists that are whole and of their time,
one of each CA. What is not so is said, and the last good lists stay; where there are none, gates
come in by their certificates alone, and those that were withdrawn by name stay out all the same.
"""

import re
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from broker.config import BrokerSettings
from broker.i18n import _, detail
from wire.words import N_

COPY = "revocation-lists"
LIMIT = 64 * 1024 * 1024
BLOCK = re.compile(rb"-----BEGIN X509 CRL-----.{1,67108864}?-----END X509 CRL-----", re.DOTALL)
NAMED = re.compile(rb"^# ([A-Za-z0-9][A-Za-z0-9._-]{0,63}) ([0-9a-f]{1,40})\r?$", re.MULTILINE)
"""Whose certificate was revoked, and its number: a remark that whoever made the file has left."""


class ListsUnfit(Exception):
    """Lists that Mosquitto must not be given, in words for whoever runs the broker."""


class Lists(NamedTuple):
    """Lists that may be given."""

    pem: bytes
    names: frozenset[tuple[str, str]]
    """Whose certificates are on them, and the certificates' numbers, where that is said."""
    until: datetime
    """When the first of them ends."""


class Change(Enum):
    """What Mosquitto has to do."""

    NOTHING = 0
    READ = 1
    """Its copy is another one now; it reads it when it gets SIGHUP."""
    RESTART = 2
    """It was started without lists and there are some now, or the other way round."""


class InForce:
    """The lists that Mosquitto has."""

    def __init__(self, settings: BrokerSettings, folder: Path, tell: Callable[[str], None]) -> None:
        """Take the folder of Mosquitto's own files, and what takes a warning, one line."""
        self._settings, self._copy, self._tell = settings, (folder / COPY).absolute(), tell
        self._lists: Lists | None = None
        self._had = False
        self._said = ""

    @property
    def copy(self) -> Path | None:
        """Return what Mosquitto is to read from its start on; None: no list."""
        return self._copy if self._lists is not None else None

    def ended(self, now: datetime) -> bool:
        """Say whether a list that is in force is past its end: nobody of its CA is let in then."""
        return self._lists is not None and self._lists.until <= now

    def look(self, now: datetime) -> tuple[Change, frozenset[str]]:
        """Take up what lies there now; return what to do, and who is named for the first time."""
        before = self._lists
        try:
            found = fit(self._settings, now, asked=self._had)
            self._say("")
        except ListsUnfit as error:
            found = None if self.ended(now) else before
            rest = N_("the last good lists stay in force")
            if found is None:
                rest = N_("NO REVOCATION LIST IS IN FORCE")
            act = _("Carry the authority's folder `broker` here again")
            self._say(f"{detail(str(error))}; {_(rest)}. {act}")
        self._lists = found
        self._had = self._had or found is not None
        if found is not None and (before is None or found.pem != before.pem):
            _lay(self._copy, found.pem)
        if (found is None) != (before is None):
            return Change.RESTART, frozenset()
        if found is None or before is None or found.pem == before.pem:
            return Change.NOTHING, frozenset()
        return Change.READ, frozenset(name for name, _ in found.names - before.names)

    def _say(self, complaint: str) -> None:
        if complaint and complaint != self._said:
            self._tell(f"broker: warning: {complaint}")
        self._said = complaint


def fit(settings: BrokerSettings, now: datetime, *, asked: bool = False) -> Lists | None:
    """Return the lists that are to be in force; None if there is no file, unless it is `asked` for.

    Raises ListsUnfit.
    """
    path = settings.revoked
    if path is None or not (asked or path.exists()):
        return None
    data = _read(path)
    try:
        lists = [x509.load_pem_x509_crl(each) for each in BLOCK.findall(data)]
    except ValueError as error:
        msg = f"{path}: {N_('it holds something that is no revocation list')}"
        raise ListsUnfit(msg) from error
    chosen = [_list_of(ca, lists, path, now) for ca in _issuers(settings, now)]
    if not chosen:
        msg = f"{settings.ca}: {N_('it names no CA that is still good')}"
        raise ListsUnfit(msg)
    names = frozenset((name.decode(), number.decode()) for name, number in NAMED.findall(data))
    return Lists(
        b"".join(each.public_bytes(Encoding.PEM) for each in chosen),
        names,
        min(until for each in chosen if (until := each.next_update_utc)),
    )


def _list_of(
    ca: x509.Certificate, lists: list[x509.CertificateRevocationList], path: Path, now: datetime
) -> x509.CertificateRevocationList:
    """Return the newest list of a CA; raise ListsUnfit if it has none that counts now."""
    name = ca.subject.rfc4514_string()
    own = [each for each in lists if _is_of(each, ca)]
    if not own:
        why = N_("there is no revocation list of this CA, whose clients come here")
        msg = f"{path}: “{name}”: {why}"
        raise ListsUnfit(msg)
    found = max(own, key=_number)
    if found.next_update_utc is None or found.next_update_utc <= now:
        msg = f"{path}: “{name}”: {N_('the revocation list of this CA is past its end')}"
        raise ListsUnfit(msg)
    if found.last_update_utc > now:
        why = N_("the revocation list of this CA begins later, or this clock is wrong")
        msg = f"{path}: “{name}”: {why}"
        raise ListsUnfit(msg)
    return found


def _is_of(found: x509.CertificateRevocationList, ca: x509.Certificate) -> bool:
    if found.issuer != ca.subject:
        return False
    try:
        return found.is_signature_valid(ca.public_key())  # type: ignore[arg-type]  # any kind
    except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
        return False


def _number(found: x509.CertificateRevocationList) -> tuple[int, datetime]:
    try:
        number = found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except (x509.ExtensionNotFound, ValueError):
        number = -1
    return number, found.last_update_utc


def _issuers(settings: BrokerSettings, now: datetime) -> list[x509.Certificate]:
    """Return the CAs whose clients come; clients of one that has ended are turned away anyhow."""
    named = settings.issuers if settings.issuers and settings.issuers.exists() else None
    found = {}
    for path in filter(None, (settings.ca, named)):
        try:
            for each in x509.load_pem_x509_certificates(_read(path)):
                found[each.subject.public_bytes(), _raw(each)] = each
        except (ValueError, UnsupportedAlgorithm) as error:
            msg = f"{path}: {N_('it holds something that is no certificate')}"
            raise ListsUnfit(msg) from error
    return [each for each in found.values() if each.not_valid_after_utc > now]


def _raw(ca: x509.Certificate) -> bytes:
    return ca.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        msg = f"{path}: {N_('it cannot be read')}"
        raise ListsUnfit(msg) from error
    if len(data) > LIMIT:
        msg = f"{path}: {N_('it is too large')}"
        raise ListsUnfit(msg)
    return data


def _lay(path: Path, data: bytes) -> None:
    """Write a file whole: Mosquitto may read it at any moment."""
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_bytes(data)
    partial.rename(path)
