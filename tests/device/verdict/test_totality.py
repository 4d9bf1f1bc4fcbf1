"""Every combination has an answer: any code, site, issuer's word, memory and clock."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from device.credential import classify
from device.credential.kinds import KINDS
from device.flow import Credential, Instant, Signal, Verdict
from device.verdict.judge import judge
from device.verdict.reasons import TABLE
from device.verdict.standing import Standing
from device.verdict.trust import Status
from tests.device.credential import certificates
from tests.device.verdict import cases
from wire import policy
from wire.canonical import Document
from wire.errors import WireError
from wire.keys import Use
from wire.policy import Policy
from wire.record import (
    ClockState,
    Direction,
    Identity,
    Mark,
    Outcome,
    Reason,
    Signature,
)

CREDENTIALS = [
    cases.shown(),
    cases.shown(Use.PASS_DECLARED, status=5, entries=2, holder="visitor"),
    cases.shown(expires=cases.NOW.wall_ms // 1000),
    cases.forged(),
    cases.neighbours(),
    cases.certificate(),
    cases.certificate(certificates.RSA),
    cases.id_card(),
    cases.id_card(born="31122099"),
    cases.INSURED,
    cases.NATIONAL,
    cases.MASKED,
    cases.ODD_CARD,
    cases.CONTROL,
    cases.LINK,
    cases.TEXT,
]
codes = st.sampled_from([*CREDENTIALS, *(Credential(kind) for kind in KINDS)])
times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
does = st.sampled_from([each.value for each in policy.Does])


def some(kind: type[policy.Kind | policy.Way | policy.Passback]) -> st.SearchStrategy[str]:
    return st.sampled_from([each.value for each in kind])


def take(kind: policy.Kind) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {
            "kind": st.just(kind.value),
            "signature": st.sampled_from(["any", "checked"]),
            "identity": st.sampled_from(["any", "declared", "seen"]),
        }
    )


takes = st.tuples(*map(take, policy.Kind)).map(list) | st.sampled_from([[], cases.EVERY_KIND[:1]])
hours = st.fixed_dictionaries(
    {},
    optional={
        "openings": st.lists(
            st.fixed_dictionaries(
                {
                    "days": st.sampled_from([["mon-fri"], ["sat-mon"], ["sun", "wed"]]),
                    "from": times,
                    "until": times,
                }
            ),
            max_size=2,
        ),
        "closed": st.lists(st.dates().map(dt.date.isoformat), max_size=2),
    },
)
documents = st.fixed_dictionaries(
    {
        "site": st.just(cases.SITE),
        "version": st.integers(1, 9),
        "issued": st.just(0),
        "takes": takes,
    },
    optional={
        "zone": st.sampled_from(["Asia/Ho_Chi_Minh", "America/St_Johns", "Pacific/Kiritimati"]),
        "direction": some(policy.Way),
        "gates_of_place": st.sampled_from([None, 1, 2]),
        "hours": hours,
        "outside_hours": does,
        "again": st.fixed_dictionaries(
            {"rule": some(policy.Passback)},
            optional={
                "timeout_min": st.integers(0, 900),
                "min_interval_s": st.integers(0, 900),
                "too_soon": does,
            },
        ),
        "ceiling": st.none() | st.fixed_dictionaries({"people": st.integers(1, 9), "above": does}),
        "clock_unsure": does,
        "stale_list": does,
        "signals": st.dictionaries(
            st.sampled_from([each.value for each in Reason]),
            st.sampled_from([each.value for each in policy.Shown]),
            max_size=3,
        ),
    },
)
standings = st.builds(
    Standing,
    last=st.sampled_from([None, *Direction]),
    since_s=st.none() | st.floats(0, 1e9),
    entries=st.integers(0, 5),
    inside=st.integers(0, 20),
    siblings_age_s=st.none() | st.floats(0, 1e9),
    siblings_unknown=st.booleans(),
)
moments = st.builds(
    Instant,
    up_ns=st.integers(0, 2**60),
    wall_ms=st.integers(1_780_000_000_000, 1_790_000_000_000) | st.integers(0, 2**53),
    clock=st.sampled_from(ClockState),
    boot=st.just("0badcafe"),
)
words = st.just((Status.GOOD, 1.0)) | st.tuples(
    st.sampled_from(Status), st.none() | st.floats(0, 1e9)
)


def rules_of(document: Document) -> Policy | None:
    """Return the policy, or None if its rules contradict one another."""
    try:
        return policy.understood(document)
    except WireError:
        return None


def consistent(verdict: Verdict, rules: Policy) -> None:
    """Hold what is true of every answer there is."""
    accepted = verdict.outcome is Outcome.ACCEPTED
    assert accepted == (verdict.reason is Reason.ACCEPTED)
    assert accepted == (verdict.signal is Signal.ACCEPT)
    assert verdict.outcome is TABLE[verdict.reason].outcome
    assert verdict.signal in (Signal.ACCEPT, Signal.REJECT, Signal.RETRY, Signal.ATTENDANT)
    assert len(set(verdict.marks)) == len(verdict.marks)
    assert set(verdict.marks) <= set(Mark) - {Mark.WAY_INFERRED}
    if verdict.signature is Signature.FAILED:
        assert not accepted
        assert verdict.identity is Identity.UNKNOWN
    if verdict.identity is Identity.SEEN:
        assert (verdict.kind, verdict.signature) == ("pass", Signature.CHECKED)
    if accepted:
        assert verdict.kind in {each.kind for each in rules.takes}
    elif verdict.kind == "pass":
        assert set(verdict.personal or ()) <= {"pass"}
    else:
        assert verdict.personal is None


@given(
    st.sampled_from(CREDENTIALS), documents, standings, moments, words, st.sampled_from(Direction)
)
def test_every_combination_has_one_consistent_answer(
    credential: Credential,
    document: Document,
    standing: Standing,
    now: Instant,
    word: tuple[Status, float | None],
    way: Direction,
) -> None:
    rules = rules_of(document)
    if rules is None:
        return
    trusted = cases.trust(*word)
    verdict = judge(credential, way, rules, trusted, standing, now)
    assert verdict == judge(credential, way, rules, trusted, standing, now)
    assert (verdict.kind, verdict.direction) == (credential.kind, way)
    consistent(verdict, rules)


@given(st.binary(max_size=60) | st.sampled_from([b"GP1:", b"HC1:", b"094090000000|"]), moments)
def test_any_bytes_have_an_answer(code: bytes, now: Instant) -> None:
    verdict = cases.answer(classify(code), cases.OPEN, now)
    consistent(verdict, cases.OPEN)
