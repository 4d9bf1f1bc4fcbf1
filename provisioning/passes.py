"""Issuing passes: a class of holder, two dates and a random number, signed.

No name goes into a pass. Who staff has seen and who only declared themselves is told apart by the
key that signs, so that a gate need not believe anything written in the code.
"""

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from provisioning.authority import Authority
from provisioning.certificates import SINCE
from provisioning.errors import ClockWrong, ValueInvalid
from wire import gatepass
from wire.gatepass import CTI_BYTES, Pass
from wire.keys import Use

HOLDERS = {
    "resident": ("Cư dân", "Resident"),
    "worker": ("Người lao động", "Worker"),
    "official": ("Cán bộ, công chức", "Official"),
    "student": ("Học sinh, sinh viên", "Student"),
    "driver": ("Lái xe", "Driver"),
    "visitor": ("Khách", "Visitor"),
}
"""The classes of holder, as the code names them, and for people."""
IDENTITIES = {"seen": Use.PASS_SEEN, "declared": Use.PASS_DECLARED}
MAX_DAYS = 366
"""A copy of a code is as good as the code; what helps is that it ends."""
DAY_S = 86_400
VIETNAM = timezone(timedelta(hours=7))
"""The authority's own time; without summer time, so a fixed offset is exact."""


@dataclass(frozen=True)
class Issued:
    """A pass as it was issued."""

    text: str
    """The text of the code."""
    claims: Pass
    identity: str
    """`seen` or `declared`."""


def issue(
    authority: Authority,
    holder: str,
    *,
    days: int,
    now: datetime,
    not_before: datetime | None = None,
    identity: str = "seen",
) -> Issued:
    """Sign a new pass, valid for `days` from `not_before`, or from now.

    Raises ValueInvalid, ClockWrong, KeyMissing.
    """
    if holder not in HOLDERS:
        raise ValueInvalid(name="holder", value=holder)
    if identity not in IDENTITIES:
        raise ValueInvalid(name="identity", value=identity)
    if not 0 < days <= MAX_DAYS:
        raise ValueInvalid(name="days", value=days)
    if now < SINCE:
        raise ClockWrong(when=f"{now:%Y-%m-%d}")
    issued = int(now.timestamp())
    start = issued if not_before is None else int(not_before.timestamp())
    if start > issued + MAX_DAYS * DAY_S:
        raise ValueInvalid(name="not-before", value=not_before)
    claims = Pass(
        number=os.urandom(CTI_BYTES),
        holder=holder,
        issued=issued,
        expires=start + days * DAY_S,
        not_before=start,
    )
    key = authority.pass_key(IDENTITIES[identity])
    return Issued(gatepass.issue(claims, key), claims, identity)


def moment(text: str) -> datetime:
    """Read an ISO date or time, in Vietnam's time if it names no other; raise ValueInvalid.

    `2026-12-01`, `2026-12-01T07:00` and `2026-12-01T00:00:00Z` are such.
    """
    try:
        # Older Pythons of those we serve read more forms than they should, such as week dates.
        if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ].*)?", text):
            raise ValueInvalid(name="not-before", value=text)
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueInvalid(name="not-before", value=text) from error
    at = at if at.tzinfo else at.replace(tzinfo=VIETNAM)
    if at < SINCE:
        raise ValueInvalid(name="not-before", value=text)
    return at
