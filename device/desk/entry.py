"""What an attendant types about somebody, made fit to keep. Pure.

A field that cannot be taken is named with why; nothing is corrected silently but spaces and the
spelling of numbers.
"""

import datetime as dt
import enum
import re
from collections.abc import Mapping

import msgspec

from device.credential.citizen_number import doubts
from device.credential.person import Doubt, Person, Sex, birth, clean_name, clean_phone
from device.flow import Credential
from wire.canonical import Document
from wire.record import Direction, Identity, Mark

KIND = "desk"
"""The kind of a scan without a code, of somebody who was registered. Never renamed."""
PAPER = "paper"
"""The kind of a scan that stood on paper. Never renamed."""
CONTRADICTIONS = frozenset({Doubt.NUMBER_AND_BIRTH, Doubt.NUMBER_AND_SEX})
OLDEST_YEARS = 130
MAX_PLACE = 200
_GAPS = re.compile(r"[\s.()-]+")
_BORN = re.compile(r"(?:(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-])?([0-9]{4})")
_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
"""As cards have it, and as it is typed where the keys are digits alone."""
_PASSPORT = re.compile(r"[A-Z]{1,2}[0-9]{6,8}")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")
Typed = Mapping[str, str]


class Why(enum.StrEnum):
    """Why a field cannot be taken."""

    MISSING = "missing"
    NO_NAME = "no-name"
    NO_DATE = "no-date"
    NO_NUMBER = "no-number"
    NO_PHONE = "no-phone"
    NO_PLACE = "no-place"
    NO_CHOICE = "no-choice"
    NO_TIME = "no-time"
    TOO_OLD = "too-old"
    NOT_YET = "not-yet"
    BEFORE_ENTRY = "before-entry"


class Looked(enum.StrEnum):
    """What the attendant has looked at."""

    NONE = "none"
    CARD = "card"
    PASSPORT = "passport"
    OTHER = "other"


class Entry(msgspec.Struct, frozen=True):
    """Somebody who is to be registered."""

    credential: Credential
    identity: Identity
    way: Direction
    marks: tuple[Mark, ...] = ()
    wants_pass: bool = False

    def __repr__(self) -> str:
        """Say nothing, so that no log or traceback says who stood at the desk."""
        return "<Entry>"


class Wrongs(Exception):
    """Fields that cannot be taken, and why."""

    def __init__(self, found: Mapping[str, Why]) -> None:
        """Say which."""
        super().__init__(", ".join(found))
        self.found = dict(found)


def read(typed: Typed, ways: tuple[Direction, ...], today: dt.date) -> Entry:
    """Return who was typed in; raise Wrongs naming every field that cannot be taken."""
    wrong: dict[str, Why] = {}
    person = _person(typed, today, wrong)
    seen, way = _seen(typed, wrong), _way(typed, ways, wrong)
    if wrong:
        raise Wrongs(wrong)
    return Entry(
        _credential(KIND, person),
        Identity.DECLARED if seen is Looked.NONE else Identity.SEEN,
        way,
        marks_of(person),
        wants_pass="pass" in typed,
    )


def beside(card: Credential, typed: Typed, ways: tuple[Direction, ...]) -> Entry:
    """Return the holder of a card that was read, with what was typed beside it.

    What the card says stays as it says it. Raises Wrongs.
    """
    wrong: dict[str, Why] = {}
    phone = _phone(typed, wrong)
    way = _way(typed, ways, wrong)
    if wrong:
        raise Wrongs(wrong)
    fields: Document = {**(card.personal or {})}
    if phone:
        fields["phone"] = phone
    said = card.content if isinstance(card.content, Person) else Person()
    return Entry(
        Credential(card.kind, None, fields),
        Identity.SEEN if typed.get("looked") else Identity.DECLARED,
        way,
        marks_of(said),
        wants_pass="pass" in typed,
    )


