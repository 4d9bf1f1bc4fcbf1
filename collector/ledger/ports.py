"""What intake and the pages need from a ledger, on one page."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from collector.ledger.entries import (
    Deletion,
    Gap,
    Kept,
    Mark,
    NoteAt,
    Post,
    Raw,
    Row,
    Run,
    SignedHead,
    Stamp,
    Standing,
    Stored,
    Taking,
    Tally,
    Witness,
)
from collector.ledger.times import Slot, Times

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

    def after(self, row: int, limit: int) -> tuple[Raw, ...]:
        """Return at most `limit` records after `row`, in the order of arrival.

        Rows are committed in the order of their numbers, and no number is used twice: whoever goes
        on from the last one that was seen misses none.
        """
        ...

    def record(self, gate: str, journal: str, seq: int) -> bytes | None:
        """Return the canonical bytes of a record; None if it is not here."""
        ...

    def retimed(self, since: int) -> tuple[int, tuple[tuple[str, str], ...]]:
        """Return the turn it is, and the (gate, journal) whose times changed after turn `since`."""
        ...

    def deletions(self, after: int) -> tuple[Deletion, ...]:
        """Return the receipts with a number beyond `after`, in order; numbers only grow."""
        ...

    def notes(self, gate: str, from_ms: int, until_ms: int) -> tuple[NoteAt, ...]:
        """Return the notes that the gate may have made in a time, by journal and seq."""
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
    - What is stored is never changed, and deleted only against a receipt (Archive). A record that
      comes again after that is absorbed.
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


class Archive(AbstractContextManager["Archive"], Protocol):
    """A ledger from which the oldest goes, by the beginning of each journal.

    - What is deleted is gone for every view at once, and leaves a receipt that names no person:
      the range, the counts, and the chain value at its end, which the rest continues.
    - `delete` leaves the receipts, and `sweep` takes the rows out of the files, both in steps so
      short that no commit waits for long; broken off anywhere, the next run goes on.
    - Nothing is deleted without a receipt, and no receipt is changed.
    - Raises LedgerBusy (try again), LedgerBroken, LedgerMissing.
    """

    def moment(self) -> AbstractContextManager[None]:
        """Have all questions inside answered from one moment, and sooner than one by one."""
        ...

    def kept(self) -> tuple[Kept, ...]:
        """Return of each journal what is here: all after `gone`, up to `high`."""
        ...

    def hours(self, journal: Kept, limit: int) -> tuple[Slot, ...]:
        """Return what is known of the times of the oldest records here, hour by hour."""
        ...

    def stamps(self, journal: Kept, first: int, last: int) -> tuple[Stamp, ...]:
        """Return the stamps of the records from `first` to `last`."""
        ...

    def received_before(self, journal: Kept, before_ms: int) -> int:
        """Return the last seq that was received before a moment; `gone` if none was."""
        ...

    def delete(self, ends: Mapping[Kept, int], day: int, at_ms: int) -> tuple[Deletion, ...]:
        """Delete of each journal what is here up to a seq; return the receipts.

        `day` is the local day up to which it was decided. A journal of which nothing is here up to
        that seq gets no receipt.
        """
        ...

    def sweep(self, today: int, pause: Callable[[float], None]) -> int:
        """Take what is gone out of the files.

        Return how many of them must wait for the next run: somebody reads there, or today's
        records come there.
        """
        ...

    def witnesses(self, since_ms: int) -> tuple[Witness, ...]:
        """Return what the clocks of gates said that were heard since a moment and are sure."""
        ...

    def first_run(self) -> Run | None:
        """Return the first run of all, stopped or not."""
        ...

    def last_run(self) -> Run | None:
        """Return the last run that was not stopped: its clock was believed."""
        ...

    def note_run(self, run: Run) -> None:
        """Keep that it was run."""
        ...

    def close(self) -> None:
        """Let go of the ledger."""
        ...
