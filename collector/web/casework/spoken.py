"""What was typed or scanned into a field: by what somebody is looked for, or what is wrong with it.

Pure. A Vietnamese input method left on bends codes (`a6` becomes a letter); that is recognised and
said, since nobody sees by the bent text what went wrong.
"""

import enum
import re
import unicodedata

import msgspec

from collector.web.casework.desk import Kind, Wanted
from wire import gatepass
from wire.errors import WireError

CARD = re.compile(r"([0-9]{12})\|[0-9]{0,9}\|[^|]+\|[0-9]{8}\|")
"""How the code of an identity card begins."""
DIGITS = re.compile(r"[\s.\-()/]+")
TELEX = re.compile(r"(?i)(?:aa|ee|oo|aw|ow|uw|dd)[a-z]*[sfrxj]\b|uwow|\bdd|[aeiouyhng][fj]\b")
"""Keys of the Telex method left as letters: few names of any language end so."""
VNI = re.compile(r"(?i)[a-z]*[aeiouyd][1-9]")
BORN = re.compile(r"(?:[0-9]{1,2}[-./ ]){0,2}[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Fault(enum.StrEnum):
    """Why nothing can be looked for. The pages have a sentence for each."""

    EMPTY = "empty"
    BENT = "bent"
    """Letters with Vietnamese marks where a code should be: an input method was on."""
    UNBENT = "unbent"
    """A name typed while the input method was off."""
    NO_NUMBER = "no-number"
    NO_PHONE = "no-phone"
    NO_PASS = "no-pass"
    NO_NAME = "no-name"
    NO_DATE = "no-date"
    PART = "part"
    """A name of one word is no full name."""


class Understood(msgspec.Struct, frozen=True):
    """What a field says, or what is wrong with it."""

    wanted: Wanted | None = None
    fault: Fault | None = None
    field: str = "text"


def understood(kind: Kind, text: str, born: str = "", sex: str = "") -> Understood:
    """Say who is looked for."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return Understood(fault=Fault.EMPTY)
    if kind is Kind.NAME:
        return _name(plain, born, sex)
    if is_bent(plain) and not CARD.match(plain):
        return Understood(fault=Fault.BENT)
    return _READERS[kind](plain)


def is_bent(text: str) -> bool:
    """Say whether a code bears marks that only an input method puts there."""
    apart = unicodedata.normalize("NFD", text)
    return any(unicodedata.combining(each) or each in "đĐ" for each in apart)


def _number(plain: str) -> Understood:
    scanned = CARD.match(plain)
    digits = scanned[1] if scanned else DIGITS.sub("", plain)
    if digits.isascii() and digits.isdigit() and len(digits) in (9, 12):
        return Understood(Wanted(Kind.NUMBER, digits))
    return Understood(fault=Fault.NO_NUMBER)


def _phone(plain: str) -> Understood:
    digits = DIGITS.sub("", plain)
    found = re.fullmatch(r"(?:0|(?:\+|00)?840?)([1-9][0-9]{8,9})", digits)
    if found is None:
        return Understood(fault=Fault.NO_PHONE)
    return Understood(Wanted(Kind.PHONE, f"0{found[1]}"))


def _pass(plain: str) -> Understood:
    if plain.startswith(gatepass.PREFIX):
        try:
            return Understood(Wanted(Kind.PASS, gatepass.parse(plain).claims.number.hex()))
        except WireError:
            return Understood(fault=Fault.NO_PASS)
    if CARD.match(plain):
        return _number(plain)
    digits = DIGITS.sub("", plain).lower()
    if re.fullmatch(r"[0-9a-f]{16}", digits):
        return Understood(Wanted(Kind.PASS, digits))
    return Understood(fault=Fault.NO_PASS)


_READERS = {Kind.NUMBER: _number, Kind.PHONE: _phone, Kind.PASS: _pass}


def _name(plain: str, born: str, sex: str) -> Understood:
    if any(each.isdigit() for each in plain):
        return Understood(fault=Fault.UNBENT if VNI.search(plain) else Fault.NO_NAME)
    if plain.isascii() and any(TELEX.search(word) for word in plain.split()):
        return Understood(fault=Fault.UNBENT)
    if len(plain.split()) < 2:
        return Understood(fault=Fault.PART)
    if not BORN.fullmatch(born.strip()):
        return Understood(fault=Fault.NO_DATE, field="born")
    known = sex if sex in ("male", "female") else ""
    return Understood(Wanted(Kind.NAME, plain, born.strip(), known))
