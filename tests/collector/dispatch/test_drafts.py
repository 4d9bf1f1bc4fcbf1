"""A policy in the making: nobody overwrites another's, and a day is replayed before signing."""

import random
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.cases.roles import Actor, Role
from collector.dispatch.entries import Class, Limits
from collector.dispatch.replay import answered, replayed
from collector.dispatch.worse import Seen, measured
from collector.errors import DraftChanged, DraftInvalid, SiteUnknown
from collector.figures.chance import share_at_least, share_at_most
from collector.figures.discretion import Shown
from device.credential import classify
from device.credential.dcc_trust import TrustList
from device.flow import Instant
from device.statuses import HeldLists
from device.verdict.judge import judge
from device.verdict.standing import NOTHING
from device.verdict.trust import Trust
from tests.collector.dispatch.conftest import DAY, NOW, OFFICER, SITE, Make
from tests.device.doorstep import ENTRIES, text_of
from wire.keys import Keyring
from wire.openinghours import Hours, Opening
from wire.policy import AskedIdentity, AskedSignature, Does, Kind, Policy, Take
from wire.record import ClockState, Direction, Identity, Reason, Signature

OTHER = Actor("nguoi-khac", Role.OPERATOR)


def test_the_second_officer_is_told_who_changed_what(district: Make) -> None:
    home = district(1)
    mine, theirs = (home.counter.draft(each, SITE) for each in (OFFICER, OTHER))
    changed = {**mine.document, "open_once": True, "clock_unsure": "attendant"}
    saved = home.counter.save(OFFICER, SITE, mine.revision, changed)
    again = {**theirs.document, "retention_h": 72}
    home.counter.save(OTHER, SITE, saved.revision, again)
    with pytest.raises(DraftChanged) as told:
        home.counter.save(OFFICER, SITE, saved.revision, {**changed, "open_once": False})
    assert str(told.value) == "nguoi-khac: clock_unsure, open_once, retention_h"
    with pytest.raises(DraftChanged):
        home.counter.sign(OFFICER, SITE, saved.revision, Limits())
    assert home.counter.draft(OFFICER, SITE).document["retention_h"] == 72


@pytest.mark.parametrize(
    "rules",
    [
        {"takes": [{"kind": "library-card"}]},
        {"retention_h": 1},
        {"again": {"rule": "hard"}},
        {"more": True},
        {"zone": "Moon/Crater"},
    ],
)
def test_what_no_gate_could_keep_is_not_kept(district: Make, rules: dict[str, object]) -> None:
    home = district(1)
    draft = home.counter.draft(OFFICER, SITE)
    with pytest.raises(DraftInvalid):
        home.counter.save(OFFICER, SITE, draft.revision, {**draft.document, **rules})
    assert home.counter.draft(OFFICER, SITE) == draft


def test_a_place_without_gates_or_beyond_reach_is_none(district: Make) -> None:
    home = district(1)
    with pytest.raises(SiteUnknown):
        home.counter.draft(OFFICER, "Không có")
    with pytest.raises(SiteUnknown):
        home.counter.draft(Actor("x", Role.DISTRICT, areas=("khac",)), SITE)


def test_the_review_says_what_yesterday_would_have_been(district: Make) -> None:
    home = district(2)
    for _ in range(4):
        home.past(days=1, codes=48)
    draft = home.counter.draft(OFFICER, SITE)
    seen = Take(kind=Kind.ID_CARD)
    rules = {**draft.document, "takes": [{"kind": seen.kind.value}]}
    home.counter.save(OFFICER, SITE, draft.revision, rules)
    review = home.counter.review(OFFICER, SITE, Limits())
    assert review.fields == ("takes",)
    assert review.replay.codes == 385
    (change,) = review.replay.changes
    assert (change.kind, change.before, change.after) == ("pass", "accepted", "wrong-kind")
    assert change.count == 370
    assert review.doomed
    home.counter.save(OFFICER, SITE, 1, draft.document)
    assert home.counter.review(OFFICER, SITE, Limits()).replay.changes == ()


def shown(count: int, kind: str, hour: int = 9) -> Class:
    words = (Signature.CHECKED, Identity.SEEN, Reason.ACCEPTED, "")
    return Class("g", hour, Direction.IN, kind, *words, count)


