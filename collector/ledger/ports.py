"""What intake and the pages need from a ledger, on one page."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from collector.ledger.entries import (
    Gap,
    Glance,
    Mark,
    Noted,
    Post,
    Row,
    SignedHead,
    Standing,
    Stored,
    Taking,
    Tally,
)
from collector.ledger.times import Times

FORKS_KEPT = 1000
"""Of one journal; more are counted as complaints and not kept, so that nobody can fill the disk."""

JOURNALS_KEPT = 64
"""Of one gate. A gate begins a journal when its memory card is changed: a gate that needs more is
broken or broken into, and must not fill the disk."""


class View(AbstractContextManager["View"], Protocol):
    """A ledger to look at.

    - Reads only, whatever happens; several views and one writer do not disturb one another.
    - Every answer is of one moment: a commit is seen whole or not at all.
    - Closing twice is harmless.
    - Raises LedgerMissing, LedgerBusy, LedgerBroken.
    """

    def change(self) -> int:
        """Return a number that differs after any commit; cheap enough for any page load."""
        ...

    def latest(self, limit: int) -> tuple[Row, ...]:
        """Return the scans received last, the newest arrival first."""
        ...

    def glances(self, after: int, limit: int) -> tuple[int, tuple[Glance, ...]]:
        """Return, of at most `limit` rows after `after`, the last one and the passages in them."""
        ...

    def notes(self, gate: str, since_ms: int, limit: int) -> tuple[Noted, ...]:
        """Return the gate's notes received since a moment, the oldest first.

        Of its last `limit` records only, heads of its chain left out: enough for a page.
        """
        ...

    def standings(self) -> dict[str, Standing]:
        """Return the last that is known of every gate ever heard of, by its name."""
        ...

    def tallies(self) -> tuple[Tally, ...]:
        """Count every journal from its rows, in order of gate and journal; not for a page."""
        ...

    def broken(self) -> tuple[tuple[str, str, int], ...]:
        """Walk every chain over the stored bytes; return (gate, journal, seq) where one breaks."""
        ...

    def journals(self) -> tuple[Mark, ...]:
        """Return how far every journal is, in order of gate and journal."""
        ...

    def gaps(self) -> tuple[Gap, ...]:
        """Return every range that is known of and is not in the ledger, by gate and journal."""
        ...

    def times(self, gate: str, journal: str) -> Times:
        """Return what is known about when the records of a journal were made."""
        ...

    def walk(self, gate: str, journal: str) -> Iterator[Stored]:
        """Yield what is stored of a journal in its order: records, and what stands for some."""
        ...

    def forked(self, gate: str, journal: str) -> tuple[int, ...]:
        """Return the seqs of the journal at which a fork is kept, in order."""
        ...

    def head(self, gate: str, journal: str) -> SignedHead | None:
        """Return the latest head of its chain that the gate has signed."""
        ...

    def close(self) -> None:
        """Let go of the ledger."""
        ...


class Ledger(AbstractContextManager["Ledger"], Protocol):
    """A ledger to write to.

    - `commit` is one transaction: all of the post or nothing, on stable storage when it returns.
    - One mark for each (gate, journal), which only grows: a record is stored once however often
      it arrives, and never with a hole before it.
    - A record that differs from the one of the same identity is a fork: kept apart, never taken
      for a duplicate, never in its place.
    - A declaration of missing records, its signature checked, takes their place: mark and chain go
      on after it. One for records that are here changes none of them.
    - A gate begins at most JOURNALS_KEPT journals; of more nothing is stored.
    - A record of a form not known here is kept as received; it blocks nothing.
    - What is stored is never changed and never deleted.
    - Raises LedgerFull, LedgerBusy (try again), LedgerBroken (give up); nothing is stored then.
    """

    def commit(self, post: Post, at_ms: int) -> tuple[Taking, ...]:
        """Store the post as received at `at_ms`; return what became of each arrival, in order."""
        ...

    def mark(self, gate: str, journal: str) -> Mark:
        """Return how far a journal is; high 0 for one never seen."""
        ...

    def row_before(self, since_ms: int) -> int:
        """Return the number of the last row that was received before `since_ms`; 0 if none was."""
        ...

    def passages(self, after: int, since_ms: int, limit: int) -> tuple[int, dict[str, int]]:
        """Return, of at most `limit` rows after `after`, the last one and who passed, by gate.

        Accepted entries count 1, exits -1, cancelled ones the reverse, if they were made at
        `since_ms` or later: by the gate's clock if that was sure, else by their arrival.
        """
        ...

    def close(self) -> None:
        """Let go of the ledger."""
        ...
