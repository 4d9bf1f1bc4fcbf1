"""The values of people. Values only: no file, no clock, no key."""

import enum

import msgspec


class Kind(enum.IntEnum):
    """What an identifier is. Stored, so never renumbered; the first to lead to a person wins."""

    NONE = 0
    """Its fields hold nothing by which anybody can be found."""
    NUMBER = 1
    """Twelve digits of a citizen's card."""
    PASS = 2
    """The number of a pass of the authority."""
    QID = 3
    """The national service's number of a person."""
    INSURANCE = 4
    PASSPORT = 5
    CERTIFICATE = 6
    FORMER = 7
    """Nine digits of an earlier card. Some were given out twice."""
    PHONE = 8
    """Finds, and never joins: families share one."""
    NAME = 9
    """Full name, birth date and sex, folded: somebody who may be this person."""


class Strength(enum.IntEnum):
    """How an identifier is known to be of this person. Stored, so never renumbered."""

    CODE = 1
    """It stood in the code that was shown."""
    CHECKED = 2
    """An attendant saw the card."""
    DECLARED = 3
    """Typed in a form: true for the pass that was issued on it, and for nothing else."""
    POSSIBLE = 4
    """Found and shown, and never joined without an officer's decision."""

    @property
    def joins(self) -> bool:
        """Say whether two persons with this identifier are one."""
        return self in (Strength.CODE, Strength.CHECKED)


class Identifier(msgspec.Struct, frozen=True):
    """One thing by which a person can be found, spelled in its one way."""

    kind: Kind
    value: str
    strength: Strength

    def __repr__(self) -> str:
        """Say the kind only, so that no log or traceback says who it is."""
        return f"<Identifier: {self.kind.name}>"


class Mac(msgspec.Struct, frozen=True):
    """An identifier under the key of one epoch."""

    kind: Kind
    epoch: int
    mac: bytes
    strength: Strength


class Found(msgspec.Struct, frozen=True):
    """A person row that an identifier leads to."""

    person: int
    """The whole."""
    part: int
    kind: Kind
    strength: Strength


class Merge(msgspec.Struct, frozen=True):
    """Two persons that are one, and who says so."""

    id: int
    kept: int
    joined: int
    officer: str
    """Empty where one code named both."""
    case_number: int
    reason: bytes
    """Sealed: it was typed."""
    at_ms: int
    undone_ms: int | None = None
    undone_by: str | None = None


class Unopened(msgspec.Struct, frozen=True):
    """How many records of a gate did not open on one day, and why."""

    gate: str
    day: int
    why: str
    count: int
