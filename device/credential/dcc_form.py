"""Whether the payload of a health certificate has the form of one, in any version so far.

The published schemas differ between versions, and issuers follow none of them to the letter. What
is checked here is what a gate relies on, and the lengths that keep nonsense out.
"""

import enum
import re
from typing import Any

from device.credential.cbor import Item

MAX_NAME = 150
"""A little more than any version allows."""


class Proof(enum.StrEnum):
    """What a certificate is about, by the member that holds its entry."""

    VACCINATION = "v"
    TEST = "t"
    RECOVERY = "r"


_VERSION = re.compile(r"1\.[0-9]{1,2}\.[0-9]{1,2}")
_BORN = re.compile(r"(?:(?:19|20)[0-9]{2}(?:-[0-9]{2}(?:-[0-9]{2})?)?)?")
_STANDARD_NAME = re.compile(r"[A-Z<]{1,150}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T.{5,30})?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.{0,20}")
_MAKER = re.compile(r"(?!ORG-)[^\n]+|ORG-[0-9]{9}")
"""Who made a vaccine: a name, or a number of the European Medicines Agency's."""
_FORMS = {"dt": _DATE, "sc": _TIME, "fr": _DATE, "df": _DATE, "du": _DATE, "ma": _MAKER}

_ALWAYS = ("tg", "co", "is", "ci")
_TEXTS = {
    Proof.VACCINATION: (*_ALWAYS, "vp", "mp", "ma", "dt"),
    Proof.TEST: (*_ALWAYS, "tt", "sc", "tr"),
    Proof.RECOVERY: (*_ALWAYS, "fr", "df", "du"),
}
_OPTIONAL = ("tc",)
"""Where a test was made: not in every version, and never empty."""
MAX_TEXT = 120


def entries(payload: dict[Any, Item]) -> list[tuple[Proof, dict[Any, Item]]]:
    """Return the entries of a payload that are maps, each with what it is about."""
    return [
        (proof, each)
        for proof in Proof
        for each in _list(payload.get(proof.value))
        if isinstance(each, dict)
    ]


def fits(payload: object) -> bool:
    """Say whether `payload` is a certificate with exactly one entry."""
    if not isinstance(payload, dict):
        return False
    listed = sum(len(_list(payload.get(proof.value))) for proof in Proof)
    found = entries(payload)
    return (
        listed == 1
        and len(found) == 1
        and _text(payload.get("ver"), _VERSION)
        and _text(payload.get("dob"), _BORN)
        and _named(payload.get("nam"))
        and _entry(*found[0])
    )


def _named(name: Item) -> bool:
    if not isinstance(name, dict):
        return False
    written = [name.get(key, "") for key in ("fn", "gn", "gnt")]
    return (
        _text(name.get("fnt"), _STANDARD_NAME)
        and all(isinstance(each, str) and len(each) <= MAX_NAME for each in written)
        # Every given name can be spelled in capitals; what can't is no name.
        and (not written[1] or _text(written[2], _STANDARD_NAME))
    )


def _entry(proof: Proof, entry: dict[Any, Item]) -> bool:
    texts = {key: entry.get(key) for key in _TEXTS[proof]}
    texts |= {key: entry[key] for key in _OPTIONAL if key in entry}
    if not all(isinstance(each, str) and 0 < len(each) <= MAX_TEXT for each in texts.values()):
        return False
    if not all(_text(texts[key], form) for key, form in _FORMS.items() if key in texts):
        return False
    return proof is not Proof.VACCINATION or (_dose(entry.get("dn")) and _dose(entry.get("sd")))


def _dose(count: Item) -> bool:
    return type(count) is int and 1 <= count <= 9


def _text(value: Item, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _list(value: Item) -> list[Item]:
    return value if isinstance(value, list) else []
