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
Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)


class List(msgspec.Struct, frozen=True):
    """Figures by one thing, and their sum."""

    figures: Mapping[Hashable, Figure]
    total: Figure


class Table(msgspec.Struct, frozen=True):
    """Figures by two things, and their sums."""

    figures: Mapping[tuple[Hashable, Hashable], Figure]
    rows: Mapping[Hashable, Figure]
    columns: Mapping[Hashable, Figure]
    total: Figure


def alone(count: int) -> Figure:
    """Return one figure that stands in no sum."""
    return Shown.FEW if 0 < count < FEWEST else max(0, count)


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


def table(counts: Mapping[tuple[Row, Column], int]) -> Table:
    """Return a table with its sums; a place that is not in `counts` has nobody."""
    rows = tuple(dict.fromkeys(row for row, _ in counts))
    columns = tuple(dict.fromkeys(column for _, column in counts))
    grid = [[counts.get((row, column), 0) for column in columns] for row in rows]
    whole = [[*row, sum(row)] for row in grid]
    whole.append([sum(row[at] for row in whole) for at in range(len(columns) + 1)])
    hidden = _rectangles(whole)
    if hidden is None:  # without any sum there is nothing to subtract from
        hidden = frozenset((r, len(columns)) for r in range(len(whole)))
        hidden |= {(len(rows), c) for c in range(len(columns))}
        whole = [*([*row[:-1], ROOM] for row in whole[:-1]), [ROOM] * (len(columns) + 1)]
    shown = [
        [_figure(count, (r, c) in hidden) for c, count in enumerate(row)]
        for r, row in enumerate(whole)
    ]
    return Table(
        {
            (row, column): shown[r][c]
            for r, row in enumerate(rows)
            for c, column in enumerate(columns)
        },
        {row: shown[r][-1] for r, row in enumerate(rows)},
        {column: shown[-1][c] for c, column in enumerate(columns)},
        shown[-1][-1],
    )


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


def _rectangles(whole: list[list[int]]) -> frozenset[tuple[int, int]] | None:
    """Return what to withhold so that each few stands in a rectangle of hidden figures.

    The few may be 1 to 4 if its neighbour in the row and that in the column change the other way,
    and the figure across changes with it: each sum stays as it was. A sum may be one of the four.
    None: that cannot be done.
    """
    hidden: set[tuple[int, int]] = set()
    for r, row in enumerate(whole):
        for c, count in enumerate(row):
            if 0 < count < FEWEST:
                found = _rectangle(whole, r, c, hidden)
                if found is None:
                    return None
                hidden |= found
    return frozenset(hidden)


def _rectangle(
    whole: list[list[int]], r: int, c: int, hidden: set[tuple[int, int]]
) -> set[tuple[int, int]] | None:
    best: tuple[int, set[tuple[int, int]]] | None = None
    for other_r, other_row in enumerate(whole):
        for other_c in range(len(other_row)):
            if other_r == r or other_c == c:
                continue
            corners = {(r, other_c), (other_r, c), (other_r, other_c)}
            if min(whole[y][x] for y, x in corners) < ROOM:
                continue
            cost = sum(whole[y][x] for y, x in corners - hidden)
            if best is None or cost < best[0]:
                best = (cost, corners)
    return best[1] if best else None