def marks_of(person: Person) -> tuple[Mark, ...]:
    """Return the remark that belongs to a person whose number says something else."""
    return () if CONTRADICTIONS.isdisjoint(person.doubts) else (Mark.IMPLAUSIBLE,)


def line(typed: Typed, today: dt.date) -> Credential:
    """Return who a line of a paper log names; raise Wrongs."""
    wrong: dict[str, Why] = {}
    person = _person(typed, today, wrong)
    if wrong.get("born") is Why.MISSING and (person.number or person.former or person.phone):
        del wrong["born"]  # a column that was left empty in a hurry
    if wrong:
        raise Wrongs(wrong)
    return _credential(PAPER, person)


def _credential(kind: str, person: Person) -> Credential:
    fields: Document = msgspec.to_builtins(person)
    fields.pop("doubts", None)
    return Credential(kind, person, fields)


def _person(typed: Typed, today: dt.date, wrong: dict[str, Why]) -> Person:
    name = clean_name(said(typed, "name"))
    if not name:
        wrong["name"] = Why.NO_NAME if said(typed, "name") else Why.MISSING
    born = _born(said(typed, "born"), today, wrong)
    sex = Sex(typed["sex"]) if typed.get("sex") in tuple(Sex) else None
    number, former, passport = _number(said(typed, "number"), wrong)
    place = " ".join(said(typed, "commune").split())
    if len(place) > MAX_PLACE or not place.isprintable():
        wrong["commune"] = Why.NO_PLACE
    return Person(
        number=number,
        former=former,
        passport=passport,
        name=name,
        born=born,
        sex=sex,
        commune=place,
        phone=_phone(typed, wrong),
        doubts=doubts(number, born, sex) if number else (),
    )


def said(typed: Typed, field: str) -> str:
    """Return what was typed into a field, without the space around it; "" if nothing was."""
    return typed.get(field, "").strip()


def _born(text: str, today: dt.date, wrong: dict[str, Why]) -> str:
    if not text:
        wrong["born"] = Why.MISSING
        return ""
    found = _BORN.fullmatch(text) or _DIGITS.fullmatch(text)
    born = birth(found[1] or "0", found[2] or "0", found[3]) if found else None
    if born is None:
        wrong["born"] = Why.NO_DATE
    elif born > today.isoformat():
        wrong["born"] = Why.NOT_YET
    elif int(born[:4]) < today.year - OLDEST_YEARS:
        wrong["born"] = Why.TOO_OLD
    return born or ""


def _number(text: str, wrong: dict[str, Why]) -> tuple[str, str, str]:
    """Return (number of a card, of an earlier card, of a passport); at most one is not empty."""
    plain = _GAPS.sub("", text).upper()
    if plain.isascii() and plain.isdigit() and len(plain) == 12:
        return plain, "", ""
    if plain.isascii() and plain.isdigit() and len(plain) == 9:
        return "", plain, ""
    if _PASSPORT.fullmatch(plain):
        return "", "", plain
    if plain:
        wrong["number"] = Why.NO_NUMBER
    return "", "", ""


def _phone(typed: Typed, wrong: dict[str, Why]) -> str:
    """Return a telephone number: beginning with 0, or with + where it is of another country."""
    plain = _GAPS.sub("", said(typed, "phone"))
    home = clean_phone(plain)
    if home or not plain:
        return home
    if _ABROAD.fullmatch(plain) and not plain.startswith("+84"):
        return plain
    wrong["phone"] = Why.NO_PHONE
    return ""


def _seen(typed: Typed, wrong: dict[str, Why]) -> Looked:
    try:
        return Looked(typed.get("seen", ""))
    except ValueError:
        wrong["seen"] = Why.NO_CHOICE
        return Looked.NONE


def _way(typed: Typed, ways: tuple[Direction, ...], wrong: dict[str, Why]) -> Direction:
    if len(ways) == 1:
        return ways[0]
    for each in ways:
        if typed.get("way") == each.value:
            return each
    wrong["way"] = Why.NO_CHOICE
    return ways[0]
