"""The gate's answer to whatever is shown to it: who is believed, and what is kept."""

import msgspec
import pytest

from device.credential.kinds import KINDS
from device.flow import Credential, Instant, Signal
from device.verdict.evidence import GRADES, examine
from device.verdict.judge import decided, judge
from device.verdict.policy import at_gate, default
from device.verdict.reasons import TABLE
from device.verdict.rules import Case
from device.verdict.standing import NOTHING
from device.verdict.trust import NoStatuses, Status
from tests.device.credential import certificates
from tests.device.verdict import cases
from tests.device.verdict.cases import NOW, OPEN, UNSURE, USUAL, answer, policy, shown, trust
from tests.wire.samples import KEYS, PLAIN_PASS
from wire import gatepass
from wire.gatepass import PASS_USES
from wire.keys import Keyring, Use
from wire.policy import Kind, Policy, Way
from wire.record import ClockState, Direction, Identity, Mark, Outcome, Reason, Signature

ISSUED, EXPIRES = PLAIN_PASS.issued, PLAIN_PASS.expires


def seconds(when: float, clock: ClockState = ClockState.SYNCED) -> Instant:
    return msgspec.structs.replace(NOW, wall_ms=int(when * 1000), clock=clock)


def test_what_a_site_can_take_are_kinds_of_code() -> None:
    assert {each.value for each in Kind} <= set(KINDS)


def test_every_use_that_issues_passes_has_a_grade() -> None:
    assert GRADES.keys() == set(PASS_USES)


@pytest.mark.parametrize(
    ("use", "identity"),
    [(Use.PASS_SEEN, Identity.SEEN), (Use.PASS_DECLARED, Identity.DECLARED)],
)
def test_who_was_seen_and_who_only_says_so_are_kept_apart(use: Use, identity: Identity) -> None:
    verdict = answer(shown(use))
    assert (verdict.outcome, verdict.signal) == (Outcome.ACCEPTED, Signal.ACCEPT)
    assert (verdict.signature, verdict.identity) == (Signature.CHECKED, identity)


@pytest.mark.parametrize("use", [each for each in Use if each not in PASS_USES])
def test_a_key_made_for_something_else_signs_no_pass(use: Use) -> None:
    verdict = answer(shown(use))
    assert (verdict.reason, verdict.signature) == (Reason.BAD_SIGNATURE, Signature.FAILED)
    assert verdict.identity is Identity.UNKNOWN


def test_a_failed_signature_is_refused_whatever_the_site_takes() -> None:
    assert answer(cases.forged(), OPEN, UNSURE).reason is Reason.BAD_SIGNATURE
    forged = cases.certificate(
        certificates.OTHER_P256, der=certificates.certificate(certificates.P256)
    )
    verdict = answer(forged, OPEN)
    assert (verdict.reason, verdict.signature) == (Reason.BAD_SIGNATURE, Signature.FAILED)


def test_a_gate_that_believes_nobody_accepts_nobody() -> None:
    verdict = answer(shown(), trusted=trust(ring=Keyring([])))
    assert (verdict.reason, verdict.signature) == (Reason.UNKNOWN_ISSUER, Signature.NOT_CHECKED)


@pytest.mark.parametrize("credential", [cases.neighbours(), cases.certificate(certificates.RSA)])
def test_an_unknown_issuer_is_no_forger_and_counts_as_unsigned(credential: Credential) -> None:
    verdict = answer(credential, OPEN)
    assert (verdict.outcome, verdict.signature) == (Outcome.ACCEPTED, Signature.NOT_CHECKED)
    asked = policy(takes=[{"kind": credential.kind, "signature": "checked"}])
    verdict = answer(credential, asked)
    assert (verdict.reason, verdict.signal) == (Reason.UNKNOWN_ISSUER, Signal.ATTENDANT)


def test_nobody_of_the_authority_saw_who_shows_a_certificate_or_a_card() -> None:
    declared = (Signature.NOT_CHECKED, Identity.DECLARED)
    for credential, grade in [
        (cases.certificate(), (Signature.CHECKED, Identity.DECLARED)),
        (cases.certificate(certificates.RSA), declared),
        (cases.id_card(), declared),
        (cases.INSURED, declared),
        (cases.NATIONAL, declared),
        (cases.MASKED, (Signature.NOT_CHECKED, Identity.UNKNOWN)),
    ]:
        verdict = answer(credential, OPEN)
        assert verdict.outcome is Outcome.ACCEPTED
        assert (verdict.signature, verdict.identity) == grade


