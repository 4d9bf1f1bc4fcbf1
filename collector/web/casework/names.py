"""What the values of casework are called, in the reader's language; one table a closed list."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collector.cases.entries import Act, State
from collector.trace.entries import Doubt, How
from collector.trace.entries import State as Seen
from collector.web.casework.desk import Kind
from collector.web.casework.spoken import Fault

CONTACT: Mapping[str, Promise] = {
    State.TO_CALL: _("To call"),
    State.REACHED: _("Reached"),
    State.NOT_REACHED: _("Not reached"),
    State.HANDED_OVER: _("Handed over"),
    State.NO_CONTACT: _("Not a contact"),
}
CONTACT_TAG: Mapping[str, str] = {
    State.REACHED: "good",
    State.NOT_REACHED: "bad",
    State.TO_CALL: "doubt",
}
TASK: Mapping[str, Promise] = {
    "symptoms": _("Symptoms"),
    "contact": _("Contact or outbreak area"),
}
TASKSTATE: Mapping[str, Promise] = {"new": _("new"), "taken": _("taken"), "done": _("done")}
SOURCE: Mapping[str, Promise] = {
    "code": _("in the code shown"),
    "attendant": _("told to the attendant"),
    "declared": _("from a form"),
}
KIND: Mapping[str, Promise] = {
    Kind.NUMBER: _("Identity number"),
    Kind.PHONE: _("Phone"),
    Kind.PASS: _("Pass, or a code scanned here"),
    Kind.NAME: _("Full name and birth date"),
}
HINT: Mapping[str, Promise] = {
    Kind.NUMBER: _("12 digits of the citizen's card, or 9 of an earlier one"),
    Kind.PHONE: _("+84 and 0 are the same number"),
    Kind.PASS: _("16 characters under the code, or scan the code into this field"),
    Kind.NAME: _("The whole name; it is found with and without marks, and never by a part"),
}
FAULT: Mapping[str, Promise] = {
    Fault.EMPTY: _("Enter what you look for."),
    Fault.BENT: _(
        "The Vietnamese input method has changed this code: turn it off (tắt bộ gõ tiếng Việt) "
        "and scan or type again."
    ),
    Fault.UNBENT: _(
        "This name still has the keys of Telex or VNI in it: turn the Vietnamese input method on "
        "and type it again."
    ),
    Fault.NO_NUMBER: _("An identity number has 12 digits, an earlier one 9."),
    Fault.NO_PHONE: _("A phone number has 10 or 11 digits and begins with 0 or +84."),
    Fault.NO_PASS: _("This is no pass: 16 characters from 0 to 9 and a to f, or a scanned code."),
    Fault.NO_NAME: _("A name has no digits."),
    Fault.NO_DATE: _("Enter the birth date as 15/06/1990, or the year alone."),
    Fault.PART: _("Enter the full name: nobody is looked for by a part of it."),
}
HOW: Mapping[int, Promise] = {
    How.SEEN: _("entry and exit seen"),
    How.ELSEWHERE: _("exit not seen; seen elsewhere later"),
    How.CLOSING: _("exit not seen; until closing time at the latest"),
    How.LONGEST: _("exit not seen; until the longest usual stay"),
    How.UNENTERED: _("entry not seen"),
}
DOUBT: Mapping[int, Promise] = {
    Doubt.COPIED: _("copied or lent code"),
    Doubt.UNSURE: _("time not certain"),
    Doubt.PAPER: _("from paper, times as written"),
}
SEEN: Mapping[int, Promise] = {
    Seen.WORKING: _("working"),
    Seen.DOWN: _("not working"),
    Seen.BLIND: _("could not see"),
    Seen.UNDELIVERED: _("not yet delivered"),
}
LINK: Mapping[int, Promise] = {
    1: _("by the identity number"),
    2: _("by the pass"),
    3: _("by the national service's number"),
    4: _("by the insurance number"),
    5: _("by the passport"),
    6: _("by the certificate"),
    7: _("by the earlier number"),
    8: _("by the phone"),
    9: _("by name and birth date"),
}
COUNT: Mapping[str, Promise] = {
    "persons": _("persons"),
    "places": _("places"),
    "sought": _("looked for"),
    "found": _("found"),
    "copies": _("copies"),
    "request": _("request no."),
    "through": _("up to row"),
    "from": _("from row"),
}
"""The numbers of the audit's rows."""
ACT: Mapping[str, Promise] = {
    Act.CASE_OPENED: _("opened a case"),
    Act.CASE_CHANGED: _("changed a case"),
    Act.CASE_CLOSED: _("closed a case"),
    Act.FOUND: _("looked for somebody"),
    Act.INDEX_ADDED: _("added an index person"),
    Act.INDEX_REMOVED: _("removed an index person"),
    Act.PLACES: _("looked at places"),
    Act.TRACED: _("traced"),
    Act.OPENED: _("opened persons"),
    Act.TIMELINE: _("looked at a timeline"),
    Act.LISTED: _("put contacts on the list"),
    Act.CONTACT_CHANGED: _("changed a contact"),
    Act.ASKED: _("asked a second officer"),
    Act.APPROVED: _("agreed as second officer"),
    Act.MERGED: _("said two are one person"),
    Act.UNMERGED: _("took that back"),
    Act.HELD: _("held records"),
    Act.RELEASED: _("released records"),
    Act.EXPORTED: _("made a copy"),
    Act.HANDED_OVER: _("handed over"),
    Act.REFERRED: _("handed over to the district"),
    Act.TAKEN_UP: _("took up what was handed over"),
    Act.UNLOCKED: _("unlocked the vault"),
    Act.LOCKED: _("locked the vault"),
    Act.VERIFIED: _("verified the audit"),
    Act.REFUSED: _("was refused"),
    Act.PURGED: _("deleted old rows"),
    Act.RESTORED: _("restored from a backup"),
}


def tail(person: int) -> str:
    """Return the last digits of a person row: enough to tell rows of a list apart."""
    return f"{person % 100_000:05d}"
