"""The audit held against what gates have noted of it: the heads on their receipts, signed by them.

Needs no key: the audit's rows and the gates' notes are all that is read.
"""

from collections.abc import Iterable, Iterator

import msgspec

from collector.cases.audit import Audit, Verified
from collector.cases.entries import Act, Head
from collector.ledger.ports import View
from wire.canonical import read
from wire.errors import WireError
from wire.receipt import Witnessed
from wire.record import What

FAR_MS = 2**52


def walked(audit: Audit, view: View, at_ms: int, *kept: Head | None) -> Verified:
    """Walk the whole audit; say whether it still has every head that gates or anybody else kept."""
    noted = {(head.seq, head.hash): head for head in witnessed(view)}
    heads = (*(each for each in kept if each is not None), *noted.values())
    found = explained(audit, audit.verify(at_ms, *heads), heads)
    return msgspec.structs.replace(found, witnessed=len(noted))


def explained(audit: Audit, found: Verified, heads: Iterable[Head]) -> Verified:
    """Say of which rows that are not there a restore is the reason.

    Those behind the row from which the audit went on, whose heads were kept before it did. They
    stay flaws: somebody has seen rows that are gone.
    """
    turns = [(row.counts.get("from", 0), row.at_ms) for row in audit.rows_of(Act.RESTORED)]
    before = {(head.seq, head.at_ms) for head in heads}
    lost = {
        seq
        for seq, at_ms in before
        if any(seq > last and at_ms < restored_ms for last, restored_ms in turns)
    }
    flaws = tuple(
        msgspec.structs.replace(each, why="restored")
        if each.seq in lost and each.why != "changed"
        else each
        for each in found.flaws
    )
    return msgspec.structs.replace(found, flaws=flaws)


def witnessed(view: View) -> Iterator[Head]:
    """Yield every head of the audit that a gate has noted and brought back."""
    for gate in sorted({mark.gate for mark in view.journals()}):
        for at in view.notes(gate, 0, FAR_MS):
            if at.note.what is What.WITNESS:
                try:
                    said = read(Witnessed, at.note.data)
                except WireError:
                    continue  # of a form not known here: it proves nothing
                yield Head(said.seq, said.hash, said.time)
