"""By what a person can be found: from the fields of a code, and from what an officer types. Pure.

Fields are what gates seal (device/credential/person.py): of any form and any age, so what is not
spelled as it should be is passed over and stops nothing.
"""

from collections.abc import Callable, Mapping

from collector.people import spelling
from collector.people.entries import Identifier, Kind, Strength
from wire.canonical import Document

CERTIFICATES = frozenset({"eu-certificate"})
"""Kinds of code whose own number is that of a certificate; any other is the person's."""
SEXES = ("male", "female", "")

_SPELLED: Mapping[Kind, Callable[[str], str]] = {
    Kind.NUMBER: spelling.number,
    Kind.PASS: spelling.pass_number,
    Kind.QID: spelling.code,
    Kind.INSURANCE: spelling.insurance,
    Kind.PASSPORT: spelling.passport,
    Kind.CERTIFICATE: spelling.code,
    Kind.FORMER: spelling.former,
    Kind.PHONE: spelling.phone,
}
_STRENGTHS: Mapping[Kind, Strength] = {
    Kind.PHONE: Strength.POSSIBLE,
    Kind.PASS: Strength.CODE,
}
"""Of what is known as well however it was come by."""


def of_fields(
    code: str, fields: Document, strength: Strength = Strength.CODE
) -> tuple[Identifier, ...]:
    """Return what the fields of a code of kind `code` say, the strongest first, none twice.

    `strength` is of what was typed; the number of a pass is never typed, but given out.
    """
    own = Kind.CERTIFICATE if code in CERTIFICATES else Kind.QID
    said = (
        (Kind.NUMBER, "number"),
        (Kind.NUMBER, "former"),  # an earlier number may have twelve digits too
        (Kind.PASS, "pass"),
        (own, "code"),
        (Kind.INSURANCE, "insurance"),
        (Kind.PASSPORT, "passport"),
        (Kind.FORMER, "former"),
        (Kind.PHONE, "phone"),
    )
    found = [
        Identifier(kind, value, _STRENGTHS.get(kind, strength))
        for kind, field in said
        if (value := _SPELLED[kind](_text(fields, field)))
    ]
    name, born = spelling.name(_text(fields, "name")), spelling.born(_text(fields, "born"))
    if name and born:
        found.append(_namesake(name, born, _sex(_text(fields, "sex"))))
    return tuple(dict.fromkeys(found))


def typed(kind: Kind, text: str) -> tuple[Identifier, ...]:
    """Return what an officer's words of one kind are to be looked for as; empty if they are none.

    A number is looked for as a card's, and nine digits as an earlier one's.
    """
    kinds = (Kind.NUMBER, Kind.FORMER) if kind in (Kind.NUMBER, Kind.FORMER) else (kind,)
    return tuple(
        Identifier(each, value, Strength.CODE)
        for each in kinds
        if each in _SPELLED and (value := _SPELLED[each](text))
    )


def namesakes(name: str, born: str, sex: str = "") -> tuple[Identifier, ...]:
    """Return under what a full name with a birth date may stand; empty if either is none.

    Of a card's holder only the year may be known, or the sex not said. A name is never looked for
    by a part of it.
    """
    whole, date = spelling.name(name), spelling.born(born)
    if not whole or not date:
        return ()
    dates = dict.fromkeys((date, date[:7], date[:4]))
    sexes = (_sex(sex), "") if _sex(sex) else SEXES
    return tuple(_namesake(whole, each, of) for each in dates for of in sexes)


def like(found: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """Return the names under which the same person may stand with their sex said, or not."""
    return tuple(
        Identifier(Kind.NAME, f"{name}|{born}|{other}", Strength.POSSIBLE)
        for each in found
        if each.kind is Kind.NAME
        for name, born, sex in [each.value.split("|")]
        for other in ((sex, "") if sex else SEXES)
    )


def _namesake(name: str, born: str, sex: str) -> Identifier:
    return Identifier(Kind.NAME, f"{name.replace('|', ' ')}|{born}|{sex}", Strength.POSSIBLE)


def _sex(text: str) -> str:
    return text if text in SEXES else ""


def _text(fields: Document, field: str) -> str:
    value = fields.get(field)
    return value if isinstance(value, str) else ""
