"""Issuing passes: a class of holder, a time, a random number and a place in a list, signed.

No name goes into a pass. Who staff has seen and who only declared themselves is told apart by the
key that signs, so that a gate need not believe anything written in the code. Each pass is in the
register before it is signed: what nobody knows of, nobody could withdraw.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioning import register, terms
from provisioning.authority import Authority
from provisioning.certificates import SINCE
from provisioning.errors import NUMBER, ClockWrong, ValueInvalid
from provisioning.i18n import marked
from provisioning.register import Register
from provisioning.terms import MAX_DAYS, Term
from wire import gatepass
from wire.gatepass import CTI_BYTES, MAX_ENTRIES, Pass
from wire.keys import Use, kid_of, raw_public

HOLDERS = {
    "visitor": ("Khách", "Visitor"),
    "staff": ("Nhân viên", "Staff"),
    "pupil": ("Học sinh", "Pupil"),
    "driver": ("Lái xe", "Driver"),
    "vehicle": ("Phương tiện", "Vehicle"),
    "patient": ("Người bệnh", "Patient"),
    "guest": ("Khách dự sự kiện", "Event guest"),
    "resident": ("Cư dân", "Resident"),
    "worker": ("Người lao động", "Worker"),
    "official": ("Cán bộ, công chức", "Official"),
    "student": ("Sinh viên, học viên", "Student"),
}
"""The classes of holder, as the code names them, and for people. Names are short: with a longer one
the code would grow by a size."""
BEGINS = marked("let it begin within {most} days from now")
IDENTITIES = {"seen": Use.PASS_SEEN, "declared": Use.PASS_DECLARED}


@dataclass(frozen=True)
class Issued:
    """A pass as it was issued."""

    text: str
    """The text of the code."""
    claims: Pass
    identity: str
    """`seen` or `declared`."""


def issue(  # noqa: PLR0913 - all that is said about a pass, by name
    authority: Authority,
    holder: str,
    *,
    now: datetime,
    days: int | None = None,
    not_before: datetime | None = None,
    term: Term | None = None,
    entries: int | None = None,
    identity: str = "seen",
) -> Issued:
    """Sign a new pass for a `term`, or for `days` from `not_before` or from now.

    With `entries` it opens the way in so many times. Raises ValueInvalid, ClockWrong, KeyMissing,
    KeyEndsFirst, IssuerFull, IssuerWithdrawn, RegisterUnusable.
    """
    if holder not in HOLDERS:
        raise ValueInvalid(name="holder", value=holder)
    if identity not in IDENTITIES:
        raise ValueInvalid(name="identity", value=identity)
    if entries is not None and not 0 < entries <= MAX_ENTRIES:
        raise ValueInvalid(name="entries", value=entries, takes=NUMBER, least=1, most=MAX_ENTRIES)
    if now < SINCE:
        raise ClockWrong(when=f"{now:%Y-%m-%d}")
    term = term or terms.days(
        0 if days is None else days, now if not_before is None else not_before
    )
    if term.begins > now + timedelta(days=MAX_DAYS):
        raise ValueInvalid(
            name="from", value=f"{term.begins:%Y-%m-%d}", takes=BEGINS, most=MAX_DAYS
        )
    key = authority.pass_key(IDENTITIES[identity])
    authority.outlasts(key, term.ends)
    number, kid = os.urandom(CTI_BYTES), kid_of(raw_public(key))
    ends = int(term.ends.timestamp())
    with Register(authority.folder / register.PATH) as book:
        index = book.enter(number, kid, holder, ends)
    claims = Pass(
        number=number,
        holder=holder,
        issued=int(now.timestamp()),
        expires=ends,
        not_before=int(term.begins.timestamp()),
        status=index,
        entries=entries,
    )
    return Issued(gatepass.issue(claims, key), claims, identity)
