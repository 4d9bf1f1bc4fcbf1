"""Judges one reading. It reads no clock: the time is a value, so any answer can be had again."""

from device.flow import Credential, Instant, Signal, Verdict
from device.verdict.policy import Grade, Policy
from wire.errors import SignatureInvalid
from wire.gatepass import Parsed
from wire.keys import Keyring, Use
from wire.record import ClockState, Direction, Identity, Mark, Outcome, Reason, Signature

SIGNALS = {
    Reason.ACCEPTED: Signal.ACCEPT,
    Reason.EXPIRED: Signal.REJECT,
    Reason.NOT_YET_VALID: Signal.REJECT,
    Reason.BAD_SIGNATURE: Signal.REJECT,
    Reason.WRONG_KIND: Signal.RETRY,
    Reason.NOT_A_PASS: Signal.RETRY,
    Reason.UNKNOWN_ISSUER: Signal.ATTENDANT,
    Reason.WITHDRAWN: Signal.REJECT,
    Reason.SUSPENDED: Signal.REJECT,
    Reason.LIST_STALE: Signal.ATTENDANT,
    Reason.CLOCK_UNSURE: Signal.ATTENDANT,
    Reason.SIGNATURE_ASKED: Signal.ATTENDANT,
    Reason.IDENTITY_ASKED: Signal.ATTENDANT,
    Reason.CLASS_NOT_TAKEN: Signal.REJECT,
    Reason.CLOSED: Signal.REJECT,
    Reason.USED_UP: Signal.REJECT,
    Reason.ALREADY_INSIDE: Signal.REJECT,
    Reason.NOT_INSIDE: Signal.REJECT,
    Reason.TOO_SOON: Signal.RETRY,
    Reason.FULL: Signal.REJECT,
    Reason.IMPLAUSIBLE: Signal.RETRY,
    Reason.ATTENDED: Signal.ACCEPT,
    Reason.OBEYED: Signal.READ,
    Reason.CARD_USED: Signal.REJECT,
    Reason.CARD_ELSEWHERE: Signal.REJECT,
    Reason.CARD_UNKNOWN: Signal.REJECT,
}
"""What the door shows for each reason. A wrong code asks for another try; a bad pass is refused."""

UNKNOWN = Grade(Signature.NOT_CHECKED, Identity.UNKNOWN)
FORGED = Grade(Signature.FAILED, Identity.UNKNOWN)
GRADES = {
    Use.PASS_SEEN: Grade(Signature.CHECKED, Identity.SEEN),
    Use.PASS_DECLARED: Grade(Signature.CHECKED, Identity.DECLARED),
}


def judge(
    credential: Credential, direction: Direction, policy: Policy, issuers: Keyring, now: Instant
) -> Verdict:
    """Say whether the holder may pass at `now`; every credential gets a verdict."""
    grade, reason = UNKNOWN, Reason.NOT_A_PASS
    marks: tuple[Mark, ...] = ()
    match credential.content:
        case Parsed() as shown if credential.kind in policy.kinds:
            grade = _grade(shown, issuers)
            reason, marks = _reason(shown, grade, policy, now)
        case _ if credential.kind != "unknown":
            reason = Reason.WRONG_KIND
    kept = isinstance(credential.content, Parsed)
    return Verdict(
        kind=credential.kind,
        signature=grade.signature,
        identity=grade.identity,
        outcome=Outcome.ACCEPTED if reason is Reason.ACCEPTED else Outcome.REJECTED,
        reason=reason,
        direction=direction,
        signal=SIGNALS[reason],
        marks=marks,
        personal=credential.personal if kept else None,
    )


def _grade(shown: Parsed, issuers: Keyring) -> Grade:
    try:
        return GRADES[shown.verify(issuers)]
    except SignatureInvalid:
        return FORGED


def _reason(
    shown: Parsed, grade: Grade, policy: Policy, now: Instant
) -> tuple[Reason, tuple[Mark, ...]]:
    if grade is FORGED:
        return Reason.BAD_SIGNATURE, ()
    if now.clock is ClockState.UNSYNCED:
        # A clock that may be years off would turn everyone away, or nobody: accept, and say so.
        return Reason.ACCEPTED, (Mark.CLOCK_UNSURE,)
    seconds = now.wall_ms // 1000
    if seconds >= shown.claims.expires:
        return Reason.EXPIRED, ()
    if seconds + policy.skew_s < shown.claims.not_before:
        return Reason.NOT_YET_VALID, ()
    return Reason.ACCEPTED, ()
