"""The citizen's identity card: the chip card of 2021, the card of 2024, and Zalo's copy.

    number | former number | name | DDMMYYYY | sex | address | DDMMYYYY of issue  [ | ... ]
    number | name | DD/MM/YYYY | sex | address | DD/MM/YYYY of issue

Plain text without a signature: whoever can print can make one. Fields after the seventh hold other
people's data and are dropped unread.
"""

import re
import unicodedata

import msgspec

from device.credential.citizen_number import doubts
from device.credential.person import Person, Sex, address, birth, clean_name, partial, shown
from device.flow import Credential

KIND = "id-card"
OTHER_LAYOUT = "id-card-unknown"
"""It begins as an identity card does, and goes on in a way that is not known here."""
KINDS = (KIND, OTHER_LAYOUT)
MAX_CHARS = 1000
"""No card is near it; normalising a text of accents alone takes time by its length squared."""

_START = re.compile(r"[0-9]{12}\|")
_FORMER = re.compile(r"(?:[0-9]{9}|[0-9]{12})?")
_SOLID = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_SEXES = {"nam": Sex.MALE, "nữ": Sex.FEMALE}


class Layout(msgspec.Struct, frozen=True):
    """All that is said of a card whose layout is not known."""

    fields: int


def read(text: str) -> Credential | None:
    """Return the card in `text`, or None for another kind.

    A card without content is damaged: the layout is right, and it says what can't be.
    """
    if not _START.match(text):
        return None
    if len(text) > MAX_CHARS:
        return _other(text.split("|"))
    fields = [each.strip() for each in unicodedata.normalize("NFC", text).split("|")]
    if len(fields) >= 7:
        return _card(fields[:7], _SOLID) or _other(fields)
    if len(fields) == 6:
        return _card([fields[0], "", *fields[1:]], _SLASHED) or _other(fields)
    return _other(fields)


def _card(fields: list[str], dates: re.Pattern[str]) -> Credential | None:
    """Return the card that these seven fields are, or None if they are laid out otherwise."""
    number, former, name, born_text, sex_text, place, issued_text = fields
    name, date, issue = clean_name(name), dates.fullmatch(born_text), dates.fullmatch(issued_text)
    if not (name and date and _FORMER.fullmatch(former) and (issue or not issued_text)):
        return None
    born, sex = birth(*date.groups()), _SEXES.get(sex_text.lower())
    if born is None or sex is None:
        return Credential(KIND)
    issued = birth(*issue.groups()) if issue else None
    commune, hamlet = address(place, issued or "")
    person = Person(
        number=number,
        former=former,
        name=name,
        born=born,
        sex=sex,
        commune=commune,
        hamlet=hamlet,
        doubts=doubts(number, born, sex) + partial(born),
    )
    return shown(KIND, person)


def _other(fields: list[str]) -> Credential:
    return Credential(OTHER_LAYOUT, Layout(len(fields)))
