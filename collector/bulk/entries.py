"""The values of a list: people, and what is wrong with a row. Values only."""

import enum

import msgspec

LONGEST_GROUP = 40
"""Letters of a class or team: it is the head of a page."""
MOST = 5_000
"""People on one list."""


class Holder(enum.StrEnum):
    """What an institution's people are to a gate, as the code names it."""

    PUPIL = "pupil"
    STUDENT = "student"
    STAFF = "staff"
    WORKER = "worker"
    DRIVER = "driver"
    RESIDENT = "resident"


class Person(msgspec.Struct, frozen=True):
    """One person of a list, every cell read and checked."""

    row: int
    """As a spreadsheet numbers it; of a list that a program sent, its place from 1."""
    name: str
    born: str
    """`2012-05-31`, or as much of it as is known."""
    sex: str = ""
    number: str = ""
    passport: str = ""
    phone: str = ""
    group: str = ""

    def __repr__(self) -> str:
        """Say nothing, so that no log or traceback says who is on a list."""
        return "<Person>"


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, and where it stands."""

    row: int
    """0: the list as a whole."""
    column: str
    """The head that the list itself has, or the name of the field."""
    code: str
    why: str
    """What to do, in words that are in the catalogues."""


class ListFaulty(Exception):
    """A list on which something is wrong; nothing came of it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Take all that is wrong, in the order of the rows."""
        super().__init__(f"{len(faults)} faults")
        self.faults = faults
