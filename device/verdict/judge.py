"""Judges one reading. It reads no clock: the time is a value, so any answer can be had again.

What the code proves is in evidence.py, what the site asks in rules.py, and what each answer is
called and looks like in reasons.py.
"""

from device.credential import own_pass
from device.flow import Credential, Instant, Signal, Verdict
from device.verdict.evidence import Evidence, examine
from device.verdict.reasons import TABLE
from device.verdict.rules import RULES, Case, Objection
from device.verdict.standing import Standing
from device.verdict.trust import Trust
from wire.canonical import Document
from wire.policy import Policy, Take
from wire.record import ClockState, Direction, Mark, Outcome, Reason

ACCEPTED = Objection(Reason.ACCEPTED)
NOTHING = Evidence()
"""Of a code that the site does not take nothing is found out."""


def judge(
    credential: Credential,
    direction: Direction,
    policy: Policy,
    trust: Trust,
    standing: Standing,
    now: Instant,
) -> Verdict:
    """Say whether the holder may pass at `now`; every credential gets a verdict."""
    take = _take(credential.kind, policy)
    case = Case(
        kind=credential.kind,
        take=take,
        found=examine(credential, trust, now.wall_ms // 1000) if take else NOTHING,
        policy=policy,
        direction=direction,
        standing=standing,
        wall_ms=now.wall_ms,
        clock_is_sure=now.clock is not ClockState.UNSYNCED,
    )
    answer, marks = _ask(case)
    reason = answer.reason or Reason.ACCEPTED
    return Verdict(
        kind=credential.kind,
        signature=case.found.grade.signature,
        identity=case.found.grade.identity,
        outcome=TABLE[reason].outcome,
        reason=reason,
        direction=direction,
        signal=_signal(answer, policy),
        marks=marks,
        personal=_kept(credential, TABLE[reason].outcome),
    )


def decided(case: Case) -> Reason:
    """Return the answer to a case that is put together already, as when a day is gone over."""
    return _ask(case)[0].reason or Reason.ACCEPTED


def _take(kind: str, policy: Policy) -> Take | None:
    """Return what the site asks of a kind, or None if it does not take it."""
    for take in policy.takes:
        if take.kind == kind:
            return take
    return None


def _ask(case: Case) -> tuple[Objection, tuple[Mark, ...]]:
    """Return the first objection with a reason, and the marks up to there, each once."""
    marks: list[Mark] = []
    for said in filter(None, (rule(case) for rule in RULES)):
        if said.reason is not None:
            return said, _each_once(marks)
        marks += [said.mark] if said.mark else []
    return ACCEPTED, _each_once(marks)


def _each_once(marks: list[Mark]) -> tuple[Mark, ...]:
    return tuple(dict.fromkeys(marks))


def _signal(answer: Objection, policy: Policy) -> Signal:
    reason = answer.reason or Reason.ACCEPTED
    if reason in policy.signals:
        return Signal(policy.signals[reason].value)
    return answer.signal or TABLE[reason].signal


def _kept(credential: Credential, outcome: Outcome) -> Document | None:
    """Return the fields worth keeping: of a refused pass only its number, of others nothing."""
    if outcome is Outcome.ACCEPTED:
        return credential.personal
    if credential.kind != own_pass.KIND or not credential.personal:
        return None
    number = credential.personal.get("pass")
    return {"pass": number} if number else None
