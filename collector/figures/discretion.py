"""Which figures about people may leave: no small number, and none that gives one away. Pure.

A figure of 1 to 4 reads `few`. Whoever knows the sum and the other figures could subtract, so where
it takes that, a neighbour or the sums are withheld as well. What is left fits every value from 1 to
4 in each place that reads `few`, whatever is combined with whatever. Nobody is nobody: 0 is shown.

All figures about people that are shown, exported or answered go through here. Figures about gates
and queues do not need to: they say nothing about anybody.
"""

import enum
from collections.abc import Hashable, Mapping
from typing import TypeVar

import msgspec

FEWEST = 5
"""The smallest number of people that is told."""
ROOM = 2 * FEWEST - 2
"""What is withheld beside a few must be at least so much: it can be less by 3 and still no few."""
STEP = 5
"""What can be asked again and again, and people inside, are rounded to this."""


class Shown(enum.StrEnum):
    """What stands in place of a figure. Sent, so never renamed."""

    FEW = "few"
    """1 to 4: reads “dưới 5”."""
    WITHHELD = "withheld"
    """Not told, because it would give a few away."""


Figure = int | Shown
Key = TypeVar("Key", bound=Hashable)


class List(msgspec.Struct, frozen=True):
    """Figures by one thing, and their sum."""

    figures: Mapping[Hashable, Figure]
    total: Figure


def nearly(count: int) -> Figure:
    """Return a figure to the next five, and a few where it is few.

    For what a reader can ask in one way and another: the difference of two such figures can be any
    few, whatever it is.
    """
    return Shown.FEW if 0 < count < FEWEST else to_step(count)


def to_step(count: int) -> int:
    """Return a number to the next five, and nobody where it is below zero."""
    return max(0, (count + STEP // 2) // STEP * STEP)


def inside(count: int) -> Figure:
    """Return a number of people inside.

    Below zero, where an exit was counted whose entry was not, there is nobody.
    """
    return nearly(count)


def listed(counts: Mapping[Key, int]) -> List:
    """Return a list and its sum, such as a day by its hours.

    Where there is a few, the first neighbour in order that is large enough is withheld. Not the
    smallest: as a day goes on that is another one, and who has both answers knows both figures.
    Nor does it help to know these rules: each few fits 1 to 4 by them as well.
    """
    cover, is_kept = _covered(counts)
    return List(
        {key: _figure(count, key == cover) for key, count in counts.items()},
        sum(counts.values()) if is_kept else Shown.WITHHELD,
    )


def parts(counts: Mapping[Key, int], whole: Figure) -> Mapping[Key, Figure]:
    """Return what one figure is made of, such as an hour of the district by its gates.

    `whole` is how that figure is shown elsewhere. Whoever subtracts from it all parts but one gets
    no few, and whoever adds up the parts gets no figure that is not told.
    """
    some = [key for key, count in counts.items() if count > 0]
    if len(some) == 1:  # a lone part is the whole
        return {key: whole if key in some else 0 for key in counts}
    cover, is_kept = _covered(counts)
    if isinstance(whole, int) and is_kept:
        return {key: _figure(count, key == cover) for key, count in counts.items()}
    return {key: Shown.WITHHELD if key in some else 0 for key in counts}


def _figure(count: int, is_hidden: bool) -> Figure:  # noqa: FBT001  # an inner step
    if 0 < count < FEWEST:
        return Shown.FEW
    return Shown.WITHHELD if is_hidden else count


def _covered(counts: Mapping[Key, int]) -> tuple[Hashable | None, bool]:
    """Return which neighbour to withhold, if any, and whether the sum may be told beside it.

    Told or not, it fits a few of 1 and one of 4: not told, since four more than the smallest
    neighbour there can be is still not told; told, since four less is still a neighbour.
    """
    few = [count for count in counts.values() if 0 < count < FEWEST]
    if not few:
        return None, True
    cover = next((key for key, count in counts.items() if count >= ROOM), None)
    if cover is None:
        return None, False
    return cover, sum(few) + counts[cover] >= ROOM + FEWEST - 1 + len(few)
