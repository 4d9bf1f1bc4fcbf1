"""The gate's answer to whatever is shown to it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.credential.kinds import KINDS
from device.flow import Credential, Instant, Signal, Verdict
from device.verdict.judge import GRADES, SIGNALS, judge
from device.verdict.policy import CLOCK_SKEW_S, Policy
from tests.wire.samples import KEYS, PLAIN_PASS, RING
from wire import gatepass
from wire.gatepass import PASS_USES, Pass
from wire.keys import Keyring, Use
from wire.record import ClockState, Direction, Identity, Mark, Outcome, Reason, Signature

ISSUED, EXPIRES = PLAIN_PASS.issued, PLAIN_PASS.expires
POLICY = Policy()


def shown(claims: Pass = PLAIN_PASS, use: Use = Use.PASS_SEEN) -> Credential:
    """Return what a gate makes of a pass that was issued so."""
    return classify(gatepass.issue(claims, KEYS[use]).encode())


def at(seconds: float, clock: ClockState = ClockState.SYNCED) -> Instant:
    return Instant(up_ns=1, wall_ms=int(seconds * 1000), clock=clock, boot="0badcafe")


def answer(credential: Credential, now: Instant | None = None, policy: Policy = POLICY) -> Verdict:
    return judge(credential, Direction.IN, policy, RING, now or at(ISSUED))


FORGED = shown(use=Use.RECEIPT)
EARLY = msgspec.structs.replace(PLAIN_PASS, not_before=ISSUED + 10_000)

EACH = {
    Reason.ACCEPTED: (shown(), at(ISSUED)),
    Reason.EXPIRED: (shown(), at(EXPIRES)),
    Reason.NOT_YET_VALID: (shown(EARLY), at(ISSUED)),
    Reason.BAD_SIGNATURE: (FORGED, at(ISSUED)),
    Reason.WRONG_KIND: (classify(b"https://example.vn"), at(ISSUED)),
    Reason.NOT_A_PASS: (classify(b"GP1:"), at(ISSUED)),
}


@pytest.mark.parametrize("reason", list(EACH))
def test_every_reason_is_given_and_shown(reason: Reason) -> None:
    verdict = answer(*EACH[reason])
    assert verdict.reason is reason
    assert verdict.signal is SIGNALS[reason]
    assert (verdict.outcome is Outcome.ACCEPTED) == (reason is Reason.ACCEPTED)


def test_every_reason_has_a_signal_and_green_means_accepted() -> None:
    assert SIGNALS.keys() == set(Reason)
    assert [each for each in Reason if SIGNALS[each] is Signal.ACCEPT] == [
        Reason.ACCEPTED,
        Reason.ATTENDED,
    ]


def test_every_use_that_issues_passes_has_a_grade() -> None:
    assert GRADES.keys() == set(PASS_USES)


@pytest.mark.parametrize(
    ("use", "identity"),
    [(Use.PASS_SEEN, Identity.SEEN), (Use.PASS_DECLARED, Identity.DECLARED)],
)
def test_who_was_seen_and_who_only_says_so_are_kept_apart(use: Use, identity: Identity) -> None:
    verdict = answer(shown(use=use))
    assert (verdict.signature, verdict.identity) == (Signature.CHECKED, identity)


@pytest.mark.parametrize("use", [each for each in Use if each not in PASS_USES])
def test_a_key_made_for_something_else_signs_no_pass(use: Use) -> None:
    verdict = answer(shown(use=use))
    assert (verdict.reason, verdict.signature) == (Reason.BAD_SIGNATURE, Signature.FAILED)
    assert verdict.identity is Identity.UNKNOWN


def test_a_gate_that_believes_nobody_accepts_nobody() -> None:
    verdict = judge(shown(), Direction.IN, POLICY, Keyring([]), at(ISSUED))
    assert verdict.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (EXPIRES - 0.001, Reason.ACCEPTED),
        (EXPIRES, Reason.EXPIRED),
        (EXPIRES + CLOCK_SKEW_S, Reason.EXPIRED),
        (ISSUED - CLOCK_SKEW_S, Reason.ACCEPTED),
        (ISSUED - CLOCK_SKEW_S - 0.001, Reason.NOT_YET_VALID),
        (0, Reason.NOT_YET_VALID),
    ],
)
def test_a_pass_counts_from_its_first_second_to_its_last(seconds: float, reason: Reason) -> None:
    assert answer(shown(), at(seconds)).reason is reason


def test_the_site_says_how_far_two_clocks_may_differ() -> None:
    strict = Policy(skew_s=0)
    assert answer(shown(), at(ISSUED - 1), strict).reason is Reason.NOT_YET_VALID
    assert answer(shown(), at(ISSUED), strict).reason is Reason.ACCEPTED


@pytest.mark.parametrize("seconds", [0, ISSUED, EXPIRES, EXPIRES * 2])
def test_a_clock_that_is_unsure_accepts_and_says_so(seconds: int) -> None:
    verdict = answer(shown(), at(seconds, ClockState.UNSYNCED))
    assert (verdict.reason, verdict.marks) == (Reason.ACCEPTED, (Mark.CLOCK_UNSURE,))


def test_a_clock_that_is_unsure_forgives_no_signature() -> None:
    verdict = answer(FORGED, at(ISSUED, ClockState.UNSYNCED))
    assert (verdict.reason, verdict.marks) == (Reason.BAD_SIGNATURE, ())


@pytest.mark.parametrize("clock", [ClockState.SYNCED, ClockState.VOUCHED])
def test_a_clock_that_is_sure_marks_nothing(clock: ClockState) -> None:
    assert answer(shown(), at(ISSUED, clock)).marks == ()


def test_a_site_that_takes_no_passes_calls_them_a_wrong_kind() -> None:
    verdict = answer(shown(), policy=Policy(kinds=()))
    assert (verdict.reason, verdict.signature) == (Reason.WRONG_KIND, Signature.NOT_CHECKED)


@pytest.mark.parametrize("kind", [each for each in KINDS if each not in ("pass", "unknown")])
def test_a_wrong_kind_of_code_is_asked_for_another_and_leaves_only_its_kind(kind: str) -> None:
    verdict = answer(Credential(kind))
    assert (verdict.kind, verdict.reason) == (kind, Reason.WRONG_KIND)
    assert verdict.signal is Signal.RETRY
    assert verdict.personal is None


def test_what_says_it_is_accepted_by_name_alone_is_not() -> None:
    assert answer(Credential("pass")).outcome is Outcome.REJECTED
    assert answer(Credential("pass", personal={"name": "Mẫu"})).personal is None


@given(
    st.sampled_from([*EACH.values()]),
    st.sampled_from(Direction),
    st.integers(0, 2**50),
    st.sampled_from(ClockState),
)
def test_the_same_things_have_the_same_answer(
    case: tuple[Credential, Instant], direction: Direction, wall_ms: int, clock: ClockState
) -> None:
    now = Instant(up_ns=1, wall_ms=wall_ms, clock=clock, boot="0badcafe")
    first = judge(case[0], direction, POLICY, RING, now)
    again = judge(case[0], direction, POLICY, RING, msgspec.structs.replace(now, up_ns=2))
    assert first == again
    assert first.direction is direction
    if first.outcome is Outcome.ACCEPTED:
        assert first.signature is Signature.CHECKED


def test_the_signature_is_over_every_claim() -> None:
    """No claim can be changed under a signature, whatever the encoding."""
    found = gatepass.parse(gatepass.issue(PLAIN_PASS, KEYS[Use.PASS_SEEN]))
    for at_byte in range(len(found.signed)):
        changed = bytearray(found.signed)
        changed[at_byte] ^= 1
        credential = Credential("pass", msgspec.structs.replace(found, signed=bytes(changed)))
        assert answer(credential).reason is Reason.BAD_SIGNATURE
