"""What of an arrival is next, old, ahead of the mark or a fork: the ledger's one decision.

Pure, and shared by every implementation of the port: it takes values and a question ("what is kept
at this seq?") and returns a value. It stores nothing and signs nothing.

A declaration of missing records arrives here with its signature checked. It stands for a range and
names the chain value after it, so the mark and the chain go on from there.
"""

from collections.abc import Callable, Iterator

import msgspec

from collector.ledger.entries import Arrival, Complaint, Entry, Mark, Taking, Why
from wire.record import Missing


class Kept(msgspec.Struct, frozen=True):
    """What is in the ledger at one seq of a journal."""

    chain: bytes | None
    """The chain value after it; None if the record was deleted when its time was over."""
    declared: bool = False
    """It ends a range that was declared missing."""


Look = Callable[[int], Kept | None]
"""Returns what is in the ledger at a seq of this journal."""


def weigh(mark: Mark, arrival: Arrival, kept: Look) -> Taking:
    """Say what becomes of `arrival` while the journal stands at `mark`.

    One comparison is enough: the chain value at the last old place that the arrival knows binds
    everything before it. Of records that were deleted nothing is left to compare with: those that
    come again are absorbed, and change nothing.
    """
    if arrival.first > mark.high + 1:
        return Taking(mark, want=(mark.high + 1, arrival.first - 1))
    if _fits(mark, arrival, mark.high, kept):
        return _taken(mark, arrival, kept)
    entry = next((each for each in arrival.entries if each.last == mark.high), None)
    if entry and _mends(mark, arrival, entry, kept):
        return _mended(mark, arrival, entry, kept)
    return _refused(mark, arrival, kept)


def _mends(mark: Mark, arrival: Arrival, entry: Entry, kept: Look) -> bool:
    """Say whether a declaration that ends at the mark may name another chain value for it.

    Once: a second one, with yet another value, contradicts the first and is a fork.
    """
    if not isinstance(entry.record, Missing) or not _fits(mark, arrival, entry.seq - 1, kept):
        return False
    here = kept(mark.high)
    return here is not None and not here.declared


def _fits(mark: Mark, arrival: Arrival, high: int, kept: Look) -> bool:
    """Say whether the arrival's chain is the ledger's at the last place up to `high`."""
    seq, chain = arrival.first - 1, arrival.prev
    for entry in arrival.entries:
        if entry.last > high:
            break
        seq, chain = entry.last, entry.chain
    if seq == mark.high:
        return chain == mark.chain
    found = kept(seq)
    return found is not None and found.chain in (chain, None)


def _taken(mark: Mark, arrival: Arrival, kept: Look) -> Taking:
    fresh = tuple(entry for entry in arrival.entries if entry.last > mark.high)
    moved = Mark(mark.gate, mark.journal, fresh[-1].last, fresh[-1].chain) if fresh else mark
    return Taking(
        mark=moved,
        fresh=fresh,
        absorbed=len(arrival.entries) - len(fresh),
        complaints=tuple(_remarks(mark, arrival, kept)),
    )


def _mended(mark: Mark, arrival: Arrival, entry: Entry, kept: Look) -> Taking:
    """Go on from a declaration for records that are all here, and whose hashes the gate lost.

    The gate could no longer read what it had sent, so it cannot name the chain value at its end:
    its chain goes on from the one it declared, and so does the ledger's.
    """
    there = Mark(mark.gate, mark.journal, mark.high, entry.chain)
    rest = tuple(each for each in arrival.entries if each.seq > mark.high)
    moved = Mark(mark.gate, mark.journal, rest[-1].last, rest[-1].chain) if rest else there
    return Taking(
        mark=moved,
        fresh=(entry, *rest),
        absorbed=len(arrival.entries) - len(rest),
        complaints=tuple(_remarks(mark, arrival, kept)),
    )


def _remarks(mark: Mark, arrival: Arrival, kept: Look) -> Iterator[Complaint]:
    """Yield what is to be said of records that are taken, or are here."""
    for entry in arrival.entries:
        if entry.record is None:
            yield _complaint(mark, entry, Why.ODD)
        elif isinstance(entry.record, Missing) and entry.last <= mark.high:
            found = kept(entry.last)
            if found and not found.declared:
                yield _complaint(mark, entry, Why.HELD)


def _refused(mark: Mark, arrival: Arrival, kept: Look) -> Taking:
    """Keep apart what differs from the ledger; the mark stays."""
    forked = tuple(
        entry
        for entry in arrival.entries
        if entry.last > mark.high
        or (found := kept(entry.last)) is None
        or found.chain not in (entry.chain, None)
    )
    why = Why.FORK if forked[0].seq <= mark.high else Why.ALTERED
    return Taking(mark, forked=forked, complaints=(_complaint(mark, forked[0], why),))


def _complaint(mark: Mark, entry: Entry, why: Why) -> Complaint:
    return Complaint(mark.gate, mark.journal, entry.seq, why)
