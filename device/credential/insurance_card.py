"""The health-insurance card, on paper and in its application: fifteen fields, or seventeen.

    number | name in hex | birth | sex | address in hex or - | clinic | from | to | issued | ...
    ... | $

Its check string can't be verified, so it does not say that the insurance still holds; a gate does
not speak about insurance at all. Kept are the social insurance number and who the holder is.
"""

import re

from device.credential.person import Person, Sex, address, birth, clean_name, partial, shown
from device.flow import Credential

KIND = "insurance-card"

_START = re.compile(r"(?:[A-Z]{2}[0-9]{13}|[0-9]{10})\|(?:[0-9A-Fa-f]{2})+\|")
_NUMBER = re.compile(r"(?:[A-Z]{2}[1-5](?!00)[0-9]{2})?([0-9]{10})")
_DATE = re.compile(r"(?:(?:([0-9]{2})/)?([0-9]{2})/)?([0-9]{4})")
_SEXES = {"1": Sex.MALE, "2": Sex.FEMALE}
_LENGTHS = (15, 17)


def read(text: str) -> Credential | None:
    """Return the card in `text`, or None for another kind. Without content it is damaged."""
    if not _START.match(text):
        return None
    fields = [each.strip() for each in text.split("|")]
    if len(fields) not in _LENGTHS or fields[-1] != "$":
        return Credential(KIND)
    person = _person(fields)
    return shown(KIND, person) if person else Credential(KIND)


def _person(fields: list[str]) -> Person | None:
    number, date, issue = map(
        re.Pattern.fullmatch, (_NUMBER, _DATE, _DATE), (fields[0], fields[2], fields[8])
    )
    name, sex, place = clean_name(_unhex(fields[1])), _SEXES.get(fields[3]), _unhex(fields[4])
    if not (number and date and name and sex):
        return None
    born = birth(*(each or "" for each in date.groups()))
    if born is None:
        return None
    issued = birth(*(each or "" for each in issue.groups())) if issue else None
    commune, hamlet = address(place, issued or "")
    return Person(
        insurance=number[1],
        name=name,
        born=born,
        sex=sex,
        commune=commune,
        hamlet=hamlet,
        doubts=partial(born),
    )


def _unhex(text: str) -> str:
    """Return what is spelled in hex, or "" where nothing is (a lone `-`) or it is no text."""
    try:
        return bytes.fromhex(text).decode()
    except ValueError:
        return ""
