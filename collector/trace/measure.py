"""How long many people were near: the measure of meetings.py over whole columns. Pure.

One place on one day at a time, each of those who are asked about beside each who was there; a test
holds this and meetings.py together.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from collector.database.numbers import Ints
from collector.trace.entries import Doubt
from collector.trace.frames import Row

PAIRS = 500_000
"""Pairs that are measured at a time: about 50 MB."""


class Others(NamedTuple):
    """The stays of others at one place on one day, a column each."""

    person: Ints
    in_lo: Ints
    in_hi: Ints
    out_lo: Ints
    out_hi: Ints
    doubts: Ints


class Near(NamedTuple):
    """What each of some stays has met, a column each: only stays that have met somebody."""

    person: Ints
    day: Ints
    least: Ints
    most: Ints
    first: Ints
    last: Ints
    meetings: Ints
    doubts: Ints


def near(asked: Sequence[Row], others: Others) -> Iterator[Near]:
    """Yield what the others have met of the asked rows, which are of their place and day."""
    step = max(1, PAIRS // max(1, len(others.person)))
    for begin in range(0, len(asked), step):
        yield _near(asked[begin : begin + step], others)


def _near(asked: Sequence[Row], others: Others) -> Near:
    columns = np.array(asked, dtype=np.int64).T[:, :, np.newaxis]
    day, begins, ends, sure_from, sure_to, doubts = columns[0], *columns[4:9]
    begin, end = np.maximum(begins, others.in_lo), np.minimum(ends, others.out_hi)
    most = np.maximum(end - begin, 0)
    is_met = most > 0
    doubt = doubts | others.doubts
    least = _least((sure_from, sure_to), others, columns[10:14])
    least = np.where(is_met & (doubt & ~int(Doubt.PAPER) == 0), least, 0)
    meetings = is_met.sum(axis=0)
    some = meetings > 0
    return Near(
        others.person[some],
        np.full(int(some.sum()), day[0, 0]),
        least.sum(axis=0)[some],
        most.sum(axis=0)[some],
        np.where(is_met, begin, np.iinfo(np.int64).max).min(axis=0)[some],
        np.where(is_met, end, 0).max(axis=0)[some],
        meetings[some],
        np.bitwise_or.reduce(np.where(is_met, doubt, 0), axis=0)[some],
    )


def _least(sure: tuple[Ints, Ints], others: Others, away: Ints) -> Ints:
    """Return the least time of every pair; `away` is the absence of those who are asked about."""
    before, first, last, after = away
    begin, end = np.maximum(sure[0], others.in_hi), np.minimum(sure[1], others.out_lo)
    came_before, left_after = others.in_hi < before, others.out_lo > after
    end = np.where(left_after, np.minimum(end, after), end)
    ahead = np.maximum(np.minimum(end, first) - begin, 0)
    behind = np.maximum(end - np.maximum(begin, last), 0)
    least = np.where(came_before, behind, np.where(left_after & (last > 0), ahead, ahead + behind))
    return np.where(came_before & left_after, 0, least)


def joined(parts: Sequence[Near], floor_ms: int) -> Near:
    """Return a row for each person, in order; days on which they met for less are left out.

    `day` is then how many days there were.
    """
    if not parts:
        return Near(*(np.zeros(0, dtype=np.int64) for _ in Near._fields))
    found = Near(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    daily = _summed(found, np.lexsort((found.day, found.person)), by_day=True)
    enough = daily.most >= floor_ms
    kept = Near(*(column[enough] for column in daily))
    once = kept._replace(day=np.ones_like(kept.day))
    return _summed(once, np.arange(len(kept.person)), by_day=False)


def _summed(found: Near, order: Ints, *, by_day: bool) -> Near:
    """Return one row for all of the same person, and day, in the order that puts these together."""
    rows = Near(*(column[order] for column in found))
    if not len(rows.person):
        return rows
    is_new = np.ones(len(rows.person), dtype=bool)
    is_new[1:] = rows.person[1:] != rows.person[:-1]
    if by_day:
        is_new[1:] |= rows.day[1:] != rows.day[:-1]
    at = np.flatnonzero(is_new)
    return Near(
        rows.person[at],
        rows.day[at] if by_day else np.add.reduceat(rows.day, at),
        np.add.reduceat(rows.least, at),
        np.add.reduceat(rows.most, at),
        np.minimum.reduceat(rows.first, at),
        np.maximum.reduceat(rows.last, at),
        np.add.reduceat(rows.meetings, at),
        np.bitwise_or.reduceat(rows.doubts, at),
    )
