"""What the values on the board are called, in the language of whoever reads.

One table for each closed list of `wire`; a value that is not in its table is shown as it is, so
that a newer gate is never hidden.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collector.cases.roles import Role
from collector.grants import Over
from collector.ledger.entries import Lack
from collector.web.board import Condition, Warn
from wire.record import Direction, Identity, Mark, Outcome, Reason, Signature

CONDITION: Mapping[str, Promise] = {
    Condition.WORKING: _("Working"),
    Condition.SILENT: _("Silent"),
    Condition.STOPPED: _("Stopped"),
    Condition.NEVER: _("Never seen"),
}
CONDITION_SIGN: Mapping[str, str] = {
    Condition.WORKING: "✓",
    Condition.SILENT: "?",
    Condition.STOPPED: "■",
    Condition.NEVER: "○",
}
WARN: Mapping[str, Promise] = {
    Warn.FORK: _("records that contradict earlier ones"),
    Warn.REFUSED: _("messages not taken"),
    Warn.FAULT: _("fault"),
    Warn.ALARM: _("alarm"),
    Warn.UNLISTED: _("not in the roster"),
}
LACK: Mapping[str, Promise] = {
    Lack.GAP: _("not received, though later ones were"),
    Lack.DECLARED: _("lost: the gate itself says so"),
    Lack.UNSENT: _("still at the gate"),
}
ENDS: Mapping[str, Promise] = {
    "policy": _("key for policies"),
    "card": _("key for control cards"),
    "command": _("key for commands"),
    "status": _("key for withdrawing passes"),
    "receipt": _("key for receipts"),
    "enrol": _("key for enrolling gates"),
    "technician": _("key for technicians' access"),
    "pass-seen": _("key for passes of people seen by staff"),
    "pass-declared": _("key for self-service passes"),
    "issuing-self-service": _("the desk's key for self-service passes"),
    "issuing-attendant": _("the desk's key for attendants' passes"),
    "issuing-institution": _("the desk's key for passes of institutions"),
    "issuing-lists": _("the desk's key for withdrawing passes"),
    "ca-certificate": _("the authority's certificate"),
    "gate-ca-certificate": _("certificate that admits gates"),
    "broker-certificate": _("the broker's certificate"),
    "intake-certificate": _("the collector's certificate"),
    "revocation-lists": _("lists of revoked certificates"),
    "enrolment-certificate": _("certificate of the enrolment service"),
}
DIRECTION: Mapping[str, Promise] = {Direction.IN: _("In"), Direction.OUT: _("Out")}
DIRECTION_SIGN: Mapping[str, str] = {Direction.IN: "→", Direction.OUT: "←"}
OUTCOME: Mapping[str, Promise] = {
    Outcome.ACCEPTED: _("Accepted"),
    Outcome.REJECTED: _("Refused"),
    Outcome.OBEYED: _("Obeyed"),
}
OUTCOME_SIGN: Mapping[str, str] = {
    Outcome.ACCEPTED: "✓",
    Outcome.REJECTED: "✕",
    Outcome.OBEYED: "⚙",
}
REASON: Mapping[str, Promise] = {
    Reason.ACCEPTED: _("valid pass"),
    Reason.EXPIRED: _("expired"),
    Reason.NOT_YET_VALID: _("not yet valid"),
    Reason.BAD_SIGNATURE: _("bad signature"),
    Reason.WRONG_KIND: _("wrong kind of code"),
    Reason.NOT_A_PASS: _("not a pass"),
    Reason.UNKNOWN_ISSUER: _("unknown issuer"),
    Reason.WITHDRAWN: _("withdrawn"),
    Reason.SUSPENDED: _("suspended"),
    Reason.LIST_STALE: _("list of withdrawn passes too old"),
    Reason.CLOCK_UNSURE: _("clock too unsure to judge dates"),
    Reason.SIGNATURE_ASKED: _("a checked signature is asked for"),
    Reason.IDENTITY_ASKED: _("an identity known to staff is asked for"),
    Reason.CLASS_NOT_TAKEN: _("class of pass not taken here"),
    Reason.CLOSED: _("outside opening hours"),
    Reason.USED_UP: _("all entries used"),
    Reason.ALREADY_INSIDE: _("already inside"),
    Reason.NOT_INSIDE: _("not inside"),
    Reason.TOO_SOON: _("too soon after the last time"),
    Reason.FULL: _("place full"),
    Reason.IMPLAUSIBLE: _("the code contradicts itself"),
    Reason.ATTENDED: _("let in by the attendant"),
    Reason.OBEYED: _("control card obeyed"),
    Reason.CARD_USED: _("control card already used"),
    Reason.CARD_ELSEWHERE: _("control card for another gate"),
    Reason.CARD_UNKNOWN: _("control card this gate does not know"),
    Reason.SERVICE_ASKED: _("control card without the service button"),
    Reason.CARD_UNBOUNDED: _("control card for too many gates, or for too long"),
    Reason.RECORDS_HELD: _("control card that would end unsent scans"),
}
MARK: Mapping[str, Promise] = {
    Mark.CLOCK_UNSURE: _("dates not judged: clock unsure"),
    Mark.LIST_STALE: _("withdrawal not judged: list too old or missing"),
    Mark.ENTERED_AGAIN: _("entered again without leaving"),
    Mark.LEFT_UNSEEN: _("left without having been seen entering"),
    Mark.TOO_SOON: _("soon after the last time"),
    Mark.OUT_OF_HOURS: _("outside opening hours"),
    Mark.OVER_CEILING: _("more people inside than allowed"),
    Mark.SIBLINGS_STALE: _("count of the other gates too old"),
    Mark.WAY_INFERRED: _("direction inferred by alternation"),
    Mark.IMPLAUSIBLE: _("the code contradicts itself"),
    Mark.PAPER: _("typed in from paper"),
}
SIGNATURE: Mapping[str, Promise] = {
    Signature.CHECKED: _("signature checked"),
    Signature.FAILED: _("signature failed"),
    Signature.NOT_CHECKED: _("signature not checked"),
}
IDENTITY: Mapping[str, Promise] = {
    Identity.SEEN: _("identity seen by staff"),
    Identity.DECLARED: _("identity self-declared"),
    Identity.UNKNOWN: _("identity unknown"),
}
KIND: Mapping[str, Promise] = {
    "pass": _("Pass"),
    "control-card": _("Control card"),
    "enrolment-code": _("Enrolment code"),
    "attended": _("Let in by the attendant"),
    "commanded": _("Let in by the district"),
    "desk": _("Registered at the desk"),
    "paper": _("Line of a paper log"),
    "unknown": _("Unknown code"),
    "eu-certificate": _("EU certificate"),
    "health-card": _("Health card"),
    "travel-seal": _("Travel seal"),
    "payment": _("Payment code"),
    "national-code": _("National COVID code"),
    "insurance-card": _("Insurance card"),
    "id-card": _("Identity card"),
    "id-card-unknown": _("Identity card, layout not known"),
    "place-code": _("Place code"),
    "zalo": _("Zalo code"),
    "web-link": _("Web link"),
    "wifi": _("Wi-Fi code"),
    "contact": _("Contact card"),
    "login": _("Login code"),
    "message": _("Telephone or message"),
    "foreign-certificate": _("Foreign certificate"),
    "shop-barcode": _("Shop barcode"),
}
TROUBLE: Mapping[str, Promise] = {
    "ledger-missing": _("There is no ledger yet: intake has not started."),
    "ledger-busy": _("The ledger is busy; what you see may be old."),
    "database-away": _("The database does not answer; what you see may be old."),
    "ledger-broken": _("The ledger cannot be read; what you see may be old."),
    "roster-invalid": _("The roster cannot be read; gates and places may be missing."),
    "clock-doubted": _(
        "The server's clock is in doubt: nothing is deleted by it. Tell the operator."
    ),
}
SECTOR: Mapping[str, Promise] = {
    "education": _("Education"),
    "health": _("Health"),
    "transport": _("Transport"),
    "economy": _("Economy"),
    "culture": _("Culture"),
    "commune": _("Commune"),
}

ROLE: Mapping[str, Promise] = {
    Role.OPERATOR: _("Operator"),
    Role.DISTRICT: _("District officer"),
    Role.SECTOR: _("Sector officer"),
    Role.COMMUNE: _("Commune officer"),
    Role.KEEPER: _("Keeper of a place"),
    Role.ATTENDANT: _("Attendant"),
    Role.TECHNICIAN: _("Technician"),
    Role.AUDITOR: _("Auditor"),
    Role.CUSTODIAN: _("Custodian"),
}
OVER: Mapping[str, Promise] = {
    Over.AREA: _("Area"),
    Over.SECTOR: _("Sector"),
    Over.PLACE: _("Place"),
}


def word(table: Mapping[str, Promise], value: str) -> str:
    """Return what `value` is called, or the value itself if it has no name here."""
    return str(table.get(value, value))
