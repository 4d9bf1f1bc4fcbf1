"""One gate, as values: how it did, hour by hour, and what is known of it. Pure.

What it did comes from the notes in its own journal, which arrive even after days without a
network; how it fares now is what it last said. No person is in either.
"""

import enum
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from collector.ledger.entries import NoteAt
from wire.record import What

ALIVE_MS = 11 * 60_000
"""A gate notes every five minutes that it is alive; two may be missed."""


class How(enum.StrEnum):
    """How a gate did in one stretch of time. The worst last."""

    UNKNOWN = "unknown"
    """Nothing has arrived of that time: it may still lie at the gate."""
    WORKING = "working"
    BLIND = "unseen-view"
    """It ran, and its camera saw nothing it could read."""
    STOPPED = "stopped"


class Cell(msgspec.Struct, frozen=True):
    """One stretch of the strip."""

    begin_ms: int
    end_ms: int
    how: How


class Answer(msgspec.Struct, frozen=True):
    """A command that the gate has answered."""

    wall_ms: int
    does: str
    outcome: str


class Told(msgspec.Struct, frozen=True):
    """What the notes say that is not in the strip."""

    answers: tuple[Answer, ...]
    policy: int = 0
    """Version of the policy that came into force last; 0 where none was noted."""
    policy_ms: int = 0


def strip(notes: Iterable[NoteAt], begin_ms: int, end_ms: int, cells: int) -> tuple[Cell, ...]:
    """Return how the gate did between two moments, in so many equal stretches."""
    spans = tuple(_spans(notes, end_ms))
    width = (end_ms - begin_ms) // cells
    edges = [begin_ms + number * width for number in range(cells + 1)]
    return tuple(Cell(begin, end, _worst(spans, begin, end)) for begin, end in pairwise(edges))


_Span = tuple[int, int, How]


def _spans(notes: Iterable[NoteAt], now_ms: int) -> Iterable[_Span]:
    """Yield what each note says until the next: alive for a while, stopped until it starts."""
    found = sorted(((each.moment.ms, each.note) for each in notes), key=lambda pair: pair[0])
    is_blind = False
    for number, (at, note) in enumerate(found):
        following = found[number + 1][0] if number + 1 < len(found) else now_ms
        if note.what is What.VIEW:
            is_blind = bool(note.data.get("view"))
        if note.what is What.STOP:
            is_blind = False
            yield at, following, How.STOPPED
        else:
            how = How.BLIND if is_blind else How.WORKING
            yield at, min(following, at + ALIVE_MS), how


def _worst(spans: Sequence[_Span], begin: int, end: int) -> How:
    ranks = list(How)
    touching = (how for first, last, how in spans if first < end and last > begin)
    return max(touching, key=ranks.index, default=How.UNKNOWN)


def told(notes: Iterable[NoteAt]) -> Told:
    """Return the answers to commands and the policy, the newest first."""
    answers, policy, policy_ms = [], 0, 0
    for each in sorted(notes, key=lambda each: each.moment.ms):
        note, at = each.note, each.moment.ms
        if note.what is What.COMMAND:
            words = (str(note.data.get(key, ""))[:60] for key in ("does", "outcome"))
            answers.append(Answer(at, *words))
        version = note.data.get("version")
        if note.what is What.POLICY and isinstance(version, int):
            policy, policy_ms = version, at
    return Told(tuple(reversed(answers[-10:])), policy, policy_ms)
