"""The rules of the judge, one function each, in the order in which they are asked.

A rule looks at one case and objects, or not. An objection without a reason is a remark: it marks
the scan and lets the next rule speak. The first one with a reason is the answer.
"""

from collections.abc import Callable

import msgspec

from device.credential import id_card, kinds
from device.flow import Signal
from device.verdict import hours
from device.verdict.evidence import Evidence
from device.verdict.standing import Standing
from device.verdict.trust import Status
from wire.gatepass import ATTENDANT
from wire.policy import AskedIdentity, AskedSignature, Does, Kind, Passback, Policy, Take
from wire.record import Direction, Identity, Mark, Reason, Signature


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known when one code is judged."""

    kind: str
    take: Take | None
    """What the site asks of this kind; None if it does not take it."""
    found: Evidence
    policy: Policy
    direction: Direction
    standing: Standing
    wall_ms: int
    clock_is_sure: bool


class Objection(msgspec.Struct, frozen=True):
    """What a rule has to say."""

    reason: Reason | None = None
    mark: Mark | None = None
    signal: Signal | None = None
    """Instead of the one that the table has for the reason."""


Rule = Callable[[Case], Objection | None]
CLOCK_UNSURE = (Reason.CLOCK_UNSURE, Mark.CLOCK_UNSURE)
LIST_STALE = (Reason.LIST_STALE, Mark.LIST_STALE)
HOUR_S = 3600
RANKS = {Identity.UNKNOWN: 0, Identity.DECLARED: 1, Identity.SEEN: 2}
ASKED = {AskedIdentity.ANY: 0, AskedIdentity.DECLARED: 1, AskedIdentity.SEEN: 2}


def _as_told(does: Does, reason: Reason, mark: Mark) -> Objection:
    """Return what the site wants done with a doubt."""
    if does is Does.ACCEPT:
        return Objection(mark=mark)
    return Objection(reason, signal=Signal.ATTENDANT if does is Does.ATTENDANT else None)


def recognised(case: Case) -> Objection | None:
    """Ask for a code that is known at all."""
    return Objection(Reason.NOT_A_PASS) if case.kind == kinds.UNKNOWN else None


def taken(case: Case) -> Objection | None:
    """Ask for a kind that the site takes; a card of an unknown layout is looked at by staff."""
    if case.take is not None:
        return None
    takes_cards = any(each.kind is Kind.ID_CARD for each in case.policy.takes)
    is_card = case.kind == id_card.OTHER_LAYOUT
    return Objection(
        Reason.WRONG_KIND, signal=Signal.ATTENDANT if is_card and takes_cards else None
    )


def whole(case: Case) -> Objection | None:
    """Ask for a code that is not damaged."""
    return None if case.found.is_whole else Objection(Reason.IMPLAUSIBLE)


def signature_right(case: Case) -> Objection | None:
    """Refuse a signature that does not fit, whatever the site asks."""
    failed = case.found.grade.signature is Signature.FAILED
    return Objection(Reason.BAD_SIGNATURE) if failed else None


def issuer_known(case: Case) -> Objection | None:
    """Ask who signed, where a checked signature is asked for."""
    asked = case.take is not None and case.take.signature is AskedSignature.CHECKED
    return Objection(Reason.UNKNOWN_ISSUER) if asked and not case.found.issuer_known else None


def not_withdrawn(case: Case) -> Objection | None:
    """Refuse what its issuer took back, however old the word is."""
    match case.found.status:
        case None:
            return None
        case found if found.status is Status.WITHDRAWN:
            return Objection(Reason.WITHDRAWN)
        case found if found.status is Status.SUSPENDED:
            return Objection(Reason.SUSPENDED)
    return None


def in_date(case: Case) -> Objection | None:
    """Judge its dates, by a clock that is sure."""
    found, policy = case.found, case.policy
    if found.begins is None or found.ends is None:
        return None
    if not case.clock_is_sure:
        return _as_told(policy.clock_unsure, *CLOCK_UNSURE)
    seconds = case.wall_ms // 1000
    if seconds >= found.ends:
        return Objection(Reason.EXPIRED)
    if seconds + policy.clock_skew_s < found.begins:
        return Objection(Reason.NOT_YET_VALID)
    return None


def list_fresh(case: Case) -> Objection | None:
    """Ask for a list that is here and not too old; its age needs a clock that is sure."""
    found, policy = case.found.status, case.policy
    if found is None:
        return None
    if found.status is Status.UNLISTED or found.age_s is None:
        return _as_told(policy.stale_list, *LIST_STALE)
    if case.clock_is_sure and found.age_s > policy.stale_after_h * HOUR_S:
        return _as_told(policy.stale_list, *LIST_STALE)
    return None


def signature_asked(case: Case) -> Objection | None:
    """Ask for a checked signature, where the site wants one."""
    asked = case.take is not None and case.take.signature is AskedSignature.CHECKED
    checked = case.found.grade.signature is Signature.CHECKED
    return Objection(Reason.SIGNATURE_ASKED) if asked and not checked else None


def identity_asked(case: Case) -> Objection | None:
    """Ask for an identity as well known as the site wants."""
    asked = ASKED[case.take.identity] if case.take is not None else 0
    known = RANKS[case.found.grade.identity]
    return Objection(Reason.IDENTITY_ASKED) if known < asked else None


def class_taken(case: Case) -> Objection | None:
    """Ask for a pass of a class that the site takes, and for the attendant where its class does.

    Such a pass follows from a declaration that named symptoms or a contact. Only a site that names
    its class takes it unseen.
    """
    classes, holder = case.take.classes if case.take is not None else (), case.found.holder
    if holder in classes:
        return None
    if holder == ATTENDANT:
        return Objection(Reason.CLASS_NOT_TAKEN, signal=Signal.ATTENDANT)
    return Objection(Reason.CLASS_NOT_TAKEN) if classes else None


def born_before(case: Case) -> Objection | None:
    """Refuse a birth after today, in the place's days and by a clock that is sure."""
    born = case.found.born
    if not born or not case.clock_is_sure:
        return None
    today = hours.local(case.wall_ms, case.policy.zone).date().isoformat()
    # Of a date that is known in part as much is compared: `2026` does not come after 2026-06-01.
    return Objection(Reason.IMPLAUSIBLE) if born > today else None


