"""The values of a declaration. Values only."""

import enum
from typing import Literal

import msgspec

LONGEST_NAME = 200
"""Names of minorities pass 50 letters, so no tighter limit is safe."""
LONGEST_PLACE = 200
PLACES = 21
"""Places of the last 21 days that are kept: one a day."""


class Symptom(enum.StrEnum):
    """What the health ministry asks about. Stored, so never renamed."""

    FEVER = "fever"
    COUGH = "cough"
    BREATH = "short-of-breath"
    THROAT = "sore-throat"
    PNEUMONIA = "pneumonia"
    TASTE = "no-taste"
    TIRED = "tired"


class Exposure(enum.StrEnum):
    """Whom or where somebody was near in the last 21 days. Stored, so never renamed."""

    CASE = "case"
    """Somebody known to be ill with it."""
    AREA = "outbreak-area"
    SICK = "sick-person"
    """Somebody with symptoms."""


class Stay(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where somebody was, in their own words."""

    place: str
    day: str = ""
    """`2021-07-01`; empty where they do not know."""


class Guardian(msgspec.Struct, frozen=True):
    """Who declares for a child or somebody in their care."""

    name: str
    phone: str


class Declaration(msgspec.Struct, frozen=True, omit_defaults=True):
    """One declaration, every answer read and checked. The fields a gate seals have its names."""

    name: str
    born: str
    """`1990-06-15`, or as much of it as is known."""
    sex: Literal["male", "female", ""]
    phone: str
    """Digits, beginning with 0; the guardian's where there is one. Abroad: `+` and digits."""
    commune: str
    """Code of the area where they stay."""
    number: str = ""
    passport: str = ""
    nationality: str = "VN"
    """Two letters (ISO 3166)."""
    hamlet: str = ""
    places: tuple[Stay, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    guardian: Guardian | None = None

    def __repr__(self) -> str:
        """Say nothing, so that no log or traceback says who declared."""
        return "<Declaration>"