def test_no_few_is_left_when_one_draft_is_subtracted_from_another() -> None:
    def asked(early: int, few: int, rest: int) -> tuple[object, ...]:
        """Return all that is told of two drafts: the door opens at nine, or an hour later."""
        classes = [shown(early, "pass", 8), shown(few, "pass", 9), shown(rest, "pass", 10)]
        told: tuple[object, ...] = ()
        for opens in ("09:00", "10:00"):
            hours = Hours(openings=(Opening(days=("mon-sun",), opens=opens, closes="24:00"),))
            draft = Policy(
                site=SITE, version=1, issued=0, takes=(Take(kind=Kind.PASS),), hours=hours
            )
            found = replayed(classes, draft, 20_000, {})
            (change,) = found.changes
            told += (found.codes, change.count, found.accepted_share, found.would_share)
        return told

    fits: dict[tuple[object, ...], set[int]] = {}
    for early, few, rest in product(range(15, 30), range(1, 5), range(50, 70)):
        fits.setdefault(asked(early, few, rest), set()).add(few)
    for early, few, rest in product((19, 20, 22, 23), range(1, 5), (58, 60, 63)):
        assert fits[asked(early, few, rest)] == {1, 2, 3, 4}


def test_no_small_number_of_people_is_told() -> None:
    nobody = Policy(site=SITE, version=1, issued=0, takes=())
    found = replayed([shown(3, "pass"), shown(40, "eu-certificate")], nobody, 20_000, {})
    assert {each.kind: each.count for each in found.changes}["pass"] is Shown.FEW
    assert {each.kind: each.count for each in found.changes}["eu-certificate"] == 40
    assert (found.codes, found.accepted_share, found.would_share) == (40, 100, 0)


INSURED = "insurance-card"


def shown_at(hour: int, count: int, kind: str = "pass") -> Class:
    words = (Signature.CHECKED, Identity.SEEN, Reason.ACCEPTED, "")
    return Class("g", hour, Direction.IN, kind, *words, count)


def closed_from(hour: int) -> Policy:
    openings = (Opening(days=("mon-sun",), opens="00:00", closes=f"{hour:02}:00"),)
    takes = tuple(Take(kind=kind) for kind in Kind)
    hours = Hours(openings=openings)
    return Policy(site=SITE, version=1, issued=0, takes=takes, hours=hours)


@pytest.mark.parametrize("evening", [40, 41, 42])
def test_an_hour_more_in_a_second_draft_tells_of_no_few(evening: int) -> None:
    """Whoever replays twice knows both answers, and learns nothing that is less than five."""
    seen = set()
    for few in range(1, 5):
        day = [shown_at(9, 60), shown_at(17, few), shown_at(18, evening)]
        answers = [replayed(day, closed_from(hour), 20_000, {}) for hour in (17, 18)]
        (more,), (less,) = (each.changes for each in answers)
        assert isinstance(more.count, int)
        assert isinstance(less.count, int)
        seen.add(more.count - less.count)
    assert seen <= {0, 5}


def opened(first: int, last: int) -> Policy:
    openings = (Opening(days=("mon-sun",), opens=f"{first:02}:00", closes=f"{last:02}:00"),)
    takes = (Take(kind=Kind.PASS),)
    hours = Hours(openings=openings)
    return Policy(site=SITE, version=1, issued=0, takes=takes, hours=hours)


def all_answers(day: list[Class]) -> tuple[object, ...]:
    """Return what is told of every draft that opens from one hour to another."""
    windows = [(first, last) for last in range(9, 14) for first in range(8, last)]
    return tuple(replayed(day, opened(*window), 20_000, {}) for window in windows)


def test_hours_that_are_asked_alone_and_together_tell_of_no_few() -> None:
    """Four hours of a few each are one each, if all of them together are a few too."""
    fits: dict[tuple[object, ...], list[tuple[int, ...]]] = {}
    for few in product(range(1, 5), repeat=4):
        day = [shown_at(9 + each, count) for each, count in enumerate(few)]
        fits.setdefault(all_answers([*day, shown_at(8, 60)]), []).append(few)
    for days in fits.values():
        for hour in range(4):
            assert {day[hour] for day in days} == {1, 2, 3, 4}


def test_shares_tell_nothing_beyond_the_figures_beside_them() -> None:
    takes = (Take(kind=Kind.PASS), Take(kind=Kind.INSURANCE_CARD))
    draft = Policy(site=SITE, version=1, issued=0, takes=takes)
    told = set()
    for few in range(1, 5):
        cards = [shown_at(9, 97 - few), shown_at(9, few, "id-card"), shown_at(9, 5, INSURED)]
        found = replayed(cards, draft, 20_000, {})
        told.add((found.codes, found.accepted_share, found.would_share, found.changes))
    assert len(told) == 1
    assert next(iter(told))[:3] == (100, 100, 98)


def test_gates_of_a_place_are_replayed_together_and_a_few_codes_are_not_none() -> None:
    both = [shown_at(9, 3), msgspec.structs.replace(shown_at(9, 3), gate="h")]
    nobody = Policy(site=SITE, version=1, issued=0, takes=())
    assert replayed(both, nobody, 20_000, {}).changes[0].count == 5
    assert replayed(both[:1], nobody, 20_000, {}).codes is Shown.FEW
    assert replayed([], nobody, 20_000, {}).codes == 0