def consistent(case: Case) -> Objection | None:
    """Mark a card that contradicts itself: records get corrected, so it is no reason."""
    return Objection(mark=Mark.IMPLAUSIBLE) if case.found.contradicts else None


def opened(case: Case) -> Objection | None:
    """Let people in within the hours only, and out at any time."""
    policy = case.policy
    always = not policy.hours.openings and not policy.hours.closed
    if case.direction is Direction.OUT or always:
        return None
    if not case.clock_is_sure:
        return _as_told(policy.clock_unsure, *CLOCK_UNSURE)
    if hours.is_open(policy.hours, hours.local(case.wall_ms, policy.zone)):
        return None
    return _as_told(policy.outside_hours, Reason.CLOSED, Mark.OUT_OF_HOURS)


def entries_left(case: Case) -> Objection | None:
    """Count the entries of a pass that has a number of them."""
    entries = case.found.entries
    if case.direction is Direction.OUT or entries is None or case.standing.entries < entries:
        return None
    return Objection(Reason.USED_UP)


def passback(case: Case) -> Objection | None:
    """Ask for a way out between two ways in, and the other way round, as far as this door knows."""
    rule, last = case.policy.again, _last(case)
    if rule.rule is Passback.OFF or last is _before(case.direction):
        return None
    if case.direction is Direction.IN:
        if last is None:
            return None
        reason, mark = Reason.ALREADY_INSIDE, Mark.ENTERED_AGAIN
    else:
        reason, mark = Reason.NOT_INSIDE, Mark.LEFT_UNSEEN
    # Who is not known here may have come in before the power failed: nobody is kept inside.
    is_hard = rule.rule is Passback.HARD and last is not None
    return Objection(reason) if is_hard else Objection(mark=mark)


def _before(direction: Direction) -> Direction:
    """Return the way that someone went before."""
    return Direction.IN if direction is Direction.OUT else Direction.OUT


def _last(case: Case) -> Direction | None:
    """Return the last way of the holder, unless it is so long ago that it counts no more."""
    since_s, timeout_s = case.standing.since_s, case.policy.again.timeout_min * 60
    forgotten = bool(timeout_s) and since_s is not None and since_s >= timeout_s
    return None if forgotten else case.standing.last


def apart(case: Case) -> Objection | None:
    """Ask for the site's minimum interval between two passages of one person."""
    rule, since_s = case.policy.again, case.standing.since_s
    if since_s is None or since_s >= rule.min_interval_s:
        return None
    return _as_told(rule.too_soon, Reason.TOO_SOON, Mark.TOO_SOON)


def siblings_known(case: Case) -> Objection | None:
    """Mark a count of people that does not know what the place's other gates saw."""
    standing, policy = case.standing, case.policy
    if policy.ceiling is None or case.direction is Direction.OUT:
        return None
    age_s = standing.siblings_age_s
    stale = age_s is not None and age_s > policy.siblings_stale_after_s
    return Objection(mark=Mark.SIBLINGS_STALE) if stale or standing.siblings_unknown else None


def room_left(case: Case) -> Objection | None:
    """Count the people inside, where the site has a ceiling."""
    ceiling = case.policy.ceiling
    if ceiling is None or case.direction is Direction.OUT:
        return None
    if case.standing.inside < ceiling.people:
        return None
    return _as_told(ceiling.above, Reason.FULL, Mark.OVER_CEILING)


RULES: tuple[Rule, ...] = (
    recognised,
    taken,
    whole,
    born_before,
    signature_right,
    issuer_known,
    not_withdrawn,
    in_date,
    list_fresh,
    signature_asked,
    identity_asked,
    class_taken,
    opened,
    entries_left,
    passback,
    apart,
    room_left,
    siblings_known,
    consistent,
)
"""In this order; the table of reasons is in the same."""
