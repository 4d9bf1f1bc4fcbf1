"""Each rule of the judge by itself, and what comes first where several object."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from device.flow import Credential, Instant, Signal
from device.verdict.reasons import TABLE
from device.verdict.standing import Standing
from device.verdict.trust import Status
from tests.device.verdict import cases
from tests.device.verdict.cases import (
    ICT,
    NOON,
    NOW,
    OPEN,
    UNSURE,
    USUAL,
    answer,
    at,
    policy,
    shown,
    trust,
)
from tests.wire.samples import PLAIN_PASS
from wire.gatepass import ATTENDANT
from wire.keys import Use
from wire.policy import Policy
from wire.record import Direction, Mark, Outcome, Reason

IN, OUT = Direction.IN, Direction.OUT
INSIDE, LEFT = Standing(last=IN, since_s=3600.0), Standing(last=OUT, since_s=3600.0)
ONE_GATE = {"direction": "alternate", "gates_of_place": 1}
Said = dict[str, Any]
DOES = ["accept", "attendant", "refuse"]


def reasoned(does: str, reason: Reason, mark: Mark) -> tuple[Reason, Signal, tuple[Mark, ...]]:
    """Return what comes of a doubt at a site that does so with it."""
    if does == "accept":
        return Reason.ACCEPTED, Signal.ACCEPT, (mark,)
    return reason, Signal.ATTENDANT if does == "attendant" else TABLE[reason].signal, ()


def said(
    rules: Policy,
    now: Instant = NOW,
    credential: Credential | None = None,
    way: Direction = IN,
    standing: Standing | None = None,
    trusted: tuple[Status, float | None] = (Status.UNLISTED, None),
) -> tuple[Reason, Signal, tuple[Mark, ...]]:
    """Return reason, signal and marks of an answer."""
    verdict = answer(
        credential or shown(),
        rules,
        now,
        way=way,
        standing=standing or Standing(),
        trusted=trust(*trusted),
    )
    return verdict.reason, verdict.signal, verdict.marks


GOOD = (Reason.ACCEPTED, Signal.ACCEPT, ())
LISTED = shown(status=7)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(Status.WITHDRAWN, Reason.WITHDRAWN), (Status.SUSPENDED, Reason.SUSPENDED)],
)
@pytest.mark.parametrize("now", [NOW, UNSURE])
@pytest.mark.parametrize("credential", [LISTED, shown()])
def test_what_was_taken_back_stays_so_however_old_the_word_and_whatever_the_clock(
    status: Status, reason: Reason, now: Instant, credential: Credential
) -> None:
    for age_s in (0.0, 1e9):
        found = said(USUAL, now, credential, trusted=(status, age_s))
        assert found == (reason, Signal.REJECT, ())


@pytest.mark.parametrize("does", DOES)
def test_a_stale_or_missing_list_is_treated_as_the_site_says(does: str) -> None:
    rules = policy(stale_list=does, stale_after_h=2)
    stale = reasoned(does, Reason.LIST_STALE, Mark.LIST_STALE)
    for word in [
        (Status.GOOD, 7200.5),
        (Status.GOOD, None),
        (Status.UNLISTED, None),
        (Status.UNLISTED, 1.0),
    ]:
        assert said(rules, credential=LISTED, trusted=word) == stale
    assert said(rules, credential=LISTED, trusted=(Status.GOOD, 7200.0)) == GOOD


def test_a_pass_in_no_list_asks_for_none() -> None:
    rules = policy(stale_list="refuse")
    assert said(rules, credential=shown()) == GOOD
    assert said(rules, credential=shown(), trusted=(Status.UNLISTED, 1e9)) == GOOD


def test_the_age_of_a_list_is_not_judged_by_an_unsure_clock() -> None:
    found = said(policy(stale_list="refuse"), UNSURE, LISTED, trusted=(Status.GOOD, 1e9))
    assert found == (Reason.ACCEPTED, Signal.ACCEPT, (Mark.CLOCK_UNSURE,))


def test_the_issuers_word_is_asked_only_of_a_pass_it_signed() -> None:
    withdrawn = (Status.WITHDRAWN, 1.0)
    assert said(OPEN, credential=cases.neighbours(), trusted=withdrawn) == GOOD
    assert said(OPEN, credential=cases.forged(), trusted=withdrawn)[0] is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("does", DOES)
def test_an_unsure_clock_does_what_the_site_says(does: str) -> None:
    rules = policy(clock_unsure=does, takes=cases.EVERY_KIND)
    unsure = reasoned(does, Reason.CLOCK_UNSURE, Mark.CLOCK_UNSURE)
    expired = shown(expires=PLAIN_PASS.issued + 1)
    for credential in (shown(), expired, cases.certificate()):
        assert said(rules, UNSURE, credential) == unsure
    assert said(rules, UNSURE, cases.id_card()) == GOOD
    assert said(rules, NOW, shown()) == GOOD


@pytest.mark.parametrize("kind", ["id-card", "insurance-card", "national-code"])
def test_a_card_has_no_signature_that_could_be_asked_for(kind: str) -> None:
    credential = {"id-card": cases.id_card(), "insurance-card": cases.INSURED}.get(
        kind, cases.NATIONAL
    )
    rules = policy(takes=[{"kind": kind, "signature": "checked"}])
    assert said(rules, credential=credential) == (Reason.SIGNATURE_ASKED, Signal.ATTENDANT, ())


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ("any", []),
        ("declared", ["national-code"]),
        ("seen", ["pass", "id-card", "national-code", "eu-certificate"]),
    ],
)
def test_an_identity_is_asked_for_by_how_well_it_is_known(asked: str, refused: list[str]) -> None:
    takes = [{**each, "identity": asked} for each in cases.EVERY_KIND]
    shows = [shown(Use.PASS_DECLARED), cases.id_card(), cases.MASKED, cases.certificate()]
    answers = [answer(each, policy(takes=takes)) for each in shows]
    assert [each.kind for each in answers if each.outcome is Outcome.REJECTED] == refused
    reasons = {each.reason for each in answers if each.outcome is Outcome.REJECTED}
    assert reasons <= {Reason.IDENTITY_ASKED}
    assert said(policy(takes=takes), credential=shown(Use.PASS_SEEN)) == GOOD


def test_a_site_takes_the_classes_that_it_names_or_all() -> None:
    rules = policy(takes=[{"kind": "pass", "classes": ["staff", "resident"]}])
    assert said(rules) == GOOD
    visitor = said(rules, credential=shown(holder="visitor"))
    assert visitor == (Reason.CLASS_NOT_TAKEN, Signal.REJECT, ())
    assert said(USUAL, credential=shown(holder="visitor")) == GOOD


@pytest.mark.parametrize(
    ("classes", "taken"), [([], False), (["staff"], False), ([ATTENDANT], True)]
)
def test_whoever_is_to_be_looked_at_is_let_through_by_no_gate_alone(
    classes: list[str], *, taken: bool
) -> None:
    rules = policy(takes=[{"kind": "pass", "classes": classes}])
    worrying = said(rules, credential=shown(holder=ATTENDANT))
    assert worrying == (GOOD if taken else (Reason.CLASS_NOT_TAKEN, Signal.ATTENDANT, ()))


@pytest.mark.parametrize(
    ("born", "reason"),
    [
        ("01062026", Reason.ACCEPTED),
        ("02062026", Reason.IMPLAUSIBLE),
        ("00062026", Reason.ACCEPTED),
        ("00072026", Reason.IMPLAUSIBLE),
        ("00002026", Reason.ACCEPTED),
        ("00002027", Reason.IMPLAUSIBLE),
    ],
)
def test_nobody_is_born_after_today_as_far_as_the_date_is_known(born: str, reason: Reason) -> None:
    assert answer(cases.id_card(born=born), OPEN).reason is reason
    assert answer(cases.id_card(born=born), OPEN, UNSURE).outcome is Outcome.ACCEPTED


def test_today_is_the_places_own_day() -> None:
    """At half past midnight in Mỹ Tú it is still the day before in Greenwich."""
    child = cases.id_card(number="094226000000", born="02062026")
    late = at(dt.datetime(2026, 6, 2, 0, 30, tzinfo=ICT))
    early = at(dt.datetime(2026, 6, 1, 23, 59, tzinfo=ICT))
    assert answer(child, OPEN, late).outcome is Outcome.ACCEPTED
    assert answer(child, OPEN, early).reason is Reason.IMPLAUSIBLE
    greenwich = policy(takes=cases.EVERY_KIND, zone="Europe/London")
    assert answer(child, greenwich, late).reason is Reason.IMPLAUSIBLE


@pytest.mark.parametrize(
    ("card", "marks"),
    [
        (cases.id_card(), ()),
        (cases.id_card(born="15061991"), (Mark.IMPLAUSIBLE,)),
        (cases.id_card(sex="Nữ"), (Mark.IMPLAUSIBLE,)),
        (cases.id_card(number="003090000000"), ()),
        (cases.id_card(born="00001990"), ()),
    ],
)
def test_a_card_that_contradicts_itself_is_marked_and_taken(
    card: Credential, marks: tuple[Mark, ...]
) -> None:
    assert said(OPEN, credential=card) == (Reason.ACCEPTED, Signal.ACCEPT, marks)


WORKDAYS = {"openings": [{"days": ["mon-fri"], "from": "07:00", "until": "17:00"}]}
NIGHT = NOON.replace(hour=22)


@pytest.mark.parametrize("does", DOES)
def test_outside_the_hours_the_site_says_what_happens(does: str) -> None:
    rules = policy(hours=WORKDAYS, outside_hours=does)
    assert said(rules) == GOOD
    assert said(rules, at(NIGHT)) == reasoned(does, Reason.CLOSED, Mark.OUT_OF_HOURS)


def test_who_is_inside_at_closing_time_may_leave() -> None:
    assert said(policy(hours=WORKDAYS), at(NIGHT), way=OUT) == GOOD


@pytest.mark.parametrize("does", DOES)
def test_hours_are_not_judged_by_an_unsure_clock(does: str) -> None:
    rules = policy(hours=WORKDAYS, clock_unsure=does, takes=cases.EVERY_KIND)
    unsure = at(NIGHT, UNSURE.clock)
    doubt = reasoned(does, Reason.CLOCK_UNSURE, Mark.CLOCK_UNSURE)
    assert said(rules, unsure, cases.id_card()) == doubt
    assert said(rules, unsure, shown()) == doubt
    assert said(rules, unsure, cases.id_card(), way=OUT) == GOOD


def test_days_closed_close_a_place_that_is_open_always() -> None:
    rules = policy(hours={"closed": ["2026-06-01"]})
    assert said(rules)[0] is Reason.CLOSED
    assert said(rules, at(NOON + dt.timedelta(days=1))) == GOOD


@pytest.mark.parametrize(("made", "reason"), [(2, Reason.ACCEPTED), (3, Reason.USED_UP)])
def test_a_pass_for_so_many_entries_opens_the_way_in_so_often(made: int, reason: Reason) -> None:
    standing = Standing(entries=made)
    assert said(USUAL, credential=shown(entries=3), standing=standing)[0] is reason
    assert said(USUAL, credential=shown(entries=3), standing=standing, way=OUT) == GOOD
    assert said(USUAL, credential=shown(), standing=standing) == GOOD


OFF, SOFT = USUAL, policy(again={"rule": "soft"})
HARD = policy(again={"rule": "hard"}, **ONE_GATE)
AGAIN = (Reason.ACCEPTED, Signal.ACCEPT, (Mark.ENTERED_AGAIN,))
UNSEEN = (Reason.ACCEPTED, Signal.ACCEPT, (Mark.LEFT_UNSEEN,))


@pytest.mark.parametrize(
    ("rules", "way", "standing", "found"),
    [
        (OFF, IN, INSIDE, GOOD),
        (OFF, OUT, LEFT, GOOD),
        (OFF, OUT, Standing(), GOOD),
        (SOFT, IN, Standing(), GOOD),
        (SOFT, IN, LEFT, GOOD),
        (SOFT, IN, INSIDE, AGAIN),
        (SOFT, OUT, INSIDE, GOOD),
        (SOFT, OUT, LEFT, UNSEEN),
        (SOFT, OUT, Standing(), UNSEEN),
        (HARD, IN, Standing(), GOOD),
        (HARD, IN, LEFT, GOOD),
        (HARD, IN, INSIDE, (Reason.ALREADY_INSIDE, Signal.REJECT, ())),
        (HARD, OUT, INSIDE, GOOD),
        (HARD, OUT, LEFT, (Reason.NOT_INSIDE, Signal.ATTENDANT, ())),
        (HARD, OUT, Standing(), UNSEEN),
    ],
)
def test_entering_twice_and_leaving_twice(
    rules: Policy, way: Direction, standing: Standing, found: object
) -> None:
    assert said(rules, way=way, standing=standing) == found


@pytest.mark.parametrize("rule", ["soft", "hard"])
def test_a_forgotten_exit_is_forgotten_after_a_while(rule: str) -> None:
    rules = policy(again={"rule": rule, "timeout_min": 60}, **ONE_GATE)
    inside = msgspec.structs.replace(INSIDE, since_s=3599.0)
    assert said(rules, standing=inside) != GOOD
    assert said(rules, standing=INSIDE) == GOOD
    never = policy(again={"rule": rule, "timeout_min": 0}, **ONE_GATE)
    assert said(never, standing=msgspec.structs.replace(INSIDE, since_s=1e9)) != GOOD
    assert said(rules, standing=Standing(last=IN)) != GOOD


@pytest.mark.parametrize("does", DOES)
def test_two_passages_of_one_person_are_as_far_apart_as_the_site_says(does: str) -> None:
    rules = policy(again={"min_interval_s": 60, "too_soon": does})
    soon = reasoned(does, Reason.TOO_SOON, Mark.TOO_SOON)
    for way in Direction:
        assert said(rules, way=way, standing=Standing(last=IN, since_s=59.9)) == soon
        assert said(rules, way=way, standing=Standing(last=IN, since_s=60.0)) == GOOD
        assert said(rules, way=way, standing=Standing()) == GOOD


@pytest.mark.parametrize("does", DOES)
def test_a_ceiling_counts_who_is_inside(does: str) -> None:
    rules = policy(ceiling={"people": 10, "above": does}, **ONE_GATE)
    full = reasoned(does, Reason.FULL, Mark.OVER_CEILING)
    assert said(rules, standing=Standing(inside=9)) == GOOD
    assert said(rules, standing=Standing(inside=10)) == full
    assert said(rules, standing=Standing(inside=11), way=OUT) == GOOD
    assert said(USUAL, standing=Standing(inside=10**6)) == GOOD


def test_a_count_that_does_not_know_the_other_gates_is_marked() -> None:
    rules = policy(ceiling={"people": 10, "above": "accept"}, siblings_stale_after_s=100)
    stale = (Reason.ACCEPTED, Signal.ACCEPT, (Mark.SIBLINGS_STALE,))
    assert said(rules, standing=Standing(siblings_age_s=100.0)) == GOOD
    assert said(rules, standing=Standing(siblings_age_s=100.5)) == stale
    assert said(rules, standing=Standing(siblings_unknown=True)) == stale
    assert said(rules, standing=Standing(siblings_unknown=True), way=OUT) == GOOD
    assert said(USUAL, standing=Standing(siblings_unknown=True)) == GOOD


def test_remarks_add_up_and_a_refusal_keeps_those_before_it() -> None:
    rules = policy(
        again={"rule": "soft", "min_interval_s": 9000, "too_soon": "accept"},
        hours=WORKDAYS,
        ceiling={"people": 1, "above": "accept"},
    )
    crowd = Standing(last=IN, since_s=1.0, inside=5, siblings_unknown=True)
    assert said(rules, UNSURE, LISTED, standing=crowd)[2] == (
        Mark.CLOCK_UNSURE,
        Mark.LIST_STALE,
        Mark.ENTERED_AGAIN,
        Mark.TOO_SOON,
        Mark.OVER_CEILING,
        Mark.SIBLINGS_STALE,
    )
    few = shown(status=7, entries=1)
    refused = said(rules, UNSURE, few, standing=msgspec.structs.replace(crowd, entries=1))
    assert refused == (Reason.USED_UP, Signal.REJECT, (Mark.CLOCK_UNSURE, Mark.LIST_STALE))


def test_of_several_reasons_the_first_in_the_table_is_the_answer() -> None:
    """Everything is wrong with a pass; one thing after another is put right."""
    standing = Standing(last=IN, since_s=1.0, entries=9, inside=99)
    wrong: dict[str, object] = {
        "takes": [{"kind": "pass", "signature": "checked", "identity": "seen", "classes": ["x"]}],
        "stale_list": "refuse",
        "hours": {"closed": ["2026-06-01"]},
        "again": {"rule": "hard", "min_interval_s": 60, "too_soon": "refuse"},
        "ceiling": {"people": 1},
        **ONE_GATE,
    }
    old = {"expires": PLAIN_PASS.issued + 1, "entries": 1, "status": 1}
    declared = shown(Use.PASS_DECLARED, **old)
    current = shown(Use.PASS_DECLARED, entries=1, status=1)
    seen = shown(entries=1, status=1)
    withdrawn, missing, fresh = (Status.WITHDRAWN, 1.0), (Status.UNLISTED, None), (Status.GOOD, 1.0)
    any_class = {"takes": [{"kind": "pass", "signature": "checked", "identity": "seen"}]}
    steps: list[tuple[Credential, tuple[Status, float | None], Said, Said, Reason]] = [
        (cases.forged(), withdrawn, {}, {}, Reason.BAD_SIGNATURE),
        (cases.neighbours(), withdrawn, {}, {}, Reason.UNKNOWN_ISSUER),
        (declared, withdrawn, {}, {}, Reason.WITHDRAWN),
        (declared, missing, {}, {}, Reason.EXPIRED),
        (current, missing, {}, {}, Reason.LIST_STALE),
        (current, fresh, {}, {}, Reason.IDENTITY_ASKED),
        (seen, fresh, {}, {}, Reason.CLASS_NOT_TAKEN),
        (seen, fresh, any_class, {}, Reason.CLOSED),
        (seen, fresh, {**any_class, "hours": {}}, {}, Reason.USED_UP),
        (seen, fresh, {**any_class, "hours": {}}, {"entries": 0}, Reason.ALREADY_INSIDE),
        (seen, fresh, {**any_class, "hours": {}}, {"entries": 0, "last": OUT}, Reason.TOO_SOON),
        (
            seen,
            fresh,
            {**any_class, "hours": {}},
            {"entries": 0, "last": OUT, "since_s": 60.0},
            Reason.FULL,
        ),
    ]
    given = [
        said(
            policy(**{**wrong, **righted}),
            credential=credential,
            standing=msgspec.structs.replace(standing, **known),
            trusted=word,
        )[0]
        for credential, word, righted, known, _ in steps
    ]
    assert given == [reason for *_, reason in steps]
    order = list(TABLE)
    assert [order.index(each) for each in given] == sorted(order.index(each) for each in given)
