"""What is said about passes: an order, a pass, where it stands. Values only."""

import enum

import msgspec

from wire.statuslist import INVALID, SUSPENDED, VALID


class Way(enum.StrEnum):
    """How somebody came to a pass: each way has an issuer's key of its own. Never renamed."""

    SELF = "self-service"
    """Declared on the public page; nobody has seen the person."""
    ATTENDANT = "attendant"
    """At a desk, where somebody has seen the person and a document."""
    INSTITUTION = "institution"
    """For many, by a school, a company or a station that knows its people."""


class Standing(enum.IntEnum):
    """How a pass stands, as the lists say it."""

    GOOD = VALID
    WITHDRAWN = INVALID
    SUSPENDED = SUSPENDED


class Order(msgspec.Struct, frozen=True):
    """Passes that are asked for: all of them or none are issued. Times are seconds since 1970."""

    way: Way
    holder: str
    """Class of holder, as the code names it."""
    begins: int
    ends: int
    count: int = 1
    entries: int | None = None
    owner: str = ""
    """The institution, by its place; only it lists and withdraws them."""
    group: str = ""
    """A class, a team, a bus: withdrawn together."""


class Issued(msgspec.Struct, frozen=True):
    """A pass as it was issued."""

    number: bytes
    text: str
    """The text of the code."""
    ends: int

    def __repr__(self) -> str:
        """Say nothing: the number is a person's, to who can look it up."""
        return "<Issued pass>"


class Entered(msgspec.Struct, frozen=True):
    """A pass in the register."""

    number: bytes
    way: Way
    holder: str
    begins: int
    ends: int
    standing: Standing
    owner: str
    group: str

    def __repr__(self) -> str:
        """Say nothing, for the same reason."""
        return "<Entered pass>"
