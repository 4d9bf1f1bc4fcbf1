"""What is kept of a person who shows a card, and the words in it made fit to keep.

Everything else on a card is dropped where the card is read: parents, guardians, clinics, dates of
issue, levels of insurance. Whether a person is let in is not known here.
"""

import datetime as dt
import enum
import re
import unicodedata

import msgspec

from device.flow import Credential
from wire.canonical import Document

MAX_CHARS = 200
"""Of a name or a place. Names of minorities pass 50, so no tighter limit is safe."""

_PHONE = re.compile(r"(?:0|\+?84)([1-9][0-9]{8,9})")
_HAMLET = re.compile(r"(?:ấp|thôn|khóm|tổ|bản|buôn|sóc|phum|khu phố|tổ dân phố)\s", re.IGNORECASE)
_TWO_LEVELS = "2025-07-01"
"""Cards issued from this day say commune and province; before it a district stood between."""


class Sex(enum.StrEnum):
    """As the card says it. Stored and sent, so never renamed."""

    MALE = "male"
    FEMALE = "female"


class Doubt(enum.StrEnum):
    """What is odd about a card and no reason to refuse it. Never renamed."""

    NUMBER_AND_BIRTH = "number-and-birth-differ"
    NUMBER_AND_SEX = "number-and-sex-differ"
    PROVINCE_UNKNOWN = "province-unknown"
    BIRTH_PARTIAL = "birth-date-partial"
    """Day or month is zero: older people may know only the year."""


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of a card; each field is empty where the card does not say it."""

    number: str = ""
    """Twelve digits."""
    former: str = ""
    """Nine or twelve digits, of an earlier card."""
    passport: str = ""
    insurance: str = ""
    """Ten digits: the social insurance number, the same on cards of both layouts."""
    code: str = ""
    """Number of the code itself: the national service's QID, or a certificate's identifier."""
    name: str = ""
    """In NFC, one space between words."""
    born: str = ""
    """`1990-06-15`, or as much of it as is known: `1990-06`, `1990`."""
    sex: Sex | None = None
    commune: str = ""
    """The commune and what it lies in, as the card spells them."""
    hamlet: str = ""
    phone: str = ""
    """Digits, beginning with 0."""
    by_other: bool = False
    """True if someone else declared this person."""
    doubts: tuple[Doubt, ...] = ()

    def __repr__(self) -> str:
        """Say nothing, so that no log or traceback says who stood at the door."""
        return "<Person>"


def shown(kind: str, person: Person) -> Credential:
    """Return the credential of a person's card, with the fields worth keeping."""
    personal: Document = msgspec.to_builtins(person)
    personal.pop("doubts", None)
    return Credential(kind, person, personal)


def clean_name(text: str) -> str:
    """Return a name in NFC, or "" if it holds what no name has.

    Letters of any script, spaces, and the marks that names are written with: what a shell, a
    database or a log would obey is none of them.
    """
    words = " ".join(unicodedata.normalize("NFC", text).split())
    fits = len(words) <= MAX_CHARS and all(
        each in " '\u2019.-" or unicodedata.category(each)[0] in "LM" for each in words
    )
    return words if fits and any(map(str.isalpha, words)) else ""


def address(text: str, issued: str = "") -> tuple[str, str]:
    """Return (commune and what it lies in, hamlet) of an address; empty where it can't be told.

    `issued` is the card's date of issue, if it has one: it says how many levels to expect.
    """
    text = unicodedata.normalize("NFC", text)
    parts = [part for part in (" ".join(each.split()) for each in text.split(",")) if part]
    if len(text) > MAX_CHARS or not all(map(str.isprintable, parts)):
        return "", ""
    above = 2 if issued >= _TWO_LEVELS else 3
    at = max(0, len(parts) - above)
    if at < len(parts) - 1 and _HAMLET.match(parts[at]):
        at += 1
    return ", ".join(parts[at:]), ", ".join(parts[:at])


def birth(day: str, month: str, year: str) -> str | None:
    """Return the date as far as it is known, or None if there is no such day.

    Takes decimal digits; day, or day and month, may be zero or empty.
    """
    if not 1800 <= int(year) <= 2399:
        return None
    try:
        whole = dt.date(int(year), int(month or 0) or 1, int(day or 0) or 1).isoformat()
    except ValueError:
        return None
    if not int(month or 0):
        return None if int(day or 0) else whole[:4]
    return whole if int(day or 0) else whole[:7]


def partial(born: str) -> tuple[Doubt, ...]:
    """Return the doubt that belongs to a birth date of which a part is not known."""
    return (Doubt.BIRTH_PARTIAL,) if 0 < len(born) < 10 else ()


def clean_phone(text: str) -> str:
    """Return a telephone number beginning with 0, or "" if it is not well formed."""
    found = _PHONE.fullmatch(text)
    return "0" + found[1] if found else ""
