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


class Entry(msgspec.Struct, frozen=True):
    """One person of a list, as the desk is told of them: not who they are."""

    who: bytes
    """A digest by which the same person is known again, 32 bytes."""
    form: bytes
    """The name to which what is sealed is bound, 16 bytes."""
    sealed: bytes
    group: str

    def __repr__(self) -> str:
        """Say nothing: a digest of a person is looked up easily."""
        return "<Entry>"


class Batch(msgspec.Struct, frozen=True):
    """A list of people of one institution that are to have passes until `ends`, from now on."""

    owner: str
    name: str
    """Its own: sent twice, it is one list, and the second answer is the first again."""
    holder: str
    ends: int
    entries: tuple[Entry, ...]
    anew: bool = False
    """Everybody gets a new pass, and what they had is withdrawn."""


class Listed(msgspec.Struct, frozen=True):
    """What came of a list: a pass for each entry, in its order; or none at all."""

    passes: tuple[Issued, ...] = ()
    fresh: int = 0
    """Of people who had none."""
    kept: int = 0
    """They had the very same; nothing was issued."""
    replaced: int = 0
    """The one they had before is withdrawn."""
    withdrawn: tuple[int, ...] = ()
    """Places in the list of people whose pass was withdrawn: nothing was issued."""
    again: bool = False
    """The list was answered before."""


class Withdrawn(msgspec.Struct, frozen=True):
    """How many passes were withdrawn now, and how many had been before."""

    now: int
    before: int


class Team(msgspec.Struct, frozen=True):
    """A class or a team of an institution."""

    name: str
    good: int
    withdrawn: int
    ended: int
