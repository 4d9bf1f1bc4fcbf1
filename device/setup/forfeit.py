"""Declares the scans that are lost with a gate, signed, in a file that a laptop can read.

It is an export like any other, with one record for each journal: that so many are missing, and from
where the chain would have gone on. The district takes it as it takes every export, and its officers
see the hole with its cause.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from device.enrol import Enrolled
from device.errors import JournalBroken
from device.flow import Instant
from device.journal import records, retired, stocktaking
from device.journal.reader import JournalReader
from device.journal.stocktaking import Held
from wire import batch, export, head
from wire.canonical import canonical
from wire.record import genesis, severed, to_document

CAUSE = "forfeited"
"""A person decided it, by a card of its own kind."""


def declare(journals: Path, run: Path, who: Enrolled, out: Path, at: Instant) -> int:
    """Write the declarations for all that is not confirmed to `out`; return how many records.

    Raises OSError.
    """
    waiting = [each for each in stocktaking.held(journals, run) if each.waiting > 0]
    new = out.with_name(out.name + ".new")
    with new.open("wb") as file:
        header = export.Header(who.enrolment.gate, at.wall_ms)
        batches = (_declared(each, who, at) for each in waiting)
        file.writelines(export.lines(header, batches, who.records_key))
        file.flush()
        os.fsync(file.fileno())
    new.replace(out)
    return sum(each.waiting for each in waiting)


def _declared(one: Held, who: Enrolled, at: Instant) -> bytes:
    gate = who.enrolment.gate
    first = max(one.confirmed, one.first - 1) + 1
    before = _chain_before(one, first, gate)
    after = retired.chain_at(one.folder, one.last)
    if after is None:
        bare = records.missing(first, one.last, CAUSE, b"", at)
        after = severed(before, bare)
    bare = records.missing(first, one.last, CAUSE, after, at)
    signed = head.declare(bare, gate, one.journal, who.records_key)
    return batch.splice(one.journal, [canonical(to_document(signed))], before, historical=True)


def _chain_before(one: Held, first: int, gate: str) -> bytes:
    """Return the chain value before record `first`, as far as it can still be told."""
    if first == 1:
        return genesis(gate, one.journal)
    return next(_before(one, first), bytes(32))


def _before(one: Held, first: int) -> Iterator[bytes]:
    chain = retired.chain_at(one.folder, first - 1)
    if chain is not None:
        yield chain
    try:
        with JournalReader(one.folder) as reader:
            if reader.seek(first) == first:
                yield reader.take(first, 1).prev
    except JournalBroken:
        return
