"""What of an arrival is next, old, ahead of the mark or a fork: the ledger's one decision.

Pure, and shared by every implementation of the port: it takes values and a question ("which chain
value is kept at this seq?") and returns a value. It stores nothing and signs nothing.
"""

from collections.abc import Callable

from collector.ledger.entries import Arrival, Complaint, Entry, Mark, Taking, Why

Kept = Callable[[int], bytes | None]
"""Returns the chain value that is in the ledger at a seq of this journal."""


def weigh(mark: Mark, arrival: Arrival, kept: Kept) -> Taking:
    """Say what becomes of `arrival` while the journal stands at `mark`.

    One comparison is enough: the chain value at the last old record (or before the first new one)
    binds everything before it.
    """
    if arrival.first > mark.high + 1:
        return Taking(mark, want=(mark.high + 1, arrival.first - 1))
    old = min(mark.high, arrival.last)
    ours = mark.chain if old == mark.high else kept(old)
    if ours != _chain_at(arrival, old):
        return _refused(mark, arrival, kept)
    fresh = tuple(entry for entry in arrival.entries if entry.seq > mark.high)
    moved = Mark(mark.gate, mark.journal, fresh[-1].seq, fresh[-1].chain) if fresh else mark
    odd = (entry for entry in arrival.entries if entry.record is None)
    return Taking(
        mark=moved,
        fresh=fresh,
        absorbed=len(arrival.entries) - len(fresh),
        complaints=tuple(_complaint(mark, entry, Why.ODD) for entry in odd),
    )


def _chain_at(arrival: Arrival, seq: int) -> bytes:
    """Return the arrival's own chain value at `seq`, which may be the one before its first."""
    if seq < arrival.first:
        return arrival.prev
    return arrival.entries[seq - arrival.first].chain


def _refused(mark: Mark, arrival: Arrival, kept: Kept) -> Taking:
    """Keep apart what differs from the ledger; the mark stays."""
    forked = tuple(
        entry
        for entry in arrival.entries
        if entry.seq > mark.high or kept(entry.seq) != entry.chain
    )
    why = Why.FORK if forked[0].seq <= mark.high else Why.ALTERED
    return Taking(mark, forked=forked, complaints=(_complaint(mark, forked[0], why),))


def _complaint(mark: Mark, entry: Entry, why: Why) -> Complaint:
    return Complaint(mark.gate, mark.journal, entry.seq, why)
