"""The fields of a code, covered: enough to see that the right code was read, too little to keep.

For a technician or a help line. A name becomes initials, a number its last three digits, a birth
date its year; what is secret in itself (a password on a control card) is only said to be there.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec

from device.credential import dcc
from device.credential.dcc_form import Proof
from device.credential.id_card import Layout
from device.credential.person import Doubt, Person, Sex
from device.flow import Credential
from device.message import N_
from wire import controlcard, gatepass

SHOWN = 3
"""Characters of a number that are shown, its last."""
COVER = "\u2022"


class Field(msgspec.Struct, frozen=True):
    """One field: what it is called, and its covered value. Both may be words to translate."""

    label: str
    value: str


LABELS = {
    "number": N_("citizen number"),
    "former": N_("former number"),
    "passport": N_("passport number"),
    "insurance": N_("insurance number"),
    "code": N_("number of the code"),
    "name": N_("name"),
    "born": N_("year of birth"),
    "sex": N_("sex"),
    "commune": N_("commune"),
    "hamlet": N_("hamlet or street"),
    "phone": N_("telephone"),
    "by_other": N_("declared by another person"),
}
"""In the order in which they are said; every field of a Person but its doubts."""
SEXES = {Sex.MALE: N_("male"), Sex.FEMALE: N_("female")}
DOUBTS = {
    Doubt.NUMBER_AND_BIRTH: N_("number and birth date do not agree"),
    Doubt.NUMBER_AND_SEX: N_("number and sex do not agree"),
    Doubt.PROVINCE_UNKNOWN: N_("the number begins with no province"),
    Doubt.BIRTH_PARTIAL: N_("the birth date is known in part"),
}
PROOFS = {
    Proof.VACCINATION: N_("vaccination"),
    Proof.TEST: N_("test"),
    Proof.RECOVERY: N_("recovery"),
}


def fields(credential: Credential) -> list[Field]:
    """Return what the code carries, covered; nothing for a code of which nothing is kept."""
    match credential.content:
        case Person() as person:
            return _person(person)
        case gatepass.Parsed(claims=claims):
            return _pass(claims)
        case controlcard.Parsed(claims=card):
            return _card(card)
        case dcc.Certificate() as certificate:
            return [*_certificate(certificate), *_about(credential.personal or {})]
        case Layout(fields=count):
            return [Field(N_("number of fields"), str(count))]
        case _:
            return []


def covered(value: str) -> str:
    """Return a number of which only the end can be seen."""
    hidden = max(0, len(value) - SHOWN) if len(value) > 2 * SHOWN else len(value)
    return COVER * hidden + value[hidden:]


def initials(name: str) -> str:
    """Return the first letters of a name's words."""
    return " ".join(f"{word[0]}{COVER}" for word in name.split())


def _person(person: Person) -> list[Field]:
    said = [
        Field(label, COVERS.get(name, covered)(value))
        for name, label in LABELS.items()
        if (value := getattr(person, name))
    ]
    return [*said, *(Field(N_("doubt"), DOUBTS[each]) for each in person.doubts)]


def _place(words: str) -> str:
    return initials(words.replace(",", " "))


COVERS: dict[str, Callable[[Any], str]] = {
    "name": initials,
    "born": lambda born: born[:4],
    "sex": SEXES.__getitem__,
    "commune": _place,
    "hamlet": _place,
    "by_other": lambda _: N_("yes"),
}
"""How a field is covered; any other is a number."""


def _pass(claims: gatepass.Pass) -> list[Field]:
    said = [
        Field(N_("pass number"), covered(claims.number.hex())),
        Field(N_("class of holder"), claims.holder if claims.holder.isprintable() else COVER),
        Field(N_("valid from"), moment(claims.not_before)),
        Field(N_("valid until"), moment(claims.expires)),
    ]
    if claims.entries is not None:
        said.append(Field(N_("entries"), str(claims.entries)))
    if claims.status is not None:
        said.append(Field(N_("place in the list of withdrawn passes"), str(claims.status)))
    return said


DEEDS = {
    "identify": N_("show which gate this is"),
    "count-reset": N_("set the number of people inside"),
}
"""What cards ask for, in words; a newer card's own word is shown as it is."""


def _card(card: controlcard.Card) -> list[Field]:
    said = [
        Field(N_("what to do"), DEEDS.get(card.does, card.does)),
        Field(N_("for which gate or place"), card.scope),
        Field(N_("card number"), covered(card.number.hex())),
        Field(N_("valid until"), moment(card.expires)),
    ]
    if card.needs:
        said.append(Field(N_("with settings"), N_("yes, not shown")))
    return said


def _certificate(certificate: dcc.Certificate) -> list[Field]:
    return [
        Field(N_("certificate of"), PROOFS[certificate.proof]),
        Field(N_("issued by"), certificate.issuer if certificate.issuer.isprintable() else COVER),
        Field(N_("valid from"), moment(certificate.issued)),
        Field(N_("valid until"), moment(certificate.expires)),
    ]


def _about(personal: dict[str, object]) -> list[Field]:
    return _person(msgspec.convert(personal, Person))


def moment(seconds: float) -> str:
    """Return a time in seconds since 1970 as people of the district read it; "?" if it has none."""
    try:
        return dt.datetime.fromtimestamp(seconds, LOCAL).strftime("%d.%m.%Y %H:%M")
    except (ValueError, OverflowError, OSError):
        return "?"


LOCAL = dt.timezone(dt.timedelta(hours=7))
"""Vietnam has one time and no summer time."""
