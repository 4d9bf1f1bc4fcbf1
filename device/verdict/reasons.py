"""The table of reasons: what the door shows for each, what it means, and what to do.

The handbook's tables are made from it (`make reasons`), `gate read` speaks with its words, and the
judge takes its signals from here, so that what is told and what is shown can't part.
"""

import msgspec

from device.flow import Signal
from device.message import N_
from wire.record import Mark, Outcome, Reason


class Row(msgspec.Struct, frozen=True):
    """One reason."""

    signal: Signal
    """What the door shows, unless the site's policy names another signal for it."""
    says: str
    """What it means, in a few words."""
    remedy: str
    """What the person at the door, or the attendant, does."""
    outcome: Outcome = Outcome.REJECTED
    one_gate: bool = False
    """Judged by what this one door has seen: exact only where the place has no other gate."""


NOTHING_TO_DO = N_("nothing: go on")
ANOTHER_CODE = N_("show the code that is asked for here")
ASK = N_("the attendant looks at the card or document and decides; the button lets one person in")
NEW_PASS = N_("ask the office that issued the pass for a new one")
ASK_OFFICE = N_("ask the office that issued the pass")

TABLE = {
    Reason.ACCEPTED: Row(
        Signal.ACCEPT,
        N_("all that this place asks for is there"),
        NOTHING_TO_DO,
        Outcome.ACCEPTED,
    ),
    Reason.NOT_A_PASS: Row(Signal.RETRY, N_("this is not a code that is known"), ANOTHER_CODE),
    Reason.WRONG_KIND: Row(Signal.RETRY, N_("the wrong kind of code for this place"), ANOTHER_CODE),
    Reason.IMPLAUSIBLE: Row(
        Signal.RETRY,
        N_("the code is damaged or says what cannot be"),
        N_("show the original again, whole and flat; if it stays so, show another document"),
    ),
    Reason.BAD_SIGNATURE: Row(
        Signal.REJECT, N_("the signature is not right: made up or changed"), NEW_PASS
    ),
    Reason.UNKNOWN_ISSUER: Row(
        Signal.ATTENDANT,
        N_("signed by an office that this gate does not know"),
        N_("ask the attendant; if the pass is of this district, the gate needs a new list of keys"),
    ),
    Reason.WITHDRAWN: Row(Signal.REJECT, N_("this pass was withdrawn"), ASK_OFFICE),
    Reason.SUSPENDED: Row(Signal.REJECT, N_("this pass is suspended for now"), ASK_OFFICE),
    Reason.CLOCK_UNSURE: Row(
        Signal.REJECT,
        N_("the gate's clock is unsure, so dates cannot be judged"),
        N_("the attendant decides; the technician connects the gate, or sets its clock"),
    ),
    Reason.EXPIRED: Row(Signal.REJECT, N_("this pass has expired"), NEW_PASS),
    Reason.NOT_YET_VALID: Row(
        Signal.REJECT, N_("this pass is not valid yet"), N_("come back on the day it begins")
    ),
    Reason.LIST_STALE: Row(
        Signal.REJECT,
        N_("it cannot be told whether this pass was withdrawn: the list is too old or missing"),
        N_("the attendant decides; the technician connects the gate so that it gets a new list"),
    ),
    Reason.SIGNATURE_ASKED: Row(
        Signal.ATTENDANT, N_("this place asks for a signature that could be checked"), ASK
    ),
    Reason.IDENTITY_ASKED: Row(
        Signal.ATTENDANT, N_("this place asks for an identity better known than this"), ASK
    ),
    Reason.CLASS_NOT_TAKEN: Row(
        Signal.REJECT,
        N_("passes of this class are not for this place"),
        N_("show a pass for this place, or ask the attendant"),
    ),
    Reason.CLOSED: Row(
        Signal.REJECT, N_("the place is closed now"), N_("come back in its opening hours")
    ),
    Reason.USED_UP: Row(
        Signal.REJECT,
        N_("all entries of this pass were used"),
        NEW_PASS,
        one_gate=True,
    ),
    Reason.ALREADY_INSIDE: Row(
        Signal.REJECT,
        N_("with this pass somebody is inside already"),
        N_("show the code on the way out first; if the exit was forgotten, ask the attendant"),
        one_gate=True,
    ),
    Reason.NOT_INSIDE: Row(
        Signal.ATTENDANT,
        N_("the holder of this pass has left already"),
        N_("the attendant lets out whoever came in without showing a code"),
        one_gate=True,
    ),
    Reason.TOO_SOON: Row(
        Signal.RETRY,
        N_("this code was recorded a moment ago"),
        N_("nothing, if it was one passage; otherwise wait a little"),
        one_gate=True,
    ),
    Reason.FULL: Row(
        Signal.REJECT,
        N_("as many people are inside as may be"),
        N_("wait until somebody has left"),
        one_gate=True,
    ),
    Reason.ATTENDED: Row(
        Signal.ACCEPT,
        N_("the attendant let one person in by the button"),
        NOTHING_TO_DO,
        Outcome.ACCEPTED,
    ),
    Reason.OBEYED: Row(
        Signal.IDENTIFY,
        N_("a control card was obeyed: nobody passed"),
        NOTHING_TO_DO,
        Outcome.OBEYED,
    ),
    Reason.CARD_USED: Row(
        Signal.REJECT,
        N_("this control card was used before"),
        N_("make a new card: each is obeyed once"),
    ),
    Reason.CARD_ELSEWHERE: Row(
        Signal.REJECT,
        N_("this control card is for another gate or place"),
        N_("use the card that was made for this gate"),
    ),
    Reason.CARD_UNKNOWN: Row(
        Signal.REJECT,
        N_("this control card asks for what this gate cannot do"),
        N_("bring the gate's software up to date, or use another card"),
    ),
    Reason.SERVICE_ASKED: Row(
        Signal.RETRY,
        N_("this control card changes something, and the service button was not pressed"),
        N_("press the service button inside the box and show the card within 30 seconds"),
    ),
    Reason.CARD_UNBOUNDED: Row(
        Signal.REJECT,
        N_("this control card is good for more gates, or for longer, than one of its kind may be"),
        N_("make a new card for this gate alone, and for the days on which it is needed"),
    ),
    Reason.RECORDS_HELD: Row(
        Signal.REJECT,
        N_("this gate holds scans that the district has not got, and the card would end them"),
        N_("connect the gate, or carry them away with an export card; `gate status` says how many"),
    ),
}
"""Every reason, in the order in which they are judged: of several, the first is the answer."""

