"""One spelling for what people type, print and sign in many: numbers, telephones, names. Pure.

Two spellings of one thing fold to one text; what is none of the kind folds to "".
"""

import re
import unicodedata

_GAPS = re.compile(r"[\s.\-()/\u200b\u2010-\u2015]+")
_PHONE = re.compile(r"(?:0|(?:\+|00)?840?)([1-9][0-9]{8,9})")
_DOCUMENT = re.compile(r"[0-9A-Z]{5,15}")
_PASS = re.compile(r"[0-9a-f]{16}")
_BORN = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_LOCAL_BORN = re.compile(r"(?:(?:([0-9]{1,2})[-./ ])?([0-9]{1,2})[-./ ])?([0-9]{4})")
MAX_CODE = 80
MAX_NAME = 400
_STROKES = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "\u0131": "i"})
"""Letters that no decomposition takes apart. Some fonts have the Icelandic letter for ours."""


def plain(text: str) -> str:
    """Return `text` with one form for each character, full-width digits included."""
    return unicodedata.normalize("NFKC", text)


def digits(text: str) -> str:
    """Return what is left of a number without the gaps that people write into it."""
    return _GAPS.sub("", plain(text))


def number(text: str) -> str:
    """Return the twelve digits of a citizen's number, or ""."""
    found = digits(text)
    return found if len(found) == 12 and _decimal(found) else ""


def former(text: str) -> str:
    """Return the nine digits of an earlier number, or ""."""
    found = digits(text)
    return found if len(found) == 9 and _decimal(found) else ""


def insurance(text: str) -> str:
    """Return the ten digits of a social insurance number, or "".

    The older layout has two letters and three more digits before them.
    """
    found = digits(text).upper()
    if len(found) == 15 and found[:2].isascii() and found[:2].isalpha():
        found = found[5:]
    return found if len(found) == 10 and _decimal(found) else ""


def passport(text: str) -> str:
    """Return the number of a travel document, or ""."""
    found = digits(text).upper()
    return found if _DOCUMENT.fullmatch(found) else ""


def pass_number(text: str) -> str:
    """Return the sixteen hex digits of a pass, or ""."""
    found = digits(text).lower()
    return found if _PASS.fullmatch(found) else ""


def code(text: str) -> str:
    """Return the number of a certificate or of the national service as it is printed, or ""."""
    found = plain(text).strip()
    return found if found.isascii() and found.isprintable() and len(found) <= MAX_CODE else ""


def phone(text: str) -> str:
    """Return a telephone number beginning with 0, or "": `+84`, `0084`, `84` and `0` are one."""
    found = _PHONE.fullmatch(digits(text))
    return "0" + found[1] if found else ""


def name(text: str) -> str:
    """Return a name without case, marks and strokes, one space between words; "" if it is none."""
    if len(text) > MAX_NAME:
        return ""
    apart = unicodedata.normalize("NFKD", plain(text).casefold()).translate(_STROKES)
    kept = "".join(
        " " if each.isspace() or each in "-'\u2019." else each
        for each in apart
        if each.isspace() or unicodedata.category(each)[0] not in "MC"
    )
    return " ".join(kept.split()) if any(map(str.isalpha, kept)) else ""


def born(text: str) -> str:
    """Return a birth date as `1990-06-15`, or as much of it as is known; "" if it is none.

    Takes that form, and the one that people write: `15/6/1990`, `6/1990`, `1990`.
    """
    found = plain(text).strip()
    if _BORN.fullmatch(found):
        return found
    local = _LOCAL_BORN.fullmatch(found)
    if not local:
        return ""
    day, month, year = local.groups()
    return "-".join([year, *(f"{int(each):02}" for each in (month, day) if each)])


def _decimal(text: str) -> bool:
    return text.isascii() and text.isdecimal()
