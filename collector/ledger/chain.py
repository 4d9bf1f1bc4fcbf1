"""A journal's chain, computed again over the bytes that are stored. Pure."""

import hashlib
from collections.abc import Iterable, Iterator

from collector.ledger.entries import Stored
from wire.record import genesis

GAPS = frozenset({"missing", "deleted"})
"""What stands for records that are not here."""


def walked(gate: str, journal: str, stored: Iterable[Stored]) -> Iterator[tuple[Stored, bool]]:
    """Yield what is stored, in order, each with whether it continues the chain.

    A declaration of missing records names the chain value after it, and so does what is left of
    records that were deleted; whether they may is for whoever checks their signatures.
    """
    chain = genesis(gate, journal)
    for each in stored:
        if each.t in GAPS:
            chain = each.chain
            yield each, True
            continue
        chain = hashlib.sha256(chain + each.raw).digest()
        yield each, chain == each.chain
        chain = each.chain
