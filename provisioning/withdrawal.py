"""Withdrawing passes: one by its number, a class, or all that a key has issued.

What was withdrawn is marked in the register, and the issuer's whole list is signed anew into the
folder `published`, for the collector to bring to the gates. A list is dated, and gates show its
age: sign lists again from time to time (`renew`) even when nothing was withdrawn.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from provisioning import files, issuers, register
from provisioning.authority import Authority
from provisioning.errors import FileUnusable, WithdrawnForGood
from provisioning.register import PLACES, Register, Tally
from wire import statuslist
from wire.errors import WireError
from wire.keys import KeyEntry, Keyring, Use
from wire.statuslist import StatusList

TTL_S = 86_400
"""How often a gate may hope for a newer list."""


@dataclass(frozen=True)
class Standing:
    """How an issuer's key and its passes stand."""

    key: KeyEntry
    stage: issuers.Stage
    tally: Tally
    every: bool
    """All of its passes are withdrawn."""
    listed: StatusList | None
    """The list that was signed last."""


def mark(
    home: Authority,
    *,
    numbers: tuple[str, ...] = (),
    holder: str = "",
    kid: str = "",
    standing: int,
    now: datetime,
) -> list[Path]:
    """Give passes a standing and sign the lists that change; return where they are.

    `numbers` are whole or the last characters of them. `kid` is an issuer, all of whose passes are
    withdrawn, or none if `standing` is valid. Raises PassUnknown,
    ValueInvalid, IssuerUnknown, KeyMissing.
    """
    home.signing_key(Use.STATUS)  # nothing is marked that could not be told to the gates
    with _book(home) as book:
        found = [book.find(each) for each in numbers]
        if holder:
            found += book.of_class(holder, int(now.timestamp()))
        if kid:
            issuer = issuers.known(home, kid)
            if issuer.way and standing == statuslist.VALID:
                raise WithdrawnForGood(kid=kid)
            book.mark_issuer(kid, every=standing != statuslist.VALID)
        changed = book.mark(found, standing) | ({kid} if kid else set())
        return [sign(home, book, each, now) for each in sorted(changed)]


def renew(home: Authority, now: datetime, turned: Authority | None = None) -> list[Path]:
    """Sign the list of every issuer again; return where they are.

    With `turned` they are of its issuers, by its key and in its folder. The desk signs its own,
    until all passes of one of its keys are withdrawn here.
    """
    by = turned or home
    with _book(home) as book:
        kids = [key.kid for key in by.issuers() if not key.way or book.marked(key.kid)[1]]
        return [sign(by, book, kid, now) for kid in kids]


def standings(home: Authority, now: datetime) -> list[Standing]:
    """Say how every issuer's key and its passes stand."""
    with Register(home.folder / register.PATH, is_read=True) as book:
        return [
            Standing(
                key,
                issuers.stage(home, key),
                book.tally(key.kid, int(now.timestamp())),
                book.marked(key.kid)[1],
                _listed(home, key.kid),
            )
            for key in home.issuers()
        ]


def _book(home: Authority) -> Register:
    return Register(home.folder / register.PATH)


def sign(home: Authority, book: Register, kid: str, now: datetime) -> Path:
    """Write the list of one issuer, newer than any before it."""
    marked, every = book.marked(kid)
    bits, statuses = statuslist.packed(PLACES, marked)
    at = book.dated(kid, int(now.timestamp()))
    made = StatusList(kid, at, bits, statuses, ttl=TTL_S, every=every)
    path = home.published(f"list-{kid}")
    files.write(path, statuslist.pack(made, home.signing_key(Use.STATUS)))
    return path


def _listed(home: Authority, kid: str) -> StatusList | None:
    """Return the list that was signed last, if it is here and is one."""
    try:
        data = files.read(home.published(f"list-{kid}"), statuslist.MAX_BYTES)
        return statuslist.unpack(data, Keyring(home.public.keys), kid)
    except (FileUnusable, WireError):
        return None
