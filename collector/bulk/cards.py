"""The cards of a list: by class or team, each beginning a new page, in the order of the list."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec

from collector.bulk.entries import Person
from collector.export import passcards
from collector.export.passcards import Card
from collector.issuing.entries import Issued
from collector.roster.collation import order

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
NAME, PLACE = 60, 40
"""Letters that fit a card; what is longer ends in three points."""


class Sheet(msgspec.Struct, frozen=True):
    """Cards as they are printed."""

    pdf: bytes
    pages: tuple[frozenset[str], ...]
    """The texts of the codes that each page must hold."""

    def __repr__(self) -> str:
        """Say nothing: who has this has the passes."""
        return "<Sheet>"


def drawn(people: Sequence[Person], passes: Sequence[Issued], place: str) -> Sheet:
    """Draw a card for each. Raises FontMissing."""
    groups: dict[str, list[tuple[Person, Issued]]] = {}
    for person, made in zip(people, passes, strict=True):
        groups.setdefault(person.group, []).append((person, made))
    cards, heads, pages = [], [], []
    for group in sorted(groups, key=order):
        head = " · ".join(each for each in (group, _short(place, 2 * PLACE)) if each)
        mine = [_card(person, made, place) for person, made in groups[group]]
        cards += mine
        heads += [head] * len(mine)
        step = passcards.ACROSS * passcards.DOWN
        starts = range(0, len(mine), step)
        pages += [frozenset(card.text for card in mine[start : start + step]) for start in starts]
    return Sheet(passcards.sheets(cards, heads), tuple(pages))


def _card(person: Person, made: Issued, place: str) -> Card:
    until = dt.datetime.fromtimestamp(made.ends, LOCAL)
    lines = (
        _short(person.name, NAME),
        person.group,
        _short(place, PLACE),
        f"Đến / Until {until:%d/%m/%Y}",
        f"Số / No. …{made.number.hex()[-4:]}",
    )
    return Card(made.text, tuple(line for line in lines if line))


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
