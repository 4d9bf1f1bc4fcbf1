"""Contacts for whoever is responsible for them: files that Go.Data and DHIS2 take by their columns.

Pure. Go.Data matches columns by the names of its fields; DHIS2 takes the attributes of the WHO's
tracker packages by their identifiers, and organisation units by name (`orgUnitIdScheme=NAME`).
"""

import json
from collections.abc import Iterable, Mapping

import msgspec

from collector.export.csvfile import table

GODATA_CONTACT = (
    "visualId",
    "lastName",
    "middleName",
    "firstName",
    "gender",
    "dob",
    "dateOfReporting",
    "dateOfLastContact",
    "addresses[0].locationId",
    "addresses[0].addressLine1",
    "addresses[0].phoneNumber",
    "documents[0].type",
    "documents[0].number",
    "riskReason",
)
GODATA_RELATION = (
    "sourcePerson.visualId",
    "targetPerson.visualId",
    "contactDate",
    "contactDateEstimated",
    "certaintyLevelId",
    "comment",
)
GODATA_SEX = {
    "male": "LNG_REFERENCE_DATA_CATEGORY_GENDER_MALE",
    "female": "LNG_REFERENCE_DATA_CATEGORY_GENDER_FEMALE",
}
GODATA_CERTAIN = "LNG_REFERENCE_DATA_CATEGORY_CERTAINTY_LEVEL_2_MEDIUM"
GODATA_NUMBER = "LNG_REFERENCE_DATA_CATEGORY_DOCUMENT_TYPE_NATIONAL_ID_CARD"
DHIS2 = {
    "given": "sB1IHYu2xQT",
    "family": "ENRjVGxVL6l",
    "born": "NI0QRzJvQ0k",
    "sex": "oindugucx72",
    "phone": "fctSQp5nAYl",
    "address": "A6Hb0Kvg4vb",
    "id": "HAZ7VQ730yn",
}
"""Identifiers of the attributes in the WHO's common tracker metadata."""
DHIS2_SEX = {"male": "MALE", "female": "FEMALE"}
PERSON = "MCPQUTHX1Ze"
"""Identifier of the tracked entity type "person" there."""


class Handed(msgspec.Struct, frozen=True):
    """One contact as it is given to somebody else."""

    mark: str
    """Unique and of no person: the case's number and a count."""
    name: str
    """As on the card: family name first."""
    born: str = ""
    """`1990-06-15`, or less of it."""
    sex: str = ""
    number: str = ""
    phone: str = ""
    area: str = ""
    """The receiving area, by its name."""
    address: str = ""
    last: str = ""
    """Day of the last meeting, as `2026-11-22`."""
    source: str = ""
    """The mark of the index case."""
    least_minutes: int = 0
    most_minutes: int = 0


def files(contacts: Iterable[Handed], day: str) -> Mapping[str, bytes]:
    """Return the files by name; `day` is that of the hand-over."""
    handed = tuple(contacts)
    tracked = {"trackedEntities": [_tracked(each, day) for each in handed]}
    return {
        "godata-contacts.csv": table([GODATA_CONTACT, *(_contact(each, day) for each in handed)]),
        "godata-relationships.csv": table([GODATA_RELATION, *(_relation(each) for each in handed)]),
        "dhis2-tracker.csv": table([_header(), *(_row(each, day) for each in handed)]),
        "dhis2-tracker.json": json.dumps(tracked, ensure_ascii=False, indent=1).encode(),
    }


def parts(name: str) -> tuple[str, str, str]:
    """Return family, middle and given name of a Vietnamese name."""
    words = name.split()
    if len(words) < 2:
        return "", "", name.strip()
    return words[0], " ".join(words[1:-1]), words[-1]


def whole_date(born: str) -> str:
    """Return a birth date only if it is wholly known: half a date would be imported as a day."""
    return born if len(born) == len("1990-06-15") else ""


def _contact(each: Handed, day: str) -> tuple[str, ...]:
    family, middle, given = parts(each.name)
    why = f"{each.least_minutes}-{each.most_minutes} min"
    sex, kind = GODATA_SEX.get(each.sex, ""), GODATA_NUMBER if each.number else ""
    names = (each.mark, family, middle, given, sex, whole_date(each.born), day, each.last)
    return (*names, each.area, each.address, each.phone, kind, each.number, why)


def _relation(each: Handed) -> tuple[str, ...]:
    minutes = f"{each.least_minutes}-{each.most_minutes} min"
    return (each.source, each.mark, each.last, "false", GODATA_CERTAIN, minutes)


def _attributes(each: Handed) -> dict[str, str]:
    family, middle, given = parts(each.name)
    values = {
        "given": f"{middle} {given}".strip(),
        "family": family,
        "born": whole_date(each.born),
        "sex": DHIS2_SEX.get(each.sex, ""),
        "phone": each.phone,
        "address": each.address,
        "id": each.mark,
    }
    return {DHIS2[name]: value for name, value in values.items()}


def _header() -> tuple[str, ...]:
    return ("orgUnit", "enrolledAt", "occurredAt", *DHIS2.values())


def _row(each: Handed, day: str) -> tuple[str, ...]:
    return (each.area, day, each.last, *_attributes(each).values())


def _tracked(each: Handed, day: str) -> dict[str, object]:
    attributes = [
        {"attribute": key, "value": value} for key, value in _attributes(each).items() if value
    ]
    return {
        "trackedEntityType": PERSON,
        "orgUnit": each.area,
        "attributes": attributes,
        "enrollments": [
            {"orgUnit": each.area, "enrolledAt": day, "occurredAt": each.last, "status": "ACTIVE"}
        ],
    }
