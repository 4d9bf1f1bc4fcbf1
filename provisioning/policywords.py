"""What a policy means, in plain words: for whoever is about to sign it."""

from collections.abc import Callable

from provisioning.i18n import marked
from wire.openinghours import Hours
from wire.policy import (
    AskedIdentity,
    AskedSignature,
    Does,
    Kind,
    Passback,
    Policy,
    Shown,
    Take,
    Way,
)

Translate = Callable[[str], str]

KINDS = {
    Kind.PASS: marked("passes of the authority"),
    Kind.CERTIFICATE: marked("health certificates"),
    Kind.ID_CARD: marked("identity cards"),
    Kind.INSURANCE_CARD: marked("health insurance cards"),
    Kind.NATIONAL_CODE: marked("national COVID codes"),
}
SIGNATURES = {
    AskedSignature.CHECKED: marked("with a signature that is checked"),
    AskedSignature.ANY: marked("also without a checked signature"),
}
IDENTITIES = {
    AskedIdentity.SEEN: marked("of people whom staff has seen"),
    AskedIdentity.DECLARED: marked("of people who say who they are"),
    AskedIdentity.ANY: marked("of anyone"),
}
DOES = {
    Does.ACCEPT: marked("let pass and mark the scan"),
    Does.ATTENDANT: marked("ask for the attendant"),
    Does.REFUSE: marked("refuse"),
}
WAYS = {
    Way.AS_ENROLLED: marked("Each gate serves the way for which it was enrolled."),
    Way.IN: marked("Every gate is a way in."),
    Way.OUT: marked("Every gate is a way out."),
    Way.BUTTON: marked("A button at the gate turns the way for the next person."),
    Way.ALTERNATE: marked("Who went in goes out next."),
}
PASSBACK = {
    Passback.OFF: marked("Entering twice and leaving twice is not looked at."),
    Passback.SOFT: marked("Who enters twice or leaves twice passes and is marked."),
    Passback.HARD: marked("Who enters twice or leaves twice is refused."),
}
SHOWN = {
    Shown.ACCEPT: marked("green"),
    Shown.REJECT: marked("red"),
    Shown.RETRY: marked("amber, try again"),
    Shown.ATTENDANT: marked("amber, ask the attendant"),
}
DAYS = {
    "mon": marked("Monday"),
    "tue": marked("Tuesday"),
    "wed": marked("Wednesday"),
    "thu": marked("Thursday"),
    "fri": marked("Friday"),
    "sat": marked("Saturday"),
    "sun": marked("Sunday"),
}


def described(policy: Policy, _: Translate) -> list[str]:
    """Return one sentence after another, in the reader's language."""
    return [
        *([_take(each, _) for each in policy.takes] or [_("No code is taken: nobody may pass.")]),
        _(WAYS[policy.direction]),
        *_hours(policy, _),
        *_again(policy, _),
        *_ceiling(policy, _),
        *_doubts(policy, _),
        *[
            _("For “{reason}” the door shows: {signal}.").format(
                reason=reason.value, signal=_(SHOWN[shown])
            )
            for reason, shown in policy.signals.items()
        ],
        _("What is confirmed stays at the gate for {hours} hours at least.").format(
            hours=policy.retention_h
        ),
        _("The district may open the door for one person by a command.")
        if policy.open_once
        else _("The district cannot open the door by a command."),
    ]


def _take(take: Take, _: Translate) -> str:
    said = _("Taken: {kind}, {signature}, {identity}").format(
        kind=_(KINDS[take.kind]),
        signature=_(SIGNATURES[take.signature]),
        identity=_(IDENTITIES[take.identity]),
    )
    if take.classes:
        said += _("; only the classes {classes}").format(classes=", ".join(take.classes))
    by_staff = take.identity is AskedIdentity.SEEN or take.signature is AskedSignature.CHECKED
    if by_staff and take.kind not in (Kind.PASS, Kind.CERTIFICATE):
        said += _("; so who shows one is always sent to the attendant")
    return said + "."


def _hours(policy: Policy, _: Translate) -> list[str]:
    hours = policy.hours
    if hours == Hours():
        return [_("It is open always.")]
    said = [
        _("It is open {days} from {begin} to {end}.").format(
            days=", ".join(_days(each, _) for each in opening.days),
            begin=opening.opens,
            end=opening.closes,
        )
        for opening in hours.openings
    ]
    if hours.closed:
        said.append(_("It is closed on {days}.").format(days=", ".join(hours.closed)))
    said.append(
        _("Days and times are those of {zone}. Who comes in outside them: {does}.").format(
            zone=policy.zone, does=_(DOES[policy.outside_hours])
        )
    )
    return said


def _days(text: str, _: Translate) -> str:
    first, dash, last = text.partition("-")
    if not dash:
        return _(DAYS[first])
    return _("{first} to {last}").format(first=_(DAYS[first]), last=_(DAYS[last]))


def _again(policy: Policy, _: Translate) -> list[str]:
    again = policy.again
    said = [_(PASSBACK[again.rule])]
    if again.rule is not Passback.OFF and again.timeout_min:
        said.append(
            _("An entry without an exit is forgotten after {minutes} minutes.").format(
                minutes=again.timeout_min
            )
        )
    if again.min_interval_s:
        said.append(
            _("Who comes again within {seconds} seconds: {does}.").format(
                seconds=again.min_interval_s, does=_(DOES[again.too_soon])
            )
        )
    return said


def _ceiling(policy: Policy, _: Translate) -> list[str]:
    if policy.ceiling is None:
        return []
    return [
        _("When {people} people are inside: {does}.").format(
            people=policy.ceiling.people, does=_(DOES[policy.ceiling.above])
        )
    ]


def _doubts(policy: Policy, _: Translate) -> list[str]:
    return [
        _("When the gate's clock is unsure: {does}.").format(does=_(DOES[policy.clock_unsure])),
        _(
            "When the list of withdrawn passes is missing or older than {hours} hours: {does}."
        ).format(hours=policy.stale_after_h, does=_(DOES[policy.stale_list])),
    ]
