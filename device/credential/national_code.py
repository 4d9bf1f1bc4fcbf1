"""The national COVID code that every application showed from September 2021 on.

    document | NAME | birth date | 0 or 1 | QID | guardian's QID < sex < insurance < phone < ...

Its holder chooses between whole and masked; masked, the QID alone says who it is, and no more than
that is kept. It can't be verified without the national service. 1: someone else declared it.
"""

import re

from device.credential.citizen_number import doubts
from device.credential.person import Person, Sex, birth, clean_name, clean_phone, partial, shown
from device.flow import Credential

KIND = "national-code"

_START = re.compile(
    r"(\*{6}[0-9A-Z]{0,15}|[0-9A-Z]{7,15})\|([A-Z ]+)\|"
    r"([0-9]{4})-([0-9]{2}|\*\*)-([0-9]{2}|\*\*)\|([01])\|"
)
_QID = re.compile(r"[0-9A-Za-z._-]{1,64}")
_SEXES = {"1": Sex.MALE, "2": Sex.FEMALE}


def read(text: str) -> Credential | None:
    """Return the code in `text`, or None for another kind. Without content it is damaged."""
    start = _START.match(text)
    if not start:
        return None
    document, name, year, month, day, by = start.groups()
    code, bar, extra = text[start.end() :].partition("|")
    born = birth(day.replace("*", "0"), month.replace("*", "0"), year)
    name = clean_name(name)
    if not _QID.fullmatch(code) or not bar or "|" in extra or not born or not name:
        return Credential(KIND)
    if document.startswith("*"):
        return shown(KIND, Person(code=code, by_other=by == "1"))
    # The guardian's QID and the insurance number are not looked at; more may follow the phone.
    _, sex, _, phone = ([*extra.split("<", 4), "", "", "", ""])[:4]
    return shown(KIND, _person(document, code, name, born, sex, phone, by))


def _person(
    document: str, code: str, name: str, born: str, sex: str, phone: str, by: str
) -> Person:
    is_number = document.isdecimal()
    number = document if is_number and len(document) == 12 else ""
    former = document if is_number and len(document) == 9 else ""
    declared = _SEXES.get(sex)
    odd = doubts(number, born, declared) if number else ()
    return Person(
        number=number,
        former=former,
        passport="" if number or former else document,
        code=code,
        name=name,
        born=born,
        sex=declared,
        phone=clean_phone(phone),
        by_other=by == "1",
        doubts=odd + partial(born),
    )