CODES = ("PASS-A", "DECLARED-A", "EXPIRED-A", "EARLY-A", "FORGED-A", "LINK-a", "TEXT-a")
TAKES = [
    Take(kind=kind, signature=signature, identity=identity)
    for kind in (Kind.PASS, Kind.ID_CARD)
    for signature in AskedSignature
    for identity in AskedIdentity
]
TRUST = Trust(Keyring(ENTRIES), TrustList(()), HeldLists())
NIGHT = Hours(openings=(Opening(days=("mon-sun",), opens="00:00", closes="00:30"),))


@given(
    st.sampled_from(CODES),
    st.sampled_from(TAKES),
    st.sampled_from(TAKES),
    st.sampled_from([Hours(), NIGHT]),
    st.sampled_from(list(Does)),
    st.sampled_from([ClockState.SYNCED, ClockState.UNSYNCED]),
)
def test_the_replay_answers_as_the_door_would_or_says_that_it_cannot_tell(
    code: str, take: Take, was: Take, hours: Hours, does: Does, clock: ClockState
) -> None:
    def door(policy: Policy) -> tuple[Class, Reason]:
        now = Instant(10**12, NOW, clock, "b")
        found = judge(classify(text_of(code)), Direction.IN, policy, TRUST, NOTHING, now)
        marks = " ".join(sorted(found.marks))
        words = (found.kind, found.signature, found.identity, found.reason, marks, 1)
        return Class("g", hour, Direction.IN, *words), found.reason

    day, rest = divmod(NOW + 7 * 3_600_000, DAY)
    hour = rest // 3_600_000
    before = Policy(site=SITE, version=1, issued=0, takes=(was,))
    rules = {"hours": hours, "outside_hours": does, "clock_unsure": does}
    after = Policy(site=SITE, version=1, issued=0, takes=(take,), **rules)  # type: ignore[arg-type]
    kept, _ = door(before)
    told = answered(kept, after, day, (Direction.IN,))
    assert told in (None, door(after)[1])


def test_chance_of_a_share() -> None:
    assert share_at_most(0, 10, 0.5) == pytest.approx(0.5**10)
    assert share_at_most(10, 10, 0.5) == 1.0
    assert share_at_least(10, 10, 0.5) == pytest.approx(0.5**10)
    assert share_at_most(4, 10, 0.5) == pytest.approx(0.376953125)
    exact, near = share_at_most(4450, 5000, 0.9), share_at_most(4451, 5001, 0.9)
    assert exact == pytest.approx(near, abs=0.01)


@given(st.integers(0, 40), st.integers(0, 40))
def test_shares_add_up(count: int, of: int) -> None:
    below, above = share_at_most(count, of, 0.3), share_at_least(count + 1, of, 0.3)
    assert below + above == pytest.approx(1.0)


USUAL = Seen(codes=1000, accepted=950, retries=50, late=10, heard=300, alarmed=3)


def test_so_good_a_gate_as_ever_is_hardly_ever_called_worse() -> None:
    dice = random.Random(7)  # noqa: S311  # a test's
    stopped = 0
    for _ in range(300):
        gates = {f"g{n}": 0 for n in range(3)}
        counts = {gate: [0, 0] for gate in gates}
        worse = False
        for _ in range(40):  # looked at again and again
            for each in counts.values():
                each[0] += 2
                each[1] += sum(dice.random() < 0.95 for _ in range(2))
            now = {
                gate: Seen(codes=n, accepted=ok, retries=n - ok, heard=1)
                for gate, (n, ok) in counts.items()
            }
            worse |= any(each.worse for each in measured(now, USUAL, Limits()))
        stopped += worse
    assert stopped == 0


@pytest.mark.parametrize("gates", [1, 2, 5])
def test_refusing_everybody_is_worse_and_one_gate_of_several_is_not(gates: int) -> None:
    bad, good = Seen(codes=10), Seen(codes=10, accepted=10)
    all_bad = {f"g{n}": bad for n in range(gates)}
    assert measured(all_bad, USUAL, Limits())[0].worse
    one_bad = {f"g{n}": good if n else Seen(codes=60) for n in range(gates)}
    assert measured(one_bad, USUAL, Limits())[0].worse is (gates == 1)


def test_what_a_rollout_has_counted_is_told_to_the_next_five_and_gates_exactly() -> None:
    """Less the entries of the same hours on the gate's page it would tell how many were refused."""
    measures = measured({"g": Seen(codes=13, accepted=10, heard=3)}, USUAL, Limits())
    assert {each.why.value: each.of for each in measures} == {
        "accepted": 15,
        "retries": 15,
        "late": 15,
        "alarms": 3,
    }
