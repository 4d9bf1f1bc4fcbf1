"""What a batch of faults came to."""

import random
from collections.abc import Callable
from pathlib import Path

import msgspec

from faults.children import Nursery
from faults.observer import Found


class Outcome(msgspec.Struct, kw_only=True):
    """Counts; batches of one family add up."""

    tried: int = 0
    """Faults that really happened."""
    greens: int = 0
    """Scans that were answered with green, in all."""
    green_lost: int = 0
    duplicated: int = 0
    failed_starts: int = 0
    starts: int = 0
    declared: int = 0
    """Records that a damaged card lost and the gate declared missing, signed."""
    odd: list[str] = []
    """What else did not hold, in words."""
    ways: dict[str, int] = {}
    """What was tried how often."""

    def add(self, other: "Outcome") -> None:
        """Count another batch in."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.odd = self.odd + other.odd
        for way, times in other.ways.items():
            self.ways[way] = self.ways.get(way, 0) + times

    def took(self, way: str, times: int = 1) -> None:
        """Note that a fault of that sort happened."""
        self.tried += times
        self.ways[way] = self.ways.get(way, 0) + times

    def take(self, found: Found) -> None:
        """Count in what the observer found."""
        self.greens += found.greens
        self.green_lost += found.lost
        self.duplicated += found.duplicated
        self.odd = self.odd + found.odd

    @property
    def holds(self) -> bool:
        """Say whether every promise held."""
        return not (self.green_lost or self.duplicated or self.failed_starts or self.odd)


COUNTS = (
    "tried",
    "greens",
    "green_lost",
    "duplicated",
    "failed_starts",
    "starts",
    "declared",
)


class Job(msgspec.Struct, frozen=True):
    """What a batch is given."""

    folder: Path
    """Does not exist yet."""
    nursery: Nursery
    seed: str
    count: int
    """How many faults there are to be."""
    number: int = 0
    """The how-manieth batch of its family."""
    broken: str = ""
    """How the journal is broken on purpose; see sabotage.py."""
    patience_s: float = 60.0
    """How long what is left at the end may take to be confirmed."""

    def dice(self) -> random.Random:
        """Return the batch's dice: the same seed throws the same."""
        return random.Random(self.seed)  # noqa: S311  (a play, not a secret)


Batch = Callable[[Job], Outcome]