MARKS = {
    Mark.CLOCK_UNSURE: N_("the gate's clock was not sure, so dates were not judged"),
    Mark.LIST_STALE: N_("whether it was withdrawn was not judged: the list is too old or missing"),
    Mark.ENTERED_AGAIN: N_("came in again and was, as far as this door knows, still inside"),
    Mark.LEFT_UNSEEN: N_("went out, and this door has not seen the entry"),
    Mark.TOO_SOON: N_("came again within the site's minimum interval"),
    Mark.OUT_OF_HOURS: N_("came outside the opening hours"),
    Mark.OVER_CEILING: N_("more people are inside than should be"),
    Mark.SIBLINGS_STALE: N_("what the place's other gates saw was not known, or too old"),
    Mark.WAY_INFERRED: N_("the direction was worked out: in, then out, then in again"),
    Mark.IMPLAUSIBLE: N_("the parts of the card do not agree with one another"),
    Mark.PAPER: N_("was written on paper and typed in later"),
}
"""What goes with an answer without changing it."""
ONE_GATE = frozenset(
    {Mark.ENTERED_AGAIN, Mark.LEFT_UNSEEN, Mark.TOO_SOON, Mark.OVER_CEILING, Mark.WAY_INFERRED}
)
"""The marks that are exact only where the place has one gate."""