def test_a_certificate_needs_a_signer_for_its_own_kind() -> None:
    recovery_only = "1.3.6.1.4.1.1847.2021.1.3"
    der = certificates.certificate(certificates.P256, [recovery_only])
    trusted = msgspec.structs.replace(cases.TRUST, signers=type(cases.SIGNERS)([der]))
    assert answer(cases.certificate(der=der), OPEN, trusted=trusted).reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (EXPIRES - 0.001, Reason.ACCEPTED),
        (EXPIRES, Reason.EXPIRED),
        (EXPIRES + 300, Reason.EXPIRED),
        (ISSUED - 300, Reason.ACCEPTED),
        (ISSUED - 300.001, Reason.NOT_YET_VALID),
        (0, Reason.NOT_YET_VALID),
    ],
)
def test_a_pass_counts_from_its_first_second_to_its_last(when: float, reason: Reason) -> None:
    assert answer(shown(), now=seconds(when)).reason is reason


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (EXPIRES + 0.9, Reason.ACCEPTED),
        (EXPIRES + 1, Reason.EXPIRED),
        (ISSUED - 300, Reason.ACCEPTED),
        (ISSUED - 301, Reason.NOT_YET_VALID),
    ],
)
def test_a_certificate_counts_its_last_second_too(when: float, reason: Reason) -> None:
    assert answer(cases.certificate(), OPEN, seconds(when)).reason is reason


def test_the_site_says_how_far_two_clocks_may_differ() -> None:
    strict = policy(clock_skew_s=0)
    assert answer(shown(), strict, seconds(ISSUED - 1)).reason is Reason.NOT_YET_VALID
    assert answer(shown(), strict, seconds(ISSUED)).reason is Reason.ACCEPTED


@pytest.mark.parametrize("when", [0, ISSUED, EXPIRES, EXPIRES * 2])
def test_a_clock_that_is_unsure_accepts_and_says_so(when: int) -> None:
    verdict = answer(shown(), now=seconds(when, ClockState.UNSYNCED))
    assert (verdict.reason, verdict.marks) == (Reason.ACCEPTED, (Mark.CLOCK_UNSURE,))


@pytest.mark.parametrize("clock", [ClockState.SYNCED, ClockState.VOUCHED])
def test_a_clock_that_is_sure_marks_nothing(clock: ClockState) -> None:
    assert answer(shown(), now=seconds(ISSUED, clock)).marks == ()


def test_a_card_without_dates_needs_no_clock() -> None:
    verdict = answer(cases.id_card(), OPEN, UNSURE)
    assert (verdict.outcome, verdict.marks) == (Outcome.ACCEPTED, ())


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "unknown"])
def test_a_kind_that_is_not_taken_is_asked_for_another_and_not_looked_at(kind: str) -> None:
    verdict = answer(Credential(kind), policy(takes=[]))
    assert (verdict.reason, verdict.signal) == (Reason.WRONG_KIND, Signal.RETRY)
    assert (verdict.signature, verdict.identity) == (Signature.NOT_CHECKED, Identity.UNKNOWN)


def test_an_unknown_code_is_no_pass() -> None:
    verdict = answer(cases.TEXT, OPEN)
    assert (verdict.reason, verdict.signal) == (Reason.NOT_A_PASS, Signal.RETRY)


def test_a_control_card_opens_no_door() -> None:
    assert answer(cases.CONTROL, OPEN).reason is Reason.WRONG_KIND


def test_a_card_of_an_unknown_layout_is_for_the_attendant_where_cards_are_taken() -> None:
    assert answer(cases.ODD_CARD, OPEN).signal is Signal.ATTENDANT
    assert answer(cases.ODD_CARD, USUAL).signal is Signal.RETRY
    assert answer(cases.LINK, OPEN).signal is Signal.RETRY


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("content", [None, "a text", cases.CONTROL.content])
def test_a_damaged_code_of_any_kind_is_refused(kind: Kind, content: object) -> None:
    verdict = answer(Credential(kind.value, content), OPEN)
    assert (verdict.reason, verdict.signal) == (Reason.IMPLAUSIBLE, Signal.RETRY)
    assert verdict.signature is Signature.NOT_CHECKED


def test_content_of_another_kind_is_no_content() -> None:
    for kind, content in (("pass", cases.id_card().content), ("id-card", shown().content)):
        assert answer(Credential(kind, content), OPEN).reason is Reason.IMPLAUSIBLE


def test_what_says_it_is_accepted_by_name_alone_is_not() -> None:
    assert answer(Credential("pass")).outcome is Outcome.REJECTED
    assert answer(Credential("pass", personal={"name": "Mẫu"})).personal is None


