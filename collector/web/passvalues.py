"""What an institution's program sends and gets about its own passes, as values. Pure.

No person comes back: who was sent is sealed to the vault, and a pass is a number and a text.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from collector.bulk.entries import LONGEST_GROUP, MOST, Fault, Holder
from collector.issuing.entries import Entered, Issued, Listed, Standing

PAGE = 1000
"""Passes in one answer, or withdrawn at once."""
NUMBER = r"^[0-9a-f]{16}$"
KEY = r"^[A-Za-z0-9_-]{8,48}$"
"""Of a request that may be sent again."""

Number = Annotated[str, Meta(pattern=NUMBER)]
Group = Annotated[str, Meta(max_length=LONGEST_GROUP)]


class PersonSent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person who is to have a pass."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    born: Annotated[str, Meta(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
    sex: Literal["male", "female", ""] = ""
    number: Annotated[str, Meta(max_length=20)] = ""
    """Of a document: 12 digits, 9 of an earlier card, or a foreign one's letters and digits."""
    phone: Annotated[str, Meta(max_length=30)] = ""
    group: Group = ""
    """A class, a team, a bus: withdrawn together."""

    def __repr__(self) -> str:
        """Say nothing."""
        return "<PersonSent>"


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Passes that are asked for: all of them or none."""

    holder: Holder
    until: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    """The last day."""
    people: Annotated[tuple[PersonSent, ...], Meta(min_length=1, max_length=MOST)]
    anew: bool = False
    """Everybody gets another pass, and what they had is withdrawn."""


class Given(msgspec.Struct, frozen=True):
    """A pass that somebody has."""

    number: Number
    text: str
    """What the code holds."""
    ends: int
    """Seconds since 1970."""


class Answer(msgspec.Struct, frozen=True):
    """What came of a wish: a pass for each person, in the order in which they were sent."""

    passes: tuple[Given, ...]
    fresh: int
    kept: int
    replaced: int
    again: bool
    """This was answered before, and nothing was issued now."""


class Own(msgspec.Struct, frozen=True):
    """A pass of the institution's."""

    number: Number
    holder: str
    begins: int
    ends: int
    standing: Literal["good", "withdrawn", "suspended"]
    group: str


class Passes(msgspec.Struct, frozen=True):
    """Some passes, in the order of their numbers."""

    passes: tuple[Own, ...]
    next: str
    """What to ask `after` for the ones behind them; empty at the end."""


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Passes that are to be withdrawn: all of them or none."""

    numbers: Annotated[tuple[Number, ...], Meta(min_length=1, max_length=PAGE)]


class Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class or team whose passes are to be withdrawn."""

    group: Group


class Done(msgspec.Struct, frozen=True):
    """How many passes were withdrawn now, and how many had been before."""

    now: int
    before: int


class Wrong(msgspec.Struct, frozen=True):
    """What is wrong with one person of a list."""

    row: int
    """Their place in the list, from 1."""
    field: str
    code: str


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a question is not answered."""

    code: str
    faults: tuple[Wrong, ...] = ()
    at: str = ""
    """Of a body that is not as described: where, as in `$.people[1].born`, counted from 0."""


def answer(made: Listed) -> Answer:
    """Return what a program is told of a list."""
    given = tuple(map(_given, made.passes))
    return Answer(given, made.fresh, made.kept, made.replaced, made.again)


def own(entered: tuple[Entered, ...], limit: int) -> Passes:
    """Return passes; one more than the `limit` says that there are further ones."""
    told = tuple(map(_own, entered[:limit]))
    return Passes(told, told[-1].number if len(entered) > limit else "")


def wrong(faults: tuple[Fault, ...]) -> tuple[Wrong, ...]:
    """Return what is wrong, for a program."""
    return tuple(Wrong(each.row, each.column, each.code) for each in faults)


def _given(made: Issued) -> Given:
    return Given(made.number.hex(), made.text, made.ends)


def _own(entered: Entered) -> Own:
    return Own(
        entered.number.hex(),
        entered.holder,
        entered.begins,
        entered.ends,
        _STANDING[entered.standing],
        entered.group,
    )


_STANDING: dict[Standing, Literal["good", "withdrawn", "suspended"]] = {
    Standing.GOOD: "good",
    Standing.WITHDRAWN: "withdrawn",
    Standing.SUSPENDED: "suspended",
}
