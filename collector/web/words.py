"""What the values on the board are called, in the language of whoever reads.

One table for each closed list of `wire`; a value that is not in its table is shown as it is, so
that a newer gate is never hidden.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collector.web.board import Condition, Warn
from wire.record import Direction, Identity, Outcome, Reason, Signature

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
    Warn.UNLISTED: _("not in the roster"),
}
DIRECTION: Mapping[str, Promise] = {Direction.IN: _("In"), Direction.OUT: _("Out")}
DIRECTION_SIGN: Mapping[str, str] = {Direction.IN: "→", Direction.OUT: "←"}
OUTCOME: Mapping[str, Promise] = {Outcome.ACCEPTED: _("Accepted"), Outcome.REJECTED: _("Refused")}
OUTCOME_SIGN: Mapping[str, str] = {Outcome.ACCEPTED: "✓", Outcome.REJECTED: "✕"}
REASON: Mapping[str, Promise] = {
    Reason.ACCEPTED: _("valid pass"),
    Reason.EXPIRED: _("expired"),
    Reason.NOT_YET_VALID: _("not yet valid"),
    Reason.BAD_SIGNATURE: _("bad signature"),
    Reason.WRONG_KIND: _("wrong kind of code"),
    Reason.NOT_A_PASS: _("not a pass"),
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
    "ledger-broken": _("The ledger cannot be read; what you see may be old."),
    "roster-invalid": _("The roster cannot be read; gates and places may be missing."),
}
SECTOR: Mapping[str, Promise] = {
    "education": _("Education"),
    "health": _("Health"),
    "transport": _("Transport"),
    "economy": _("Economy"),
    "culture": _("Culture"),
    "commune": _("Commune"),
}


def word(table: Mapping[str, Promise], value: str) -> str:
    """Return what `value` is called, or the value itself if it has no name here."""
    return str(table.get(value, value))
