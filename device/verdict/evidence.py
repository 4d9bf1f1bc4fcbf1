"""What a code proves by itself: its two facts, its dates, and what its issuer says of it now.

Whether that is enough is not known here. An identity card shown to a machine was seen by nobody:
whoever can print can make one, so it declares a name and proves nothing.
"""

import math
from collections.abc import Callable
from typing import Any

import msgspec

from device.credential import dcc, dcc_trust, id_card, insurance_card, national_code, own_pass
from device.credential.dcc import Certificate
from device.credential.person import Doubt, Person
from device.flow import Credential
from device.verdict.policy import Grade
from device.verdict.trust import Finding, Status, Trust
from wire.errors import SignatureInvalid
from wire.gatepass import Parsed
from wire.keys import Use
from wire.record import Identity, Signature

UNKNOWN = Grade(Signature.NOT_CHECKED, Identity.UNKNOWN)
DECLARED = Grade(Signature.NOT_CHECKED, Identity.DECLARED)
FORGED = Grade(Signature.FAILED, Identity.UNKNOWN)
ATTESTED = Grade(Signature.CHECKED, Identity.DECLARED)
"""A health certificate names someone, and no staff of the authority's has looked at them."""
GRADES = {
    Use.PASS_SEEN: Grade(Signature.CHECKED, Identity.SEEN),
    Use.PASS_DECLARED: Grade(Signature.CHECKED, Identity.DECLARED),
}
CONTRADICTIONS = frozenset({Doubt.NUMBER_AND_BIRTH, Doubt.NUMBER_AND_SEX})


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about one code."""

    grade: Grade = UNKNOWN
    is_whole: bool = True
    """It has the content that its kind has."""
    issuer_known: bool = True
    """False if it carries a signature of someone who is not known here."""
    begins: float | None = None
    """From when it is valid, in seconds since 1970, UTC; None if it does not say."""
    ends: float | None = None
    """The first second in which it is not valid any more."""
    holder: str = ""
    entries: int | None = None
    status: Finding | None = None
    """What the issuer's list says; None if this code can't be withdrawn by itself."""
    born: str = ""
    contradicts: bool = False
    """Its parts do not agree with one another."""

    def __repr__(self) -> str:
        """Say nothing, so that no log or traceback says who stood at the door."""
        return "<Evidence>"


DAMAGED = Evidence(is_whole=False)


def examine(credential: Credential, trust: Trust, now_s: int) -> Evidence:
    """Find out what a code proves; every credential has evidence of some sort."""
    examiner = EXAMINERS.get((credential.kind, type(credential.content)))
    if examiner is None:
        return DAMAGED
    found = examiner(credential.content, trust, now_s)
    born = (credential.personal or {}).get("born", "")
    return msgspec.structs.replace(found, born=born) if born else found


def _pass(shown: Parsed, trust: Trust, now_s: int) -> Evidence:
    claims = shown.claims
    known = trust.issuers.use_of(shown.kid) is not None
    grade = _issued(shown, trust) if known else UNKNOWN
    return Evidence(
        grade=grade,
        issuer_known=known,
        begins=claims.not_before,
        ends=claims.expires,
        holder=claims.holder,
        entries=claims.entries,
        status=_status(shown, trust, now_s) if grade.signature is Signature.CHECKED else None,
    )


def _issued(shown: Parsed, trust: Trust) -> Grade:
    try:
        return GRADES[shown.verify(trust.issuers)]
    except SignatureInvalid:
        return FORGED


def _status(shown: Parsed, trust: Trust, now_s: int) -> Finding | None:
    """Return the issuer's word; a pass that is in no list is asked after only as its issuer's."""
    found = trust.statuses.of(shown.kid, shown.claims.status, now_s)
    return None if shown.claims.status is None and found.status is Status.UNLISTED else found


def _certificate(shown: Certificate, trust: Trust, now_s: int) -> Evidence:
    found = dcc_trust.check(shown, trust.signers, now_s)
    grade = ATTESTED
    match found:
        case dcc_trust.Finding.UNKNOWN_SIGNER:
            grade = DECLARED
        case dcc_trust.Finding.FORGED | dcc_trust.Finding.NOT_FOR_THIS:
            grade = FORGED
    return Evidence(
        grade=grade,
        issuer_known=found is not dcc_trust.Finding.UNKNOWN_SIGNER,
        begins=shown.issued,
        ends=math.floor(shown.expires) + 1,
    )


def _card(shown: Person, _trust: Trust, _now_s: int) -> Evidence:
    return Evidence(
        # Masked, a national code says no name: nobody has declared who it is.
        grade=DECLARED if shown.name else UNKNOWN,
        contradicts=not CONTRADICTIONS.isdisjoint(shown.doubts),
    )


EXAMINERS: dict[tuple[str, type], Callable[[Any, Trust, int], Evidence]] = {
    (own_pass.KIND, Parsed): _pass,
    (dcc.KIND, Certificate): _certificate,
    (id_card.KIND, Person): _card,
    (insurance_card.KIND, Person): _card,
    (national_code.KIND, Person): _card,
}
"""How each kind that a site can take is examined. What has no content is damaged."""
