"""One list, from the file to cards that were read back."""

import enum
from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec

from collector.bulk import cards, people, sealing
from collector.bulk.cards import LOCAL
from collector.bulk.entries import Fault, ListFaulty, Person
from collector.errors import FileUnusable
from collector.i18n import N_
from collector.issuing.entries import Batch, Listed
from collector.issuing.ports import Issuing
from collector.roster import sheets
from collector.roster.sheets import Sheet

WITHDRAWN = N_(
    "this person's pass was withdrawn: ask for new cards for everybody, or take the row out"
)


class Stage(enum.StrEnum):
    """How far a list is."""

    WAITING = "waiting"
    READING = "reading"
    ISSUING = "issuing"
    DRAWING = "drawing"
    PROVING = "proving"
    DONE = "done"


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for with a list."""

    owner: str
    """The place, by its id."""
    place: str
    """As it is called on the cards."""
    holder: str
    ends: int
    name: str
    """Of the form: sent twice, it is one list."""
    anew: bool = False


Told = Callable[[Stage, int, int], None]
"""Hears how far it is: of how many, how many are done."""


def day(now_ms: int) -> date:
    """Return the local day of a moment."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(LOCAL).date()


def ends(last: date) -> int:
    """Return the end of a local day, seconds since 1970."""
    return int(datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=LOCAL).timestamp())


def listed(desk: Issuing, wanted: Wanted, found: tuple[Person, ...]) -> Listed:
    """Have the desk give everybody a pass. Raises ListFaulty, and what the desk raises."""
    entries = sealing.entries(found, wanted.owner, desk.sealing(), wanted.ends)
    batch = Batch(wanted.owner, wanted.name, wanted.holder, wanted.ends, entries, anew=wanted.anew)
    made = desk.enlist(batch)
    if made.withdrawn:
        gone = [found[place].row for place in made.withdrawn]
        raise ListFaulty(tuple(Fault(row, "", "pass-withdrawn", WITHDRAWN) for row in gone))
    return made


def worked(
    desk: Issuing, wanted: Wanted, file: tuple[str, bytes], told: Told, today: date
) -> tuple[Listed, bytes]:
    """Return what came of a list, and its cards as PDF.

    Raises ListFaulty, FontMissing, and what the desk raises.
    """
    from collector.bulk import readback  # noqa: PLC0415  # loads the reader, when it is wanted

    told(Stage.READING, 0, 0)
    found = people.read(_sheets(*file), today)
    told(Stage.ISSUING, 0, len(found))
    made = listed(desk, wanted, found)
    told(Stage.DRAWING, 0, len(found))
    sheet = cards.drawn(found, made.passes, wanted.place)
    readback.prove(sheet, lambda done, all_: told(Stage.PROVING, done, all_))
    return msgspec.structs.replace(made, passes=()), sheet.pdf


def _sheets(name: str, data: bytes) -> tuple[Sheet, ...]:
    try:
        return sheets.parsed(name, data, people.BOUNDS)
    except FileUnusable as error:
        why = str(error).removeprefix(f"{name}: ")
        raise ListFaulty((Fault(0, "", "unreadable", why),)) from error