NUMBER = {"pass": PLAIN_PASS.number.hex()}


@pytest.mark.parametrize(
    ("credential", "rules"),
    [
        (cases.forged(), USUAL),
        (cases.neighbours(), USUAL),
        (shown(), policy(takes=[])),
        (shown(expires=ISSUED + 1), USUAL),
    ],
)
def test_of_a_refused_pass_its_number_is_kept_and_nothing_else(
    credential: Credential, rules: Policy
) -> None:
    verdict = answer(credential, rules)
    assert verdict.outcome is Outcome.REJECTED
    assert verdict.personal == NUMBER


@pytest.mark.parametrize(
    "credential",
    [cases.certificate(), cases.id_card(), cases.INSURED, cases.NATIONAL, cases.MASKED],
)
def test_of_anything_else_that_is_refused_only_its_kind_is_kept(credential: Credential) -> None:
    seen = policy(takes=[{"kind": credential.kind, "identity": "seen"}])
    for rules in (USUAL, seen):
        verdict = answer(credential, rules)
        assert (verdict.outcome, verdict.kind) == (Outcome.REJECTED, credential.kind)
        assert verdict.personal is None
    assert answer(credential, OPEN).personal == credential.personal


def test_of_an_accepted_pass_number_and_class_are_kept() -> None:
    assert answer(shown()).personal == {**NUMBER, "class": "resident"}


def test_a_site_says_which_signal_a_reason_has() -> None:
    rules = policy(signals={"expired": "attendant"}, outside_hours="attendant")
    assert answer(shown(expires=ISSUED + 1), rules).signal is Signal.ATTENDANT
    told = policy(signals={"clock-unsure": "retry"}, clock_unsure="attendant")
    assert answer(shown(), told, UNSURE).signal is Signal.RETRY


def test_a_site_without_a_policy_takes_passes_of_whoever_was_seen_or_not() -> None:
    rules = at_gate(default(cases.SITE), (Direction.OUT,))
    assert (rules.version, rules.direction) == (0, Way.OUT)
    for use in PASS_USES:
        assert answer(shown(use), rules).outcome is Outcome.ACCEPTED
    for other in (cases.forged(), cases.neighbours(), cases.certificate(), cases.id_card()):
        assert answer(other, rules).outcome is Outcome.REJECTED
    no_lists = msgspec.structs.replace(cases.TRUST, statuses=NoStatuses())
    listed = answer(shown(status=7), rules, trusted=no_lists)
    assert (listed.outcome, listed.marks) == (Outcome.ACCEPTED, (Mark.LIST_STALE,))


def test_as_enrolled_is_what_the_gate_was_enrolled_for() -> None:
    both = (Direction.IN, Direction.OUT)
    assert at_gate(USUAL, (Direction.IN,)).direction is Way.IN
    assert at_gate(USUAL, both).direction is Way.ALTERNATE
    assert at_gate(policy(direction="button"), both).direction is Way.BUTTON


def test_the_signature_is_over_every_claim() -> None:
    """No claim can be changed under a signature, whatever the encoding."""
    found = gatepass.parse(gatepass.issue(PLAIN_PASS, KEYS[Use.PASS_SEEN]))
    for at_byte in range(len(found.signed)):
        changed = bytearray(found.signed)
        changed[at_byte] ^= 1
        credential = Credential("pass", msgspec.structs.replace(found, signed=bytes(changed)))
        assert answer(credential).reason is Reason.BAD_SIGNATURE


def test_the_answer_is_the_same_for_the_same_things() -> None:
    args = (Direction.OUT, OPEN, trust(Status.GOOD, 1.0), NOTHING, NOW)
    for credential in (shown(status=3), cases.id_card(), cases.certificate()):
        first = judge(credential, *args)
        assert first == judge(credential, *args)
        assert first.direction is Direction.OUT
        assert first.signal is TABLE[first.reason].signal


@pytest.mark.parametrize("rules", [USUAL, OPEN, policy(takes=[{"kind": "id-card"}])])
def test_a_case_that_is_put_together_already_gets_the_answer_of_the_judge(rules: Policy) -> None:
    code = shown(Use.PASS_DECLARED)
    take = next((each for each in rules.takes if each.kind.value == code.kind), None)
    case = Case(
        kind=code.kind,
        take=take,
        found=examine(code, trust(), NOW.wall_ms // 1000),
        policy=rules,
        direction=Direction.IN,
        standing=NOTHING,
        wall_ms=NOW.wall_ms,
        clock_is_sure=True,
    )
    assert decided(case) is answer(code, rules).reason
